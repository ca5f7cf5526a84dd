import APIClient
import Objects
import Testing

@testable import APIServer

/// What becomes of built-in roles and bindings that somebody changed, at the next start.
@Suite(.serialized) struct RoleReconciliationTests {
    private static let group = "/apis/rbac.authorization.k8s.io/v1"

    private func change(_ fixture: ServerFixture, _ path: String, _ patch: Value) async {
        let answer = await fixture.send(.patch, Self.group + path, patch, type: "application/merge-patch+json")
        #expect(answer["status"].string == nil, "\(answer)")
    }

    private func get(_ fixture: ServerFixture, _ path: String) async -> Value { await fixture.send(.get, Self.group + path) }

    @Test func rulesComeBackAndExtraOnesStay() async throws {
        try await ServerFixture.run { fixture in
            let extra: Value = ["verbs": ["get"], "apiGroups": ["extra.io"], "resources": ["things"]]
            await change(fixture, "/clusterroles/system:kube-dns", ["rules": [extra], "metadata": ["labels": ["kubernetes.io/bootstrapping": "mine"]]])
            try await fixture.server.ensureClusterObjects()
            let role = await get(fixture, "/clusterroles/system:kube-dns")
            #expect(role["rules"].array.first == extra)
            #expect(role["rules"].array.contains { $0["resources"].strings == ["endpoints", "services"] })
            #expect(role["metadata"]["labels"]["kubernetes.io/bootstrapping"] == "mine")
        }
    }

    @Test func selectorsOfAggregationComeBack() async throws {
        try await ServerFixture.run { fixture in
            let own: Value = ["matchLabels": ["a": "b"]]
            await change(fixture, "/clusterroles/view", ["aggregationRule": ["clusterRoleSelectors": [own]]])
            try await fixture.server.ensureClusterObjects()
            let selectors = await get(fixture, "/clusterroles/view")["aggregationRule"]["clusterRoleSelectors"].array
            #expect(selectors == [own, ["matchLabels": ["rbac.authorization.k8s.io/aggregate-to-view": "true"]]])
        }
    }

    @Test func subjectsComeBackAndExtraOnesStay() async throws {
        try await ServerFixture.run { fixture in
            let own: Value = ["kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "me"]
            for path in ["/clusterrolebindings/cluster-admin", "/namespaces/kube-system/rolebindings/system:controller:token-cleaner"] {
                await change(fixture, path, ["subjects": [own], "metadata": ["annotations": ["rbac.authorization.kubernetes.io/autoupdate": .null]]])
            }
            try await fixture.server.ensureClusterObjects()
            let binding = await get(fixture, "/clusterrolebindings/cluster-admin")
            #expect(binding["subjects"] == [own, ["kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "system:masters"]])
            #expect(binding["metadata"]["annotations"]["rbac.authorization.kubernetes.io/autoupdate"] == "true")
            let cleaner = await get(fixture, "/namespaces/kube-system/rolebindings/system:controller:token-cleaner")
            #expect(cleaner["subjects"] == [own, ["kind": "ServiceAccount", "name": "token-cleaner", "namespace": "kube-system"]])
        }
    }

    @Test func bindingsToAnotherRoleAreMadeAnew() async throws {
        try await ServerFixture.run { fixture in
            let path = "/clusterrolebindings/system:basic-user"
            let old = await get(fixture, path)
            await fixture.send(.delete, Self.group + path)
            var wrong = old
            wrong["metadata"] = ["name": "system:basic-user"]
            wrong["roleRef"]["name"] = "view"
            await fixture.send(.create, Self.group + "/clusterrolebindings", wrong)
            try await fixture.server.ensureClusterObjects()
            let new = await get(fixture, path)
            #expect(new["roleRef"]["name"] == "system:basic-user")
            #expect(new["subjects"] == old["subjects"])
        }
    }

    @Test func whoWantsNoUpdatesGetsNone() async throws {
        try await ServerFixture.run { fixture in
            let leave: Value = ["annotations": ["rbac.authorization.kubernetes.io/autoupdate": "false"]]
            await change(fixture, "/clusterroles/system:kube-dns", ["rules": [], "metadata": leave])
            await change(fixture, "/clusterrolebindings/cluster-admin", ["subjects": [], "metadata": leave])
            let revisions = [await get(fixture, "/clusterroles/system:kube-dns"), await get(fixture, "/clusterrolebindings/cluster-admin")]
                .map { $0["metadata"]["resourceVersion"] }
            try await fixture.server.ensureClusterObjects()
            #expect(await get(fixture, "/clusterroles/system:kube-dns")["metadata"]["resourceVersion"] == revisions[0])
            #expect(await get(fixture, "/clusterrolebindings/cluster-admin")["metadata"]["resourceVersion"] == revisions[1])
        }
    }

    @Test func aStartWithNothingMissingWritesNothing() async throws {
        try await ServerFixture.run { fixture in
            func revisions() async -> [Value] {
                var all: [Value] = []
                for path in ["/clusterroles", "/clusterrolebindings", "/roles", "/rolebindings"] {
                    all += await get(fixture, path)["items"].array.map { $0["metadata"]["resourceVersion"] }
                }
                return all
            }
            let before = await revisions()
            try await fixture.server.ensureClusterObjects()
            #expect(await revisions() == before)
        }
    }
}
