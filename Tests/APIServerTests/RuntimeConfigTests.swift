import APIClient
import APIServer
import Objects
import Schema
import Testing

@Suite struct RuntimeConfigTests {
    private static let apps = GroupVersion(group: "apps", version: "v1")

    @Test func theMostSpecificEntryCounts() throws {
        var config = RuntimeConfig()
        #expect(config.serves(Self.apps, "deployments") && !config.serves(GroupVersion(group: "a", version: "v1beta1"), "x"))
        try config.set("api/all=false,apps/v1=true,apps/v1/daemonsets=false,api/beta=true,v1")
        #expect(config.serves(Self.apps, "deployments") && !config.serves(Self.apps, "daemonsets"))
        #expect(!config.serves(GroupVersion(group: "batch", version: "v1"), "jobs"))
        #expect(config.serves(GroupVersion(group: "a", version: "v1beta1"), "x"))
        #expect(config.serves(GroupVersion(group: "", version: "v1"), "pods"))
        #expect(config.unknownGroups(["apps"]).isEmpty)
        #expect(config.unknownGroups([]) == ["apps"])
    }

    @Test func namesVersionsThatAreNotServed() throws {
        var config = RuntimeConfig()
        try config.set("apps/v1=true,apps/v1beta1=true,apps/v2=false,apps/v3/deployments")
        #expect(config.unknownVersions([Self.apps]) == ["apps/v1beta1", "apps/v3"])
    }

    @Test func stagesAskForAllTheirVersions() throws {
        let versions = [GroupVersion(group: "a.k8s.io", version: "v1beta1"), GroupVersion(group: "b.k8s.io", version: "v1alpha1")]
        for (text, wanted) in [
            ("api/all=true", ["a.k8s.io/v1beta1", "b.k8s.io/v1alpha1"]), ("api/beta=true", ["a.k8s.io/v1beta1"]), ("api/alpha", ["b.k8s.io/v1alpha1"]),
            ("api/all=true,a.k8s.io/v1beta1=false", ["b.k8s.io/v1alpha1"]), ("api/ga=true", []),
        ] {
            var config = RuntimeConfig()
            try config.set(text)
            #expect(config.wanted(versions) == wanted, "\(text)")
        }
    }

    @Test func earlierVersionsShareTheirObjects() async throws {
        try await ServerFixture.run(runtimeConfig: "networking.k8s.io/v1beta1=true,storage.k8s.io/v1beta1") { fixture in
            let older = "/apis/networking.k8s.io/v1beta1/servicecidrs", stable = "/apis/networking.k8s.io/v1/servicecidrs"
            let made = await fixture.send(
                .create, older,
                ["apiVersion": "networking.k8s.io/v1beta1", "kind": "ServiceCIDR", "metadata": ["name": "a"], "spec": ["cidrs": ["10.9.0.0/24"]]])
            #expect((made["apiVersion"], made["kind"]) == ("networking.k8s.io/v1beta1", "ServiceCIDR"))
            let (_, found) = fixture.raw("GET", stable + "/a")
            #expect((found["apiVersion"], found["metadata"]["uid"]) == ("networking.k8s.io/v1", made["metadata"]["uid"]))
            let (_, list) = fixture.raw("GET", older)
            #expect((list["apiVersion"], list["kind"]) == ("networking.k8s.io/v1beta1", "ServiceCIDRList"))
            let applied = await fixture.send(
                .patch, older + "/a", ["apiVersion": "networking.k8s.io/v1beta1", "kind": "ServiceCIDR", "metadata": ["name": "a", "labels": ["x": "y"]]],
                type: "application/apply-patch+yaml", query: [("fieldManager", "m")])
            #expect(applied["metadata"]["labels"] == ["x": "y"])
            #expect(applied["metadata"]["managedFields"].array.compactMap { $0["apiVersion"].string } == ["networking.k8s.io/v1beta1", "networking.k8s.io/v1beta1"])
            let (_, group) = fixture.raw("GET", "/apis/networking.k8s.io")
            #expect(group["versions"].array.compactMap { $0["version"].string } == ["v1", "v1beta1"])
            #expect(group["preferredVersion"]["version"] == "v1")
            #expect(fixture.raw("GET", "/apis/storage.k8s.io/v1beta1/volumeattributesclasses").0 == 200)
            #expect(fixture.raw("GET", "/apis/resource.k8s.io/v1beta2/resourceclaims").0 == 404)
        }
    }

    @Test func whatIsNotThereIsRefusedAtTheStart() async {
        for (text, part) in [("storagemigration.k8s.io/v1beta1=true", "storagemigration.k8s.io/v1beta1"), ("coordination.k8s.io/v1beta1=true", "coordination.k8s.io/v1beta1"), ("nonsense/v1", "unknown api groups nonsense")] {
            let error = await #expect(throws: ServingOptions.Problem.self) { try await ServerFixture.run(runtimeConfig: text) { _ in } }
            #expect(error?.description.contains(part) == true, "\(text)")
        }
    }

    @Test func refusesWhatMakesNoSense() {
        for text in ["apps/v1=maybe", "apps", "a/b/c/d=true", "/v1=true"] {
            var config = RuntimeConfig()
            #expect(throws: ServingOptions.Problem.self) { try config.set(text) }
        }
    }
}
