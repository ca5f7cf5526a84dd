import Objects
import Synchronization
import Webhooks

/// The webhooks of all configurations of one kind, in the order in which they are called: parsed once a change.
final class WebhookSource: Sendable {
    private let store: ResourceStore
    private let parsed = Mutex<(revision: Int64, webhooks: [AdmissionWebhook])>((-1, []))

    init(_ store: ResourceStore) { self.store = store }

    var webhooks: [AdmissionWebhook] {
        let revision = store.cache.lastChange
        let known = parsed.withLock { $0.revision == revision ? $0.webhooks : nil }
        if let known { return known }
        let webhooks = store.all().flatMap { AdmissionWebhook.all(in: $0.value) }
        parsed.withLock { $0 = (revision, webhooks) }
        return webhooks
    }
}
