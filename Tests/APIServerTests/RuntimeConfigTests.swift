import APIServer
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

    @Test func refusesWhatMakesNoSense() {
        for text in ["apps/v1=maybe", "apps", "a/b/c/d=true", "/v1=true"] {
            var config = RuntimeConfig()
            #expect(throws: ServingOptions.Problem.self) { try config.set(text) }
        }
    }
}
