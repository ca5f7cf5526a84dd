import Audit
import Objects
import Webhooks

/// What the audit is told of the call of one webhook, under the keys that upstream documents.
struct WebhookAudit: Sendable {
    let webhook: AdmissionWebhook
    let isMutating: Bool
    let isSecondRound: Bool
    /// The webhook's place among those that are called for the request.
    let position: Int

    private var call: String { "round_\(isSecondRound ? 1 : 0)_index_\(position)" }

    /// The webhook's own remarks, under its name.
    func remarks(_ annotations: [String: String], _ warnings: RequestNotes) {
        guard !annotations.isEmpty, let audit = warnings.audit else { return }
        for (key, value) in annotations.sorted(by: { $0.key < $1.key }) { audit.annotate("\(webhook.name)/\(key)", value) }
    }

    /// The webhook failed, and the request went on.
    func failedOpen(_ warnings: RequestNotes) {
        warnings.annotate("failed-open.\(isMutating ? "mutating" : "validating").webhook.admission.k8s.io/\(call)", webhook.name)
    }

    /// A mutating webhook was called; what it changed is told where requests are told whole.
    func mutated(_ isChanged: Bool, patch: Value, _ warnings: RequestNotes) {
        guard let audit = warnings.audit else { return }
        var change: Value = ["configuration": .string(webhook.configuration), "webhook": .string(webhook.name)]
        var text = change
        text["mutated"] = .bool(isChanged)
        audit.annotate("mutation.webhook.admission.k8s.io/\(call)", text.jsonString)
        guard !patch.array.isEmpty, audit.tellsRequest else { return }
        change["patch"] = patch
        change["patchType"] = "JSONPatch"
        audit.annotate("patch.webhook.admission.k8s.io/\(call)", change.jsonString)
    }
}
