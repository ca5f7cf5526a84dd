package import Authentication
package import Objects

/// Which steps of admission are on, and what they were told (`--enable-admission-plugins`, `--disable-admission-plugins`,
/// `--admission-control-config-file`).
package struct AdmissionSettings: Sendable {
    private static let usual: Set<String> = [
        "NamespaceLifecycle", "LimitRanger", "ServiceAccount", "NodeRestriction", "TaintNodesByCondition", "PodSecurity", "Priority",
        "DefaultTolerationSeconds", "DefaultStorageClass", "StorageObjectInUseProtection", "PersistentVolumeClaimResize", "RuntimeClass",
        "CertificateApproval", "CertificateSigning", "ClusterTrustBundleAttest", "CertificateSubjectRestriction", "DefaultIngressClass",
        "PodTopologyLabels", "PodGroupWorkloadExists", "NodeDeclaredFeatureValidator", "MutatingAdmissionPolicy", "MutatingAdmissionWebhook", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionWebhook", "ResourceQuota",
    ]
    private static let optional: Set<String> = [
        "AlwaysAdmit", "AlwaysDeny", "AlwaysPullImages", "DenyServiceExternalIPs", "EventRateLimit", "ExtendedResourceToleration",
        "ImagePolicyWebhook", "LimitPodHardAntiAffinityTopology", "NamespaceAutoProvision", "NamespaceExists",
        "OwnerReferencesPermissionEnforcement", "PodNodeSelector", "PodTolerationRestriction",
    ]

    private var on = usual
    private var configurations: [String: Value] = [:]
    /// Who decides about images; nil when nobody is to.
    package var imageReviewer: (any ReviewServer)?

    package init() {}

    /// Turns steps on and off; names are separated by commas. Throws for a name that is none, or that is asked for and refused.
    package mutating func choose(enable: String, disable: String) throws(ConfigurationProblem) {
        let (enabled, disabled) = (Self.names(enable), Self.names(disable))
        for (flag, names) in [("enable-admission-plugins", enabled), ("disable-admission-plugins", disabled)] {
            for name in names where !Self.isKnown(name) { throw ConfigurationProblem("\(flag) plugin \"\(name)\" is unknown") }
        }
        let both = Set(enabled).intersection(disabled).sorted()
        if !both.isEmpty {
            throw ConfigurationProblem("[\(both.joined(separator: " "))] in enable-admission-plugins and disable-admission-plugins overlapped")
        }
        on.formUnion(enabled)
        on.subtract(disabled)
    }

    private static func names(_ text: String) -> [String] { text.split(separator: ",").map { String($0).trimmingSpaces } }

    private static func isKnown(_ name: String) -> Bool { usual.contains(name) || optional.contains(name) }

    /// Takes an AdmissionConfiguration; `read` gives the content of files that it names. Throws what is wrong with it.
    package mutating func apply(_ document: Value, read: (String) throws -> Value) throws {
        guard document["kind"].string == "AdmissionConfiguration",
            ["apiserver.config.k8s.io/v1", "apiserver.k8s.io/v1alpha1"].contains(document["apiVersion"].string ?? "")
        else { throw ConfigurationProblem("expected an AdmissionConfiguration of apiserver.config.k8s.io/v1") }
        for plugin in document["plugins"].array {
            let name = plugin["name"].string ?? ""
            // Upstream passes over what it does not know, too; a slip of the pen should be seen.
            if !Self.isKnown(name) { throw ConfigurationProblem("admission-control plugin \"\(name)\" is unknown") }
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
        on.contains(name) || !Self.isKnown(name)
    }

    /// What a step was told; null for nothing.
    subscript(name: String) -> Value { configurations[name] ?? .null }
}
