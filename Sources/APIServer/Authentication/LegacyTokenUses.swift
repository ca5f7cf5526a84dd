import Authentication
import KubernetesTypes
import Objects
import Schema
import Synchronization

/// Notes on Secrets of service accounts on which day their token was last used, so that those nobody uses can be told.
///
/// A request waits for nothing, and a day's first use writes once.
final class LegacyTokenUses: Sendable {
    static let lastUsed = "kubernetes.io/legacy-token-last-used"
    static let invalidSince = "kubernetes.io/legacy-token-invalid-since"
    static let secretType = "kubernetes.io/service-account-token"
    /// The ConfigMap that says since when uses are noted.
    static let tracking = "kube-apiserver-legacy-service-account-token-tracking"
    private static let most = 8192

    private let secrets: ResourceStore
    /// What was noted, or is being, by the Secret's key.
    private let noted = Mutex<[String: String]>([:])

    init(secrets: ResourceStore) { self.secrets = secrets }

    static func today() -> String { String(Timestamp.now().text.prefix(10)) }

    /// Whether the Secret's token is taken for good. Notes that it was shown, when it is.
    func accept(_ secret: EncodedObject) -> Bool {
        let value = secret.value
        guard value["type"].string == Self.secretType else { return true }
        let labels = value["metadata"]["labels"]
        if !(labels[Self.invalidSince].string ?? "").isEmpty { return false }
        let today = Self.today()
        if labels[Self.lastUsed].string == today { return true }
        let isNew = noted.withLock { noted in
            if noted[secret.key] == today { return false }
            if noted.count >= Self.most { noted = [:] }
            noted[secret.key] = today
            return true
        }
        if isNew { Task { await note(secret.namespace, secret.name, today) } }
        return true
    }

    private func note(_ namespace: String, _ name: String, _ day: String) async {
        var context = WriteContext(
            user: UserInfo(name: "system:apiserver", groups: [UserInfo.mastersGroup]), fieldManager: "kube-apiserver",
            version: GroupVersion(group: "", version: "v1"))
        context.isAdmitted = true
        do throws(StatusError) {
            _ = try await secrets.update(UpdateRequest(namespace: namespace, name: name), context) { stored throws(StatusError) in
                var new = stored
                new["metadata"]["labels"][Self.lastUsed] = .string(day)
                new["metadata"].remove("resourceVersion")
                return new
            }
        } catch {
            // The next use tries again.
            noted.withLock { $0[ResourceStore.key(namespace, name)] = nil }
        }
    }
}
