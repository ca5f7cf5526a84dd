import APIClient
import Authentication
import HTTPServing
import KubernetesTypes
import Objects
import Testing

@testable import APIServer

/// What a component has read already is not decoded again, and counts only while it is the newest.
@Suite struct KnownObjectTests {
    private static let pods = "/api/v1/namespaces/default/pods"

    private func pod(_ name: String, _ fixture: ServerFixture) async -> Value {
        await fixture.send(.create, "/api/v1/namespaces/default/serviceaccounts", ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default"]])
        return await fixture.send(
            .create, Self.pods,
            ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)], "spec": ["containers": [["name": "c", "image": "i"]]]])
    }

    private func bind(_ name: String, known: Value, _ fixture: ServerFixture) async throws {
        var request = APIRequest(.create, Self.pods + "/\(name)/binding")
        request.body = [
            "kind": "Binding", "apiVersion": "v1", "metadata": ["name": .string(name)], "target": ["kind": "Node", "apiVersion": "v1", "name": "n"],
        ]
        request.known = known
        _ = try await fixture.admin.send(request)
    }

    private func marked(_ pod: Value) -> Value {
        var pod = pod
        pod["metadata"]["annotations"] = ["from": "memory"]
        return pod
    }

    @Test func theNewestIsTaken() async throws {
        try await ServerFixture.run { fixture in
            let made = await pod("a", fixture)
            // Nobody has a tree of it any more.
            for _ in 0..<2 { _ = DecodedTrees.shared.forgetUnused() }
            try await bind("a", known: marked(made), fixture)
            let bound = fixture.raw("GET", Self.pods + "/a").1
            #expect(bound["spec"]["nodeName"] == "n")
            #expect(bound["metadata"]["annotations"] == ["from": "memory"])
        }
    }

    @Test func anOlderOneAndOneOfAnotherNameAreNot() async throws {
        try await ServerFixture.run { fixture in
            let old = await pod("a", fixture)
            let changed = await fixture.send(
                .patch, Self.pods + "/a", ["metadata": ["labels": ["x": "y"]]], type: "application/merge-patch+json")
            try await bind("a", known: marked(old), fixture)
            let bound = fixture.raw("GET", Self.pods + "/a").1
            #expect((bound["spec"]["nodeName"], bound["metadata"]["labels"]) == ("n", ["x": "y"]))
            #expect(bound["metadata"]["annotations"].isNull)
            var other = marked(changed)
            let second = await pod("b", fixture)
            other["metadata"]["resourceVersion"] = second["metadata"]["resourceVersion"]
            try await bind("b", known: other, fixture)
            #expect(fixture.raw("GET", Self.pods + "/b").1["metadata"]["annotations"].isNull)
        }
    }

    @Test func whoDoesNotLookGetsNothing() async throws {
        try await ServerFixture.run { fixture in
            var request = APIRequest(.create, "/api/v1/namespaces/default/configmaps")
            request.body = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"]]
            request.wantsObject = false
            let answer = try await fixture.admin.send(request)
            #expect(answer.isNull)
            #expect(fixture.raw("GET", request.path + "/a").0 == 200)
            // A refusal is one all the same.
            let again = request
            await #expect(throws: StatusError.self) { try await fixture.admin.send(again) }
        }
    }

    /// Whoever writes a status is not told of what somebody else put into the specification.
    @Test func onlyWritersOfTheSpecificationAreWarned() async throws {
        try await ServerFixture.run { fixture in
            let made = await pod("a", fixture)
            var double = made
            double["metadata"] = ["name": "b"]
            double["spec"]["containers"] = [["name": "c", "image": "i", "ports": [["containerPort": 80], ["containerPort": 80]]]]
            func warnings(_ method: String, _ path: String, _ body: Value) async throws -> [String] {
                let notes = RequestNotes()
                let request = ServerRequest(
                    method: method, path: path, rawQuery: nil, headers: RequestHeaders([(name: "content-type", value: "application/json")]),
                    body: body.json, user: UserInfo(name: "admin", groups: [UserInfo.mastersGroup]))
                _ = try await fixture.server.chain.handle(request, warnings: notes).answer()
                return notes.warnings
            }
            var told = try await warnings("POST", Self.pods, double)
            #expect(told == ["spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]"])
            var stored = fixture.raw("GET", Self.pods + "/b").1
            stored["metadata"]["labels"] = ["x": "y"]
            told = try await warnings("PUT", Self.pods + "/b", stored)
            #expect(told.count == 1)
            stored = fixture.raw("GET", Self.pods + "/b").1
            stored["status"]["message"] = "m"
            told = try await warnings("PUT", Self.pods + "/b/status", stored)
            #expect(told == [])
            #expect(fixture.raw("GET", Self.pods + "/b").1["status"]["message"] == "m")
        }
    }

    @Test func identifiersHaveTheFormOfVersionFour() throws {
        let pattern = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        let ids = (0..<200).map { _ in Naming.uid() }
        for id in ids { #expect(id.wholeMatch(of: pattern) != nil, "\(id)") }
        #expect(Set(ids).count == ids.count)
    }
}
