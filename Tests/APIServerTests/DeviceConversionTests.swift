import APIClient
import KubernetesTypes
import Objects
import Schema
import TestSupport
import Testing

@testable import APIServer

/// resource.k8s.io/v1beta1 and v1 say the same in different shapes.
@Suite struct DeviceConversionTests {
    private static let root = "/apis/resource.k8s.io/"
    private static let claims = "/namespaces/default/resourceclaims"

    private static func claim(_ name: String, _ request: Value, version: String = "v1beta1") -> Value {
        [
            "apiVersion": .string("resource.k8s.io/" + version), "kind": "ResourceClaim", "metadata": ["name": .string(name)],
            "spec": ["devices": ["requests": [request]]],
        ]
    }

    private static func conversion(_ kind: String) -> VersionConversion {
        EarlierVersions.conversion(GroupVersionKind(group: "resource.k8s.io", version: "v1beta1", kind: kind))
    }

    /// The reference objects of both versions have the same content, but for the count of a request, which is the number of its field.
    @Test(.enabled(if: ReferenceData.root != nil), arguments: ["DeviceClass", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice"])
    func referenceObjectsConvertIntoEachOther(_ kind: String) throws {
        func reference(_ version: String) throws -> Value {
            var value = try Value(json: #require(ReferenceData.bytes("api/testdata/resource.k8s.io.\(version).\(kind).json")))
            value.remove("apiVersion")
            return Self.withoutCounts(value)
        }
        let first = try reference("v1beta1"), stable = try reference("v1")
        #expect(Self.conversion(kind).stored(first).jsonString == stable.jsonString)
        #expect(Self.conversion(kind).served(stable).jsonString == first.jsonString)
    }

    private static func withoutCounts(_ value: Value) -> Value {
        switch value {
        case .object(let members): return .object(Members(members.filter { $0.key != "count" }.map { ($0.key, withoutCounts($0.value)) }))
        case .array(let items): return .array(items.map(withoutCounts))
        default: return value
        }
    }

    @Test func aRequestThatSaysNothingHasNoExactly() {
        func stored(_ request: Value) -> Value {
            Self.conversion("ResourceClaim").stored(Self.claim("a", request))["spec"]["devices"]["requests"].array.first ?? .null
        }
        #expect(stored(["name": "r", "deviceClassName": ""]) == ["name": "r"])
        #expect(stored(["name": "r", "deviceClassName": "", "count": 2]) == ["name": "r", "exactly": ["deviceClassName": "", "count": 2]])
        let either: Value = ["name": "r", "deviceClassName": "", "firstAvailable": [["name": "s", "deviceClassName": "c"]]]
        #expect(stored(either) == ["name": "r", "firstAvailable": [["name": "s", "deviceClassName": "c"]]])
        let back = Self.conversion("ResourceClaim").served(Self.claim("a", stored(either)))
        #expect(back["spec"]["devices"]["requests"] == [either])
    }

    @Test func claimsAreTheSameInBothVersions() async throws {
        try await ServerFixture.run(runtimeConfig: "resource.k8s.io/v1beta1=true") { fixture in
            let first = Self.root + "v1beta1" + Self.claims, stable = Self.root + "v1" + Self.claims
            let made = await fixture.send(.create, first, Self.claim("a", ["name": "r", "deviceClassName": "gpu"]))
            let flat: Value = ["name": "r", "deviceClassName": "gpu", "allocationMode": "ExactCount", "count": 1]
            #expect(made["spec"]["devices"]["requests"] == [flat])
            let found = fixture.raw("GET", stable + "/a").1
            #expect(found["spec"]["devices"]["requests"] == [["name": "r", "exactly": ["deviceClassName": "gpu", "allocationMode": "ExactCount", "count": 1]]])
            #expect(found["metadata"]["uid"] == made["metadata"]["uid"])
            let seen = fixture.raw("GET", first + "/a").1
            #expect(seen["spec"] == made["spec"])
            #expect(await fixture.send(.update, first + "/a", seen) == seen)
            #expect(fixture.raw("GET", first).1["items"].array.first?["spec"] == made["spec"])
            // What is there in the first version is refused in the other, and the other way round.
            let wrong = await fixture.send(.create, stable, Self.claim("b", flat, version: "v1"))
            #expect(wrong["code"] == 422)
            let patched = await fixture.send(
                .patch, first + "/a", ["metadata": ["labels": ["x": "y"]]], type: "application/strategic-merge-patch+json")
            #expect((patched["metadata"]["labels"], patched["spec"]) == (["x": "y"], made["spec"]))
        }
    }

    /// Each owner has its fields in the version that it speaks, and a change in the other is seen in it.
    @Test func fieldsAreOwnedInTheVersionOfTheOwner() async throws {
        try await ServerFixture.run(runtimeConfig: "resource.k8s.io/v1beta1=true") { fixture in
            func slice(_ version: String, _ device: Value) -> Value {
                [
                    "apiVersion": .string("resource.k8s.io/" + version), "kind": "ResourceSlice", "metadata": ["name": "s"],
                    "spec": [
                        "driver": "d.example.com", "pool": ["name": "p", "generation": 1, "resourceSliceCount": 1], "allNodes": true, "devices": [device],
                    ],
                ]
            }
            func apply(_ version: String, _ device: Value, as manager: String) async -> Value {
                await fixture.send(
                    .patch, Self.root + version + "/resourceslices/s", slice(version, device), type: "application/apply-patch+yaml",
                    query: [("fieldManager", manager)])
            }
            let attributes: Value = ["a": ["string": "1"]]
            let applied = await apply("v1beta1", ["name": "one", "basic": ["attributes": attributes]], as: "old")
            #expect(applied["spec"]["devices"] == [["name": "one", "basic": ["attributes": attributes]]], "\(applied.jsonString)")
            #expect(applied["metadata"]["managedFields"].array.map { $0["apiVersion"] } == ["resource.k8s.io/v1beta1"])
            // The same in the other version is no conflict, something else is.
            let same = await apply("v1", ["name": "one", "attributes": attributes], as: "new")
            #expect(same["metadata"]["managedFields"].array.map { $0["apiVersion"] } == ["resource.k8s.io/v1", "resource.k8s.io/v1beta1"], "\(same.jsonString)")
            #expect(same["spec"]["devices"] == [["name": "one", "attributes": attributes]])
            let other = await apply("v1", ["name": "two", "attributes": attributes], as: "new")
            #expect((other["code"], other["reason"]) == (409, "Conflict"))
            #expect(other["message"] == "Apply failed with 1 conflict: conflict with \"old\": .spec.devices")
        }
    }

    @Test func documentsAndWatchesSpeakTheVersion() async throws {
        try await ServerFixture.run(runtimeConfig: "resource.k8s.io/v1beta1=true") { fixture in
            let group = fixture.raw("GET", "/apis/resource.k8s.io").1
            #expect(group["versions"].array.compactMap { $0["version"].string } == ["v1", "v1beta1"])
            let list = fixture.raw("GET", Self.root + "v1beta1").1
            #expect(list["resources"].array.compactMap { $0["name"].string } == ["deviceclasses", "resourceclaims", "resourceclaims/status", "resourceclaimtemplates", "resourceslices"])
            let document = fixture.raw("GET", "/openapi/v3/apis/resource.k8s.io/v1beta1").1
            let schemas = document["components"]["schemas"]
            #expect(schemas["io.k8s.api.resource.v1beta1.Device"]["properties"].members.map(\.key).sorted() == ["basic", "name"])
            #expect(schemas["io.k8s.api.resource.v1beta1.DeviceRequest"]["properties"].contains("deviceClassName"))
            #expect(schemas.contains("io.k8s.api.resource.v1beta1.ResourceClaimList"))
            await fixture.send(.create, Self.root + "v1" + Self.claims, Self.claim("a", ["name": "r", "exactly": ["deviceClassName": "gpu"]], version: "v1"))
            var request = APIRequest(.get, Self.root + "v1beta1" + Self.claims)
            request.query = [("watch", "true")]
            let watch = try await fixture.admin.watch(request)
            defer { watch.cancel() }
            guard case .added(let object) = try await watch.next()?.first else {
                Issue.record("no event")
                return
            }
            #expect(object.value["apiVersion"] == "resource.k8s.io/v1beta1")
            #expect(object.value["spec"]["devices"]["requests"].array.first?["deviceClassName"] == "gpu")
            #expect(fixture.raw("GET", Self.root + "v1beta1/resourceslices", query: "fieldSelector=spec.driver%3Dx").0 == 200)
        }
    }
}
