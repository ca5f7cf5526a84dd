import APIClient
import KubernetesTypes
import Objects
import Testing

@testable import APIServer

@Suite(.serialized) struct NodeRestrictionTests {
    private func node(_ name: String, labels: Value = .emptyObject) -> Value {
        ["kind": "Node", "apiVersion": "v1", "metadata": ["name": .string(name), "labels": labels]]
    }

    private func kubelet(_ fixture: ServerFixture, _ name: String) -> InProcessTransport {
        fixture.client("system:node:\(name)", groups: ["system:nodes"])
    }

    @Test func nodesWriteThemselvesOnly() async throws {
        try await ServerFixture.run { fixture in
            let one = kubelet(fixture, "one")
            #expect(await fixture.send(.create, "/api/v1/nodes", node("one", labels: ["kubernetes.io/os": "linux"]), as: one)["kind"] == "Node")
            #expect(await fixture.send(.create, "/api/v1/nodes", node("two"), as: one)["code"] == 403)
            let labelled = await fixture.send(
                .patch, "/api/v1/nodes/one", ["metadata": ["labels": ["node-role.kubernetes.io/x": ""]]], type: "application/merge-patch+json",
                as: one)
            #expect(labelled["message"] == "nodes \"one\" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/x")
            let tainted = await fixture.send(
                .patch, "/api/v1/nodes/one", ["spec": ["taints": [["key": "a", "effect": "NoSchedule"]]]],
                type: "application/merge-patch+json", as: one)
            #expect(tainted["code"] == 403)
        }
    }

    @Test func nodesAskForTokensOfTheirPodsOnly() async throws {
        try await ServerFixture.run { fixture in
            await fixture.send(.create, "/api/v1/nodes", node("one"))
            await fixture.send(
                .create, "/api/v1/namespaces/default/serviceaccounts",
                ["kind": "ServiceAccount", "apiVersion": "v1", "metadata": ["name": "default"]])
            let pod = await fixture.send(
                .create, "/api/v1/namespaces/default/pods",
                [
                    "kind": "Pod", "apiVersion": "v1", "metadata": ["name": "p"],
                    "spec": ["nodeName": "one", "containers": [["name": "c", "image": "i"]]],
                ])
            let path = "/api/v1/namespaces/default/serviceaccounts/default/token"
            func ask(_ spec: Value) async -> Value {
                await fixture.send(
                    .create, path, ["kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": spec], as: kubelet(fixture, "one"))
            }
            #expect(await ask(.emptyObject)["code"] == 403)
            let bound: Value = ["kind": "Pod", "apiVersion": "v1", "name": "p", "uid": pod["metadata"]["uid"]]
            #expect(await ask(["boundObjectRef": bound])["status"]["token"].string != nil)
            #expect(await ask(["boundObjectRef": bound, "audiences": ["vault"]])["code"] == 403)
        }
    }
}

@Suite(.serialized) struct AutoscalerConversionTests {
    @Test func whatVersionOneLacksStandsInAnnotations() async throws {
        try await ServerFixture.run { fixture in
            let path = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers"
            await fixture.send(
                .create, path,
                [
                    "kind": "HorizontalPodAutoscaler", "apiVersion": "autoscaling/v1",
                    "metadata": [
                        "name": "h",
                        "annotations": [
                            "autoscaling.alpha.kubernetes.io/metrics":
                                "[{\"type\":\"External\",\"external\":{\"metricName\":\"queue\",\"targetAverageValue\":\"30\"}}]",
                            "kept": "yes",
                        ],
                    ],
                    "spec": [
                        "maxReplicas": 3, "targetCPUUtilizationPercentage": 50,
                        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
                    ],
                ])
            let later = await fixture.send(.get, "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/h")
            #expect(later["metadata"]["annotations"] == ["kept": "yes"])
            #expect(later["spec"]["metrics"][0]["external"]["target"] == ["type": "AverageValue", "averageValue": "30"])
            #expect(later["spec"]["metrics"][1]["resource"]["name"] == "cpu")
            let first = await fixture.send(.get, path + "/h")
            #expect(first["spec"]["targetCPUUtilizationPercentage"] == 50)
            #expect(first["metadata"]["annotations"]["autoscaling.alpha.kubernetes.io/metrics"].string?.contains("queue") == true)
        }
    }
}

@Suite struct ReinvocationTests {
    @Test func onlyThoseThatSawItBeforeSeeItAgain() {
        var state = Reinvocation()
        state.called("a")
        state.changed()
        state.called("b")
        state.isSecondRound = true
        #expect(state.isCalled("a") && !state.isCalled("b"))
        state.changed()
        #expect(state.isCalled("b"))
    }
}
