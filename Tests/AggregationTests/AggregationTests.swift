import Objects
import Schema
import Testing

@testable import Aggregation

@Suite struct AvailabilityTests {
    private let service = APIServiceRegistration([
        "metadata": ["name": "v1.g.example.com"],
        "spec": ["group": "g.example.com", "version": "v1", "service": ["namespace": "n", "name": "s"]],
    ]).service

    private func reason(_ object: Value?, _ endpoints: [Value]) -> String? {
        service.flatMap { Availability.obstacle($0, object, endpoints: endpoints)?.reason }
    }

    @Test func obstaclesAreNamed() {
        let object: Value = ["spec": ["ports": [["port": 443, "name": "https"]]]]
        let slice: Value = ["ports": [["name": "https", "port": 8443]], "endpoints": [["addresses": ["10.0.0.1"]]]]
        #expect(reason(nil, []) == "ServiceNotFound")
        #expect(reason(["spec": ["ports": [["port": 80]]]], []) == "ServicePortError")
        #expect(reason(object, []) == "EndpointsNotFound")
        #expect(reason(object, [["ports": [["name": "other", "port": 1]], "endpoints": [["addresses": ["10.0.0.1"]]]]]) == "MissingEndpoints")
        #expect(reason(object, [slice]) == nil)
    }

    @Test func theTimeOfAConditionChangesWithItsStatus() {
        let first = Availability.passed.status(after: .null, now: "1")
        #expect(first["conditions"][0]["lastTransitionTime"] == "1")
        #expect(Availability.passed.status(after: first, now: "2") == first)
        let failed = Availability.failedDiscovery("no").status(after: first, now: "3")
        #expect(failed["conditions"][0]["lastTransitionTime"] == "3" && failed["conditions"].array.count == 1)
        #expect(Availability.failedDiscovery("still").status(after: failed, now: "4")["conditions"][0]["lastTransitionTime"] == "3")
    }
}

@Suite struct RemoteDocumentTests {
    private let groupVersion = GroupVersion(group: "g.example.com", version: "v1")

    @Test func plainListsBecomeAggregatedOnes() {
        let list: Value = [
            "kind": "APIResourceList",
            "resources": [
                ["name": "flunders", "singularName": "flunder", "namespaced": true, "kind": "Flunder", "verbs": ["get"], "shortNames": ["fl"]],
                ["name": "flunders/status", "singularName": "", "namespaced": true, "kind": "Flunder", "verbs": ["get", "update"]],
            ],
        ]
        let resources = RemoteDiscovery.resources(ofPlain: list, groupVersion) ?? .null
        #expect(resources.array.count == 1)
        #expect(resources[0]["scope"] == "Namespaced" && resources[0]["shortNames"] == ["fl"])
        #expect(resources[0]["subresources"][0]["subresource"] == "status")
        #expect(RemoteDiscovery.resources(ofPlain: ["kind": "Status"], groupVersion) == nil)
    }

    @Test func openAPITakesWhatTheGroupNeeds() {
        let own: Value = ["paths": ["/api/v1/pods": .emptyObject], "definitions": ["Pod": ["type": "object"]]]
        let other: Value = [
            "paths": [
                "/apis/g.example.com/v1/flunders": ["get": ["schema": ["$ref": "#/definitions/Flunder"]]],
                "/apis/other/v1/things": .emptyObject,
            ],
            "definitions": [
                "Flunder": ["properties": ["spec": ["$ref": "#/definitions/FlunderSpec"]]], "FlunderSpec": ["type": "object"],
                "Thing": ["type": "object"], "Pod": ["type": "string"],
            ],
        ]
        let merged = OpenAPIMerge.merge(other, of: groupVersion, into: own)
        #expect(Set(merged["paths"].members.keys) == ["/api/v1/pods", "/apis/g.example.com/v1/flunders"])
        #expect(Set(merged["definitions"].members.keys) == ["Pod", "Flunder", "FlunderSpec"])
        #expect(merged["definitions"]["Pod"]["type"] == "object")
    }

    @Test func extraKeysFitIntoHeaders() {
        let headers = FrontProxyHeaders.headers(user: "jane", uid: "", groups: ["a", "b"], extra: ["acme.com/team": ["blue"]])
        #expect(headers.map(\.name) == ["X-Remote-User", "X-Remote-Group", "X-Remote-Group", "X-Remote-Extra-acme.com%2Fteam"])
        #expect(FrontProxyHeaders.isReserved("X-REMOTE-user") && !FrontProxyHeaders.isReserved("x-forwarded-for"))
    }

    @Test func groupsOfKubernetesHaveTheirPlaces() {
        #expect(APIServicePriority(GroupVersion(group: "", version: "v1"))?.group == 18000)
        #expect(APIServicePriority(GroupVersion(group: "autoscaling", version: "v2"))?.version == 30)
        #expect(APIServicePriority(GroupVersion(group: "apiregistration.k8s.io", version: "v1")) == nil)
        #expect(APIServicePriority(groupVersion) == nil)
    }
}
