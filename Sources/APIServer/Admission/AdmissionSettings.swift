package import Authentication
package import Objects

/// Which steps of admission are on, and what they were told (`--enable-admission-plugins`, `--disable-admission-plugins`,
/// `--admission-control-config-file`).
package struct AdmissionSettings: Sendable {
    private static let usual: Set<String> = [
        "NamespaceLifecycle", "LimitRanger", "ServiceAccount", "NodeRestriction", "TaintNodesByCondition", "PodSecurity", "Priority",
        "DefaultTolerationSeconds", "DefaultStorageClass", "StorageObjectInUseProtection", "PersistentVolumeClaimResize", "RuntimeClass",
        "CertificateApproval", "CertificateSigning", "ClusterTrustBundleAttest", "CertificateSubjectRestriction", "DefaultIngressClass",
        "PodTopologyLabels", "MutatingAdmissionPolicy", "MutatingAdmissionWebhook", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionWebhook", "ResourceQuota",
    ]
    private static let optional: Set<String> = [
        "AlwaysPullImages", "DenyServiceExternalIPs", "EventRateLimit", "ExtendedResourceToleration", "ImagePolicyWebhook",
        "OwnerReferencesPermissionEnforcement", "PodNodeSelector",
    ]

    private var on = usual
    private var configurations: [String: Value] = [:]
    /// Who decides about images; nil when nobody is to.
    package var imageReviewer: (any ReviewServer)?

    package init() {}

    /// `names` are separated by commas. Throws for a name that is none.
    package mutating func enable(_ names: String) throws(ConfigurationProblem) { on.formUnion(try Self.known(names)) }

    package mutating func disable(_ names: String) throws(ConfigurationProblem) { on.subtract(try Self.known(names)) }

    private static func known(_ names: String) throws(ConfigurationProblem) -> [String] {
        let all = names.split(separator: ",").map(String.init)
        for name in all where !usual.contains(name) && !optional.contains(name) {
            throw ConfigurationProblem("admission-control plugin \"\(name)\" is unknown")
        }
        return all
    }

    /// Takes an AdmissionConfiguration; `read` gives the content of files that it names. Throws what is wrong with it.
    package mutating func apply(_ document: Value, read: (String) throws -> Value) throws {
        guard document["kind"].string == "AdmissionConfiguration",
            ["apiserver.config.k8s.io/v1", "apiserver.k8s.io/v1alpha1"].contains(document["apiVersion"].string ?? "")
        else { throw ConfigurationProblem("expected an AdmissionConfiguration of apiserver.config.k8s.io/v1") }
        for plugin in document["plugins"].array {
            let name = plugin["name"].string ?? ""
            _ = try Self.known(name)
            if plugin["configuration"].isObject {
                configurations[name] = plugin["configuration"]
            } else if let path = plugin["path"].string, !path.isEmpty {
                configurations[name] = try read(path)
            }
        }
        _ = try PodSecurityConfiguration(self["PodSecurity"])
        _ = try EventLimits(self["EventRateLimit"])
        _ = try imagePolicy()
    }

    /// How images are decided about; nil when the plug-in is off. Throws what is wrong with its configuration.
    package func imagePolicy() throws(ConfigurationProblem) -> ImagePolicySettings? {
        guard isOn("ImagePolicyWebhook") else { return nil }
        guard let settings = try ImagePolicySettings(self["ImagePolicyWebhook"]) else {
            throw ConfigurationProblem("ImagePolicyWebhook needs a configuration that names a kubeConfigFile")
        }
        return settings
    }

    /// What is no plug-in that can be chosen is always on.
    func isOn(_ name: String) -> Bool {
        on.contains(name) || !Self.usual.contains(name) && !Self.optional.contains(name)
    }

    /// What a step was told; null for nothing.
    subscript(name: String) -> Value { configurations[name] ?? .null }
}
