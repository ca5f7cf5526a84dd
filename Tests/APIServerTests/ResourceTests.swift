import APIClient
import KubernetesTypes
import Objects
import Testing

@testable import APIServer

@Suite(.serialized) struct ResourceTests {
    private static let maps = "/api/v1/namespaces/default/configmaps"

    private func map(_ name: String, _ data: Value = ["k": "v"]) -> Value {
        ["kind": "ConfigMap", "apiVersion": "v1", "metadata": ["name": .string(name)], "data": data]
    }

    /// A scale that names no version holds for any, whoever else writes the object at the time.
    @Test func scalesWithoutVersionMeetNoConflict() async throws {
        try await ServerFixture.run { fixture in
            let path = "/apis/apps/v1/namespaces/default/deployments"
            await fixture.send(
                .create, path,
                [
                    "kind": "Deployment", "apiVersion": "apps/v1", "metadata": ["name": "d"],
                    "spec": [
                        "selector": ["matchLabels": ["a": "b"]],
                        "template": ["metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "c", "image": "i"]]]],
                    ],
                ])
            let codes = await withTaskGroup(of: Int64?.self) { group in
                for index in 0..<10 {
                    group.addTask {
                        guard index % 2 == 0 else {
                            return await fixture.send(
                                .patch, path + "/d", ["metadata": ["annotations": ["n": .string("\(index)")]]],
                                type: "application/merge-patch+json")["code"].int
                        }
                        return await fixture.send(
                            .update, path + "/d/scale",
                            [
                                "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": ["name": "d", "namespace": "default"],
                                "spec": ["replicas": .int(Int64(index))],
                            ])["code"].int
                    }
                }
                var codes: [Int64] = []
                for await code in group { if let code { codes.append(code) } }
                return codes
            }
            #expect(codes == [])
        }
    }

    @Test func writesAreReadBack() async throws {
        try await ServerFixture.run { fixture in
            let created = await fixture.send(.create, Self.maps, map("a"))
            #expect(created["metadata"]["uid"].string?.count == 36)
            #expect(created["metadata"]["managedFields"][0]["manager"] == "tests")
            #expect(await fixture.send(.get, Self.maps + "/a")["data"] == ["k": "v"])
            #expect(await fixture.send(.create, Self.maps, map("a"))["reason"] == "AlreadyExists")
            let deleted = await fixture.send(.delete, Self.maps + "/a")
            #expect(deleted["status"] == "Success")
            #expect(await fixture.send(.get, Self.maps + "/a")["code"] == 404)
        }
    }

    @Test func staleUpdatesConflict() async throws {
        try await ServerFixture.run { fixture in
            let created = await fixture.send(.create, Self.maps, map("a"))
            var stale = map("a", ["k": "w"])
            stale["metadata"]["resourceVersion"] = created["metadata"]["resourceVersion"]
            #expect(await fixture.send(.update, Self.maps + "/a", stale)["data"] == ["k": "w"])
            #expect(await fixture.send(.update, Self.maps + "/a", stale)["reason"] == "Conflict")
            var other = map("a")
            other["metadata"]["uid"] = "11111111-2222-3333-4444-555555555555"
            #expect(await fixture.send(.update, Self.maps + "/a", other)["code"] == 409)
        }
    }

    @Test func applyAndPatchTrackOwners() async throws {
        try await ServerFixture.run { fixture in
            let apply = "application/apply-patch+yaml"
            await fixture.send(.patch, Self.maps + "/a", map("a"), type: apply, query: [("fieldManager", "one")])
            let conflict = await fixture.send(
                .patch, Self.maps + "/a", map("a", ["k": "w"]), type: apply, query: [("fieldManager", "two")])
            #expect(conflict["code"] == 409)
            #expect(conflict["details"]["causes"][0]["field"] == ".data.k")
            let forced = await fixture.send(
                .patch, Self.maps + "/a", map("a", ["k": "w"]), type: apply, query: [("fieldManager", "two"), ("force", "true")])
            #expect(forced["metadata"]["managedFields"].array.map { $0["manager"] } == ["two"])
            let patched = await fixture.send(
                .patch, Self.maps + "/a", [["op": "test", "path": "/data/k", "value": "x"]], type: "application/json-patch+json")
            #expect(patched["code"] == 422)
            #expect(await fixture.send(.patch, Self.maps + "/a", .emptyObject, type: "text/plain")["code"] == 415)
        }
    }

    @Test func dryRunsLeaveNothing() async throws {
        try await ServerFixture.run { fixture in
            let answer = await fixture.send(.create, Self.maps, map("a"), query: [("dryRun", "All")])
            #expect(answer["metadata"]["name"] == "a")
            #expect(await fixture.send(.get, Self.maps + "/a")["code"] == 404)
            #expect(await fixture.send(.create, Self.maps, map("a"), query: [("dryRun", "Some")])["code"] == 422)
        }
    }

    @Test func pagesShowOneState() async throws {
        try await ServerFixture.run { fixture in
            for name in ["a", "b", "c"] { await fixture.send(.create, Self.maps, map(name)) }
            let (code, first) = fixture.raw("GET", Self.maps, query: "limit=2")
            #expect(code == 200)
            #expect(first["items"].array.map { $0["metadata"]["name"] } == ["a", "b"])
            #expect(first["metadata"]["remainingItemCount"] == 1)
            await fixture.send(.create, Self.maps, map("d"))
            let token = try #require(first["metadata"]["continue"].string)
            let (_, second) = fixture.raw("GET", Self.maps, query: "limit=2&continue=\(token)")
            #expect(second["items"].array.map { $0["metadata"]["name"] } == ["c"])
            #expect(second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"])
        }
    }

    @Test(arguments: [
        ("GET", "/api/v1/namespaces/default/configmaps", "resourceVersion=abc", 400),
        ("GET", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt", "resourceVersion=abc", 404),
        ("GET", "/api/v1/namespaces/default/configmaps", "limit=x", 400),
        ("GET", "/api/v1/namespaces/default/configmaps", "continue=nonsense", 400),
        ("GET", "/api/v1/namespaces/default/configmaps", "labelSelector=a%20b%20c", 400),
        ("GET", "/api/v1/namespaces/default/configmaps", "fieldSelector=spec.x=1", 400),
        ("GET", "/api/v1/namespaces/default/configmaps", "resourceVersionMatch=Exact", 422),
        ("GET", "/api/v1/namespaces/default/configmaps", "resourceVersion=99999999", 504),
        ("GET", "/api/v1/namespaces/default/nonsense", "", 404), ("GET", "/apis/none.example.com/v1/things", "", 404),
        ("HEAD", "/api/v1/namespaces/default/configmaps", "", 405), ("PUT", "/api/v1/namespaces/default/configmaps", "", 405),
        ("POST", "/api/v1/configmaps", "", 405), ("GET", "/api/v1/namespaces/default/configmaps//a", "", 404),
    ])
    func badRequestsHaveTheirStatus(_ method: String, _ path: String, _ query: String, _ code: Int) async throws {
        try await ServerFixture.run { fixture in
            #expect(fixture.raw(method, path, query: query).0 == code)
        }
    }

    @Test func tablesAndMetadata() async throws {
        try await ServerFixture.run { fixture in
            await fixture.send(.create, Self.maps, map("a"))
            let (_, table) = fixture.raw("GET", Self.maps, query: "includeObject=None", headers: [("accept", "application/json;as=Table;g=meta.k8s.io;v=v1")])
            #expect(table["kind"] == "Table")
            #expect(table["rows"][0]["cells"][0] == "a")
            #expect(table["rows"][0]["object"] == .null)
            let (_, partial) = fixture.raw("GET", Self.maps, headers: [("accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")])
            #expect(partial["items"][0]["kind"] == "PartialObjectMetadata")
            #expect(partial["items"][0]["data"] == .null)
        }
    }

    @Test func openAPIDescribesKinds() async throws {
        try await ServerFixture.run { fixture in
            let (code, index) = fixture.raw("GET", "/openapi/v3")
            #expect(code == 200)
            #expect(index["paths"]["apis/apps/v1"]["serverRelativeURL"].string?.hasPrefix("/openapi/v3/apis/apps/v1?hash=") == true)
            let (_, document) = fixture.raw("GET", "/openapi/v3/apis/apps/v1")
            let schema = document["components"]["schemas"]["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"]
            #expect(schema["x-kubernetes-list-map-keys"] == ["name"])
            #expect(schema["x-kubernetes-patch-merge-key"] == "name")
            #expect(document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"].isObject)
        }
    }
}
