import Authentication
import Objects
import Testing

@testable import APIServer

@Suite struct AdmissionSettingsTests {
    @Test func pluginsAreChosenByName() throws {
        var settings = AdmissionSettings()
        #expect(settings.isOn("PodSecurity"))
        #expect(!settings.isOn("AlwaysPullImages"))
        // Steps that are no plug-ins cannot be left out.
        #expect(settings.isOn("CustomResourceDefinitionDefaults"))
        try settings.choose(enable: "AlwaysPullImages,PodNodeSelector", disable: "PodSecurity")
        #expect(settings.isOn("AlwaysPullImages"))
        #expect(!settings.isOn("PodSecurity"))
        #expect(throws: ConfigurationProblem("enable-admission-plugins plugin \"No\" is unknown")) { try settings.choose(enable: "No", disable: "") }
        #expect(throws: ConfigurationProblem("disable-admission-plugins plugin \"No\" is unknown")) { try settings.choose(enable: "", disable: "No") }
        #expect(throws: ConfigurationProblem("[Priority RuntimeClass] in enable-admission-plugins and disable-admission-plugins overlapped")) {
            try settings.choose(enable: "RuntimeClass,Priority", disable: "Priority,RuntimeClass,PodSecurity")
        }
    }

    @Test func configurationsComeFromFilesAndInline() throws {
        var settings = AdmissionSettings()
        try settings.apply([
            "apiVersion": "apiserver.config.k8s.io/v1", "kind": "AdmissionConfiguration",
            "plugins": [
                ["name": "PodNodeSelector", "path": "selectors.yaml"],
                ["name": "PodSecurity", "configuration": [
                    "apiVersion": "pod-security.admission.config.k8s.io/v1", "kind": "PodSecurityConfiguration", "defaults": ["enforce": "baseline"],
                ]],
            ],
        ]) { path in ["podNodeSelectorPluginConfig": ["a": .string("from=" + path)]] }
        #expect(settings["PodNodeSelector"]["podNodeSelectorPluginConfig"]["a"].string == "from=selectors.yaml")
        #expect(try PodSecurityConfiguration(settings["PodSecurity"]).labels([:]) == ["pod-security.kubernetes.io/enforce": "baseline"])
        let wrong: Value = [
            "apiVersion": "apiserver.config.k8s.io/v1", "kind": "AdmissionConfiguration",
            "plugins": [["name": "PodSecurity", "configuration": [
                "apiVersion": "pod-security.admission.config.k8s.io/v1", "kind": "PodSecurityConfiguration", "defaults": ["enforce": "strict"],
            ]]],
        ]
        #expect(throws: ConfigurationProblem.self) { try settings.apply(wrong) { _ in .null } }
    }

    @Test func bucketsFillAgain() async throws {
        let limits = try EventLimits([
            "apiVersion": "eventratelimit.admission.k8s.io/v1alpha1", "kind": "Configuration",
            "limits": [["type": "User", "qps": 1, "burst": 2]],
        ])
        #expect(limits.limits.count == 1)
        #expect(throws: ConfigurationProblem.self) {
            try EventLimits(["apiVersion": "eventratelimit.admission.k8s.io/v1alpha1", "kind": "Configuration", "limits": [["type": "User", "qps": 0, "burst": 2]]])
        }
    }
}
