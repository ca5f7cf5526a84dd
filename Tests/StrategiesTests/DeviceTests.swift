import Objects
import Schema
import Strategies
import Testing

struct DeviceTests {
    private static let slice = Subject(
        "resource.k8s.io", "v1", "ResourceSlice", "resourceslices",
        #"{"apiVersion":"resource.k8s.io/v1","kind":"ResourceSlice","metadata":{"name":"x"},"spec":{"driver":"d.com","nodeName":"n","pool":{"name":"p","generation":1,"resourceSliceCount":1}}}"#)
    private static let claim = Subject(
        "resource.k8s.io", "v1", "ResourceClaim", "resourceclaims",
        #"{"apiVersion":"resource.k8s.io/v1","kind":"ResourceClaim","metadata":{"name":"x","namespace":"n"},"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"c"}}]}}}"#)

    @Test(arguments: [
        RuleCase("spec.sharedCounters", #"[{"name":"a","counters":{"x":{"value":"1"}}}]"#),
        RuleCase("spec.sharedCounters", #"[{"name":"a","counters":{"A_":{"value":"1"}}}]"#, "spec.sharedCounters[0].counters Invalid"),
        RuleCase(
            "spec.sharedCounters", #"[{"name":"a","counters":{"x":{"value":"1"}}},{"name":"a","counters":{}}]"#,
            "spec.sharedCounters[1] Duplicate", "spec.sharedCounters[1].counters Required"),
        RuleCase(
            "spec.devices", #"[{"name":"a","consumesCounters":[{"counterSet":"","counters":{"x":{"value":"1"}}}]}]"#,
            "spec.devices[0].consumesCounters[0].counterSet Required"),
        RuleCase("spec.devices", #"[{"name":"a","bindingConditions":["x"]}]"#, "spec.devices[0].bindingFailureConditions Invalid"),
        RuleCase(
            "spec.devices", #"[{"name":"a","bindingConditions":["x"],"bindingFailureConditions":["x","y","y"]}]"#,
            "spec.devices[0].bindingFailureConditions[0] Invalid", "spec.devices[0].bindingFailureConditions[2] Duplicate"),
        RuleCase(
            "spec.devices", #"[{"name":"a","capacity":{"m":{"value":"4","requestPolicy":{"default":"1"}}}}]"#,
            "spec.devices[0].capacity[m].requestPolicy Forbidden"),
        RuleCase(
            "spec.devices",
            #"[{"name":"a","allowMultipleAllocations":true,"capacity":{"m":{"value":"4","requestPolicy":{"default":"1","validValues":["2","8"]}}}}]"#,
            "spec.devices[0].capacity[m].requestPolicy.validValues[1] Invalid", "spec.devices[0].capacity[m].requestPolicy.validValues Invalid"),
        RuleCase(
            "spec.devices",
            #"[{"name":"a","allowMultipleAllocations":true,"capacity":{"m":{"value":"8","requestPolicy":{"default":"4","validRange":{"min":"1","max":"7","step":"3"}}}}}]"#),
        RuleCase(
            "spec.devices",
            #"[{"name":"a","allowMultipleAllocations":true,"capacity":{"m":{"value":"8","requestPolicy":{"default":"3","validRange":{"min":"1","step":"3"}}}}}]"#,
            "spec.devices[0].capacity[m].requestPolicy.validRange.step Invalid"),
        RuleCase("spec.devices", #"[{"name":"a","attributes":{"v":{"version":"1.0.0-01"}}}]"#, "spec.devices[0].attributes[v].version Invalid"),
    ])
    func slices(_ rule: RuleCase) throws { try Self.slice.expectCreate(rule) }

    @Test func perDeviceNodes() throws {
        let changes = [("spec.nodeName", "null"), ("spec.perDeviceNodeSelection", "true")]
        #expect(try Self.slice.createProblems(changes + [("spec.devices", #"[{"name":"a","nodeName":"n"}]"#)]) == [])
        #expect(try Self.slice.createProblems(changes + [("spec.devices", #"[{"name":"a"}]"#)]) == ["spec.devices[0] Required"])
        let both = try Self.slice.createProblems(changes + [("spec.devices", #"[{"name":"a","nodeName":"n","allNodes":true}]"#)])
        #expect(both == ["spec.devices[0] Invalid"])
    }

    @Test func whatAClaimGot() throws {
        let allocation = #"{"devices":{"results":[{"request":"r","driver":"d.com","pool":"p","device":"x"}]}}"#
        func status(_ json: String) -> [(path: String, json: String)] { [("status", json)] }
        #expect(try Self.claim.updateProblems(of: "status", status("{\"allocation\":\(allocation)}")) == [])
        #expect(
            try Self.claim.updateProblems(of: "status", status("{\"allocation\":\(allocation.replacing("\"r\"", with: "\"s\""))}"))
                == ["status.allocation.devices.results[0].request Invalid"])
        let other = #"{"driver":"d.com","pool":"p","device":"y","networkData":{"ips":["10.0.0.1"]}}"#
        #expect(
            try Set(Self.claim.updateProblems(of: "status", status("{\"allocation\":\(allocation),\"devices\":[\(other)]}")))
                == ["status.devices[0] Invalid", "status.devices[0].networkData.ips[0] Invalid"])
        #expect(
            try Self.claim.updateProblems(of: "status", from: status("{\"allocation\":\(allocation)}"), status(#"{"allocation":{}}"#))
                == ["status.allocation Invalid"])
    }
}
