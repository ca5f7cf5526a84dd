import APIClient
import KubernetesTypes
import Objects
import Testing

@testable import APIServer

@Suite(.serialized) struct AuthorizationTests {
    private static let roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles"

    private func role(_ name: String, _ rules: Value) -> Value {
        ["kind": "Role", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": ["name": .string(name)], "rules": rules]
    }

    private func bind(_ fixture: ServerFixture, _ role: String, to user: String, kind: String = "Role") async {
        await fixture.send(
            .create, "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
            [
                "kind": "RoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": ["name": .string(role + "-" + user)],
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": .string(kind), "name": .string(role)],
                "subjects": [["kind": "User", "name": .string(user), "apiGroup": "rbac.authorization.k8s.io"]],
            ])
    }

    @Test func rolesCannotGrantMoreThanTheirWriterHas() async throws {
        try await ServerFixture.run { fixture in
            await fixture.send(
                .create, Self.roles,
                role(
                    "r",
                    [
                        ["apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]],
                        ["apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["create"]],
                    ]))
            await bind(fixture, "r", to: "jane")
            let jane = fixture.client("jane")
            let fine = await fixture.send(
                .create, Self.roles, role("fine", [["apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]]]), as: jane)
            #expect(fine["kind"] == "Role")
            let more = await fixture.send(
                .create, Self.roles, role("more", [["apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]]]), as: jane)
            #expect(more["code"] == 403)
            let both = await fixture.send(
                .create, Self.roles, role("both", [["apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]]]),
                as: jane)
            let told = both["message"].string ?? ""
            #expect(told.hasSuffix("not currently held:\n{APIGroups:[\"\"], Resources:[\"configmaps\"], Verbs:[\"list\" \"watch\"]}"))
        }
    }

    @Test func aggregatedRolesHaveRulesAtOnce() async throws {
        try await ServerFixture.run { fixture in
            let view = await fixture.send(.get, "/apis/rbac.authorization.k8s.io/v1/clusterroles/view")
            #expect(!view["rules"].array.isEmpty)
            await bind(fixture, "view", to: "joe", kind: "ClusterRole")
            let joe = fixture.client("joe")
            #expect(await fixture.send(.get, "/api/v1/namespaces/default/pods", as: joe)["items"].isArray)
            #expect(await fixture.send(.get, "/api/v1/namespaces/default/secrets", as: joe)["code"] == 403)
        }
    }

    @Test func nodesReadOnlyWhatTheirPodsUse() async throws {
        try await ServerFixture.run { fixture in
            for name in ["used", "unused"] {
                await fixture.send(
                    .create, "/api/v1/namespaces/default/secrets", ["kind": "Secret", "apiVersion": "v1", "metadata": ["name": .string(name)]])
            }
            await fixture.send(
                .create, "/api/v1/namespaces/default/serviceaccounts",
                ["kind": "ServiceAccount", "apiVersion": "v1", "metadata": ["name": "default"]])
            let pod = await fixture.send(
                .create, "/api/v1/namespaces/default/pods",
                [
                    "kind": "Pod", "apiVersion": "v1", "metadata": ["name": "p"],
                    "spec": [
                        "nodeName": "n1", "containers": [["name": "c", "image": "i"]],
                        "volumes": [["name": "v", "secret": ["secretName": "used"]]],
                    ],
                ])
            #expect(pod["kind"] == "Pod")
            let node = fixture.client("system:node:n1", groups: ["system:nodes"])
            #expect(await fixture.send(.get, "/api/v1/namespaces/default/secrets/used", as: node)["kind"] == "Secret")
            #expect(await fixture.send(.get, "/api/v1/namespaces/default/secrets/unused", as: node)["code"] == 403)
            #expect(await fixture.send(.get, "/api/v1/namespaces/default/secrets", as: node)["code"] == 403)
            let other = fixture.client("system:node:n2", groups: ["system:nodes"])
            #expect(await fixture.send(.get, "/api/v1/namespaces/default/secrets/used", as: other)["code"] == 403)
        }
    }
}
