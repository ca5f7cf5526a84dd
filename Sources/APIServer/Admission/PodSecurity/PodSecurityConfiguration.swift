import Authentication
import Objects

/// What holds for namespaces that say nothing, and for whom nothing holds (PodSecurityConfiguration).
struct PodSecurityConfiguration: Sendable {
    private static let versions = ["v1", "v1beta1", "v1alpha1"].map { "pod-security.admission.config.k8s.io/" + $0 }

    /// Labels as a namespace could have them.
    private(set) var defaults: [String: String] = [:]
    private var usernames: Set<String> = []
    private var runtimeClasses: Set<String> = []
    private var namespaces: Set<String> = []

    /// Of a file; null for none. Throws what is wrong with it.
    init(_ value: Value) throws(ConfigurationProblem) {
        if value.isNull { return }
        guard value["kind"].string == "PodSecurityConfiguration", Self.versions.contains(value["apiVersion"].string ?? "") else {
            throw ConfigurationProblem("expected a PodSecurityConfiguration of \(Self.versions[0])")
        }
        var fields = StrictFields()
        fields.check(value, "", ["apiVersion", "kind", "defaults", "exemptions"])
        fields.check(value["defaults"], "defaults", ["enforce", "enforce-version", "audit", "audit-version", "warn", "warn-version"])
        fields.check(value["exemptions"], "exemptions", ["usernames", "runtimeClasses", "namespaces"])
        try fields.finish()
        for entry in value["defaults"].members {
            if let text = entry.value.string, !text.isEmpty { defaults["pod-security.kubernetes.io/" + entry.key] = text }
        }
        if let problem = PodSecurityLevel.labelErrors(defaults).first {
            throw ConfigurationProblem("defaults: \(problem.key): Unsupported value: \"\(problem.value)\"")
        }
        let exemptions = value["exemptions"]
        usernames = Set(exemptions["usernames"].strings)
        runtimeClasses = Set(exemptions["runtimeClasses"].strings)
        namespaces = Set(exemptions["namespaces"].strings)
    }

    /// The labels that hold for a namespace: its own before the defaults.
    func labels(_ own: [String: String]) -> [String: String] { defaults.isEmpty ? own : defaults.merging(own) { $1 } }

    func exempts(namespace: String) -> Bool { namespaces.contains(namespace) }
    func exempts(user: String) -> Bool { usernames.contains(user) }
    func exempts(runtimeClass: String?) -> Bool { runtimeClass.map(runtimeClasses.contains) ?? false }
}
