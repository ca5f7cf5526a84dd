import APIClient
import Authentication
import KubernetesTypes
import Objects
import Testing

@testable import APIServer

@Suite(.serialized) struct ClaimStatusTests {
    private static let path = "/apis/resource.k8s.io/v1/namespaces/default/resourceclaims"
    private static let driverUser = "system:serviceaccount:default:driver"

    private func allow(_ fixture: ServerFixture, _ name: String, _ resource: String, _ verbs: [Value], names: [Value] = []) async {
        var rule: Value = ["apiGroups": ["resource.k8s.io"], "resources": [.string(resource)], "verbs": .array(verbs)]
        if !names.isEmpty { rule["resourceNames"] = .array(names) }
        let roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles", bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
        await fixture.send(
            .create, roles,
            ["kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": ["name": .string(name)], "rules": [rule]])
        await fixture.send(
            .create, bindings,
            [
                "kind": "ClusterRoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": ["name": .string(name)],
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(name)],
                "subjects": [["kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": .string(Self.driverUser)]],
            ])
    }

    private func allocation(_ node: Value) -> Value {
        [
            "nodeSelector": [
                "nodeSelectorTerms": [["matchFields": [["key": "metadata.name", "operator": "In", "values": [node]]]]]
            ],
            "devices": ["results": [["request": "r", "driver": "gpu.example.com", "pool": "p", "device": "d"]]],
        ]
    }

    private let devices: Value = [["driver": "gpu.example.com", "pool": "p", "device": "d"]]

    private func patch(_ fixture: ServerFixture, _ status: Value, as user: InProcessTransport?) async -> Value {
        await fixture.send(
            .patch, Self.path + "/c/status", ["status": status], type: "application/merge-patch+json", as: user)
    }

    private func makeClaim(_ fixture: ServerFixture) async {
        await fixture.send(
            .create, Self.path,
            [
                "kind": "ResourceClaim", "apiVersion": "resource.k8s.io/v1", "metadata": ["name": "c"],
                "spec": ["devices": ["requests": [["name": "r", "exactly": ["deviceClassName": "gpu"]]]]],
            ])
    }

    @Test func allocationNeedsTheRightToBind() async throws {
        try await ServerFixture.run { fixture in
            await makeClaim(fixture)
            await allow(fixture, "status", "resourceclaims/status", ["patch"])
            let user = fixture.client(Self.driverUser)
            let refused = await patch(fixture, ["allocation": allocation("one")], as: user)
            #expect(refused["code"] == 422)
            #expect(
                refused["message"]
                    == "ResourceClaim.resource.k8s.io \"c\" is invalid: status: Forbidden: changing status.allocation or status.reservedFor requires resource=\"resourceclaims/binding\", verb=\"patch\" permission: resourceclaims.resource.k8s.io is forbidden: User \"system:serviceaccount:default:driver\" cannot patch resource \"resourceclaims/binding\" in API group \"resource.k8s.io\" at the cluster scope"
            )
            await allow(fixture, "binding", "resourceclaims/binding", ["patch"])
            #expect(await patch(fixture, ["allocation": allocation("one")], as: user)["kind"] == "ResourceClaim")
        }
    }

    @Test func devicesNeedTheRightForTheirDriver() async throws {
        try await ServerFixture.run { fixture in
            await makeClaim(fixture)
            await allow(fixture, "status", "resourceclaims/status", ["patch"])
            #expect(await patch(fixture, ["allocation": allocation("one")], as: nil)["kind"] == "ResourceClaim")
            let elsewhere = fixture.client(Self.driverUser)
            let refused = await patch(fixture, ["devices": devices], as: elsewhere)
            let message = refused["message"].string ?? ""
            #expect(
                message.contains(
                    "status.devices: Forbidden: changing status.devices requires resource=\"resourceclaims/driver\", verb=\"[arbitrary-node:patch]\" permission: resourceclaims.resource.k8s.io \"gpu.example.com\" is forbidden: User"
                ), "\(message)")
            await allow(fixture, "driver", "resourceclaims/driver", ["associated-node:patch"], names: ["gpu.example.com"])
            #expect(await patch(fixture, ["devices": devices], as: elsewhere)["code"] == 422)
            func driver(on node: String) -> InProcessTransport {
                InProcessTransport(
                    fixture.server,
                    user: UserInfo(
                        name: Self.driverUser, groups: [UserInfo.authenticatedGroup],
                        extra: ["authentication.kubernetes.io/node-name": [node]]), agent: "tests/1")
            }
            #expect(await patch(fixture, ["devices": devices], as: driver(on: "two"))["code"] == 422)
            #expect(await patch(fixture, ["devices": devices], as: driver(on: "one"))["kind"] == "ResourceClaim")
            // What changes nothing needs nothing.
            #expect(await patch(fixture, ["devices": devices], as: elsewhere)["kind"] == "ResourceClaim")
        }
    }

    @Test func whoLetsDevicesGoDropsTheirStatus() async throws {
        try await ServerFixture.run { fixture in
            await makeClaim(fixture)
            await allow(fixture, "status", "resourceclaims/status", ["patch"])
            await allow(fixture, "binding", "resourceclaims/binding", ["patch"])
            let user = fixture.client(Self.driverUser)
            #expect(await patch(fixture, ["allocation": allocation("one"), "devices": devices], as: nil)["kind"] == "ResourceClaim")
            #expect(await patch(fixture, ["devices": .null], as: user)["code"] == 422)
            let freed = await patch(fixture, ["allocation": .null, "devices": .null], as: user)
            #expect(freed["kind"] == "ResourceClaim" && freed["status"]["devices"].isNull, "\(freed)")
        }
    }

    @Test func accessOfAdministratorsIsForMarkedNamespaces() async throws {
        try await ServerFixture.run { fixture in
            await makeClaim(fixture)
            var wanted = allocation("one")
            wanted["devices"]["results"] = [
                ["request": "r", "driver": "gpu.example.com", "pool": "p", "device": "d", "adminAccess": true]
            ]
            let refused = await patch(fixture, ["allocation": wanted], as: nil)
            #expect(
                refused["message"]
                    == "ResourceClaim.resource.k8s.io \"c\" is invalid: status.allocation.devices.results[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace"
            )
        }
    }
}
