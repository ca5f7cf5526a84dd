import APIClient
import Authentication
import KubernetesTypes
import Objects
import Schema
import Testing

@testable import APIServer

@Suite struct OptionalAdmissionTests {
    private func attributes(_ spec: Value, operation: AdmissionAttributes.Operation = .create, subresource: String = "") -> AdmissionAttributes {
        AdmissionAttributes(
            operation: operation, kind: GroupVersionKind(group: "", version: "v1", kind: "Pod"),
            resource: GroupResource(group: "", resource: "pods"), version: "v1", subresource: subresource, namespace: "default", name: "p",
            object: ["metadata": ["name": "p"], "spec": spec], oldObject: .null, user: UserInfo(name: "me"), isDryRun: false,
            options: .emptyObject, requestVersion: GroupVersion(group: "", version: "v1"))
    }

    private func refusal(_ step: some ValidatingAdmission, _ attributes: AdmissionAttributes) async -> String {
        do throws(StatusError) {
            try await step.validate(attributes, warnings: RequestNotes())
            return ""
        } catch {
            return error.message
        }
    }

    @Test func podsMayNotKeepOthersOffAWholeZone() async {
        func pod(_ key: String) -> Value {
            ["affinity": ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [["topologyKey": .string(key)]]]]]
        }
        let step = LimitPodHardAntiAffinityTopology()
        #expect(await refusal(step, attributes(pod("kubernetes.io/hostname"))) == "")
        #expect(
            await refusal(step, attributes(pod("zone")))
                == "pods \"p\" is forbidden: affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey zone but only key kubernetes.io/hostname is allowed")
        #expect(await refusal(step, attributes(pod("zone"), subresource: "status")) == "")
    }

    @Test func nothingPassesWhereAllIsDenied() async {
        #expect(
            await refusal(AlwaysDeny(), attributes(.emptyObject, operation: .delete))
                == "pods \"p\" is forbidden: admission control is denying all modifications")
    }

    @Test func tolerationsCoverEachOther() {
        let all: Value = ["operator": "Exists"]
        let gpu: Value = ["key": "gpu", "operator": "Exists", "effect": "NoSchedule"]
        let one: Value = ["key": "gpu", "value": "one", "effect": "NoSchedule"]
        let minute: Value = ["key": "gone", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60]
        let hour: Value = ["key": "gone", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 3600]
        let ever: Value = ["key": "gone", "operator": "Exists", "effect": "NoExecute"]
        for (wide, other, covers) in [
            (all, gpu, true), (gpu, all, false), (gpu, one, true), (one, gpu, false), (hour, minute, true), (minute, hour, false),
            (hour, ever, false), (ever, hour, true), (gpu, minute, false),
        ] {
            #expect(TolerationSets.covers(wide, other) == covers, "\(wide) and \(other)")
        }
        #expect(TolerationSets.merge([gpu, minute], [one, hour]) == [gpu, hour])
        #expect(TolerationSets.merge([gpu], [gpu]) == [gpu])
    }

    @Test func namespacesSayWhatTheirPodsTolerate() async throws {
        try await ServerFixture.run { fixture in
            let annotations = "scheduler.alpha.kubernetes.io/"
            let gpu = #"[{"key":"gpu","operator":"Exists","effect":"NoSchedule"}]"#
            await fixture.send(
                .patch, "/api/v1/namespaces/default",
                ["metadata": ["annotations": [
                    annotations + "defaultTolerations": .string(gpu), annotations + "tolerationsWhitelist": .string(gpu),
                ]]], type: "application/merge-patch+json")
            let namespaces = try #require(fixture.server.kinds.kind(GroupResource(group: "", resource: "namespaces"))).store
            let step = try PodTolerationRestriction(namespaces: namespaces, configuration: .null)
            var fine = attributes(["containers": [["name": "a"]]])
            try await step.admit(&fine, warnings: RequestNotes())
            #expect(fine.object["spec"]["tolerations"] == [["key": "gpu", "operator": "Exists", "effect": "NoSchedule"]])
            var wide = attributes(["containers": [["name": "a"]], "tolerations": [["operator": "Exists"]]])
            await #expect(throws: StatusError.self) { try await step.admit(&wide, warnings: RequestNotes()) }
            #expect(throws: ConfigurationProblem.self) { try PodTolerationRestriction(namespaces: namespaces, configuration: ["kind": "Other"]) }
        }
    }

    @Test func namespacesAreMadeOrMissed() async throws {
        try await ServerFixture.run { fixture in
            let namespaces = try #require(fixture.server.kinds.kind(GroupResource(group: "", resource: "namespaces"))).store
            var wanted = attributes(.emptyObject)
            wanted = AdmissionAttributes(
                operation: .create, kind: wanted.kind, resource: wanted.resource, version: "v1", subresource: "", namespace: "fresh", name: "p",
                object: wanted.object, oldObject: .null, user: wanted.user, isDryRun: false, options: .emptyObject, requestVersion: wanted.requestVersion)
            #expect(await refusal(NamespaceExists(namespaces: namespaces), wanted) == "namespaces \"fresh\" not found")
            try await NamespaceAutoProvision(namespaces: namespaces).admit(&wanted, warnings: RequestNotes())
            #expect(fixture.raw("GET", "/api/v1/namespaces/fresh").0 == 200)
            #expect(await refusal(NamespaceExists(namespaces: namespaces), wanted) == "")
        }
    }
}
