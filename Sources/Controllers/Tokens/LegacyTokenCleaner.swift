import APIClient
import KubernetesTypes
import Objects

/// Takes tokens away that were made for accounts by themselves, as old clusters did, and that nobody used for a year, or another
/// period: they are declared invalid first, and deleted when nobody minded for another such period.
struct LegacyTokenCleaner: Sendable {
    static let usualPeriod: Duration = .seconds(365 * 86_400)
    private static let longestPause: Duration = .seconds(3600)
    private static let lastUsed = "kubernetes.io/legacy-token-last-used"
    private static let invalidSince = "kubernetes.io/legacy-token-invalid-since"
    private static let tracking = "kube-apiserver-legacy-service-account-token-tracking"

    enum Step: Equatable {
        case nothing
        case invalidate
        case delete
    }

    let context: ControllerContext
    private let secrets: Informer<Secret>
    private let period: Duration

    init(_ context: ControllerContext, period: Duration?) {
        self.context = context
        self.period = period ?? Self.usualPeriod
        secrets = context.informers.shared(Secret.self, fields: "type=kubernetes.io/service-account-token")
    }

    /// Works until cancelled.
    func run() async {
        while !Task.isCancelled {
            await look()
            try? await ClusterTime.sleep(for: min(Self.longestPause, period))
        }
    }

    private func look() async {
        let candidates = secrets.list().filter { isOwnMaking($0) }
        if candidates.isEmpty { return }
        // Before it is known since when uses are noted nothing can be said.
        guard let map = try? await context.client.get(ConfigMap.self, "kube-system", Self.tracking),
            let since = map.value["data"]["since"].string.flatMap(Self.day)
        else { return }
        let now = Timestamp.now()
        for secret in candidates where !isMounted(secret) {
            switch Self.step(secret.labels, created: secret.value["metadata"]["creationTimestamp"].string.flatMap { Timestamp($0) }, since: since, now: now, period: period) {
            case .nothing: continue
            case .invalidate:
                var labels = Value.emptyObject
                labels[Self.invalidSince] = .string(String(now.text.prefix(10)))
                _ = try? await context.client.patch(Secret.self, secret.namespace, secret.name, ["metadata": ["labels": labels]])
            case .delete: try? await context.client.delete(Secret.self, secret.namespace, secret.name, ["preconditions": ["uid": .string(secret.uid)]])
            }
        }
    }

    static func step(_ labels: [String: String], created: Timestamp?, since: Timestamp, now: Timestamp, period: Duration = usualPeriod) -> Step {
        let period = period.components.seconds
        let used = labels[lastUsed].flatMap(day)
        let latest = [used?.seconds, created?.seconds, since.seconds].compactMap { $0 }.max() ?? now.seconds
        if now.seconds - latest < period { return .nothing }
        guard let invalid = labels[invalidSince].flatMap(day) else { return .invalidate }
        return now.seconds - invalid.seconds < period ? .nothing : .delete
    }

    static func day(_ text: String) -> Timestamp? { Timestamp(text + "T00:00:00Z") }

    /// Only tokens that an account lists were made by the cluster.
    private func isOwnMaking(_ secret: Secret) -> Bool {
        guard let name = secret.annotations["kubernetes.io/service-account.name"], let account = context.serviceAccounts.get(secret.namespace, name) else { return false }
        return account.value["secrets"].array.contains { $0["name"].string == secret.name }
    }

    private func isMounted(_ secret: Secret) -> Bool {
        context.pods.list(secret.namespace).contains { pod in
            pod.value["spec"]["volumes"].array.contains { $0["secret"]["secretName"].string == secret.name }
        }
    }
}
