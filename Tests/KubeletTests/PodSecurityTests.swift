import ContainerRuntime
@testable import Kubelet
import KubernetesTypes
import Objects
import Testing

@Suite struct PodSecurityTests {
    @Test func theImageSaysWhoRunsWhenThePodDoesNot() {
        let root = ContainerUser(asked: nil, uid: nil, username: "")
        #expect(root.id == 0 && root.rootProblem == "container has runAsNonRoot and image will run as root")
        let named = ContainerUser(asked: nil, uid: nil, username: "alice")
        #expect(named.id == nil && named.name == "alice")
        #expect(named.rootProblem == "container has runAsNonRoot and image has non-numeric user (alice), cannot verify user is non-root")
        let numbered = ContainerUser(asked: nil, uid: 1000, username: "")
        #expect(numbered.id == 1000 && numbered.rootProblem == nil)
        let asked = ContainerUser(asked: 7, uid: nil, username: "alice")
        #expect(asked.id == 7 && asked.name.isEmpty && asked.rootProblem == nil)
        #expect(ContainerUser(asked: 0, uid: 1000, username: "").rootProblem == "container's runAsUser breaks non-root policy")
    }

    private func pod(_ name: String, address: String, transport: String = "TCP", port: Int64 = 8080) -> Pod {
        Pod([
            "metadata": ["name": .string(name)],
            "spec": ["containers": [["name": "a", "ports": [["hostPort": .int(port), "hostIP": .string(address), "protocol": .string(transport)]]]]],
        ])
    }

    @Test func hostPortsMeetOnlyAtOneAddressAndProtocol() {
        let admission = PodAdmission(node: Node([:]), others: [pod("there", address: "127.0.0.1")])
        #expect(admission.refusal(pod("same", address: "127.0.0.1"))?.reason == "NodePorts")
        #expect(admission.refusal(pod("everywhere", address: ""))?.reason == "NodePorts")
        #expect(admission.refusal(pod("everywhere", address: "0.0.0.0"))?.reason == "NodePorts")
        #expect(admission.refusal(pod("elsewhere", address: "10.0.0.1")) == nil)
        #expect(admission.refusal(pod("otherwise", address: "127.0.0.1", transport: "UDP")) == nil)
        #expect(admission.refusal(pod("beside", address: "127.0.0.1", port: 8081)) == nil)
    }

    @Test func strictGroupsNeedARuntimeThatKnowsThem() {
        let strict = Pod(["spec": ["securityContext": ["supplementalGroupsPolicy": "Strict"]]])
        #expect(PodAdmission(node: Node([:]), others: []).refusal(strict)?.reason == "SupplementalGroupsPolicyNotSupported")
        let able = Node(["status": ["features": ["supplementalGroupsPolicy": true]]])
        #expect(PodAdmission(node: able, others: []).refusal(strict) == nil)
    }

    @Test func resourcesOfThePodDecideItsClass() {
        let spec: Value = [
            "resources": ["requests": ["cpu": "1", "memory": "1Gi"], "limits": ["cpu": "1", "memory": "1Gi"]], "containers": [["name": "a"]],
        ]
        #expect(QualityOfService.class(of: Pod(["spec": spec])) == "Guaranteed")
        #expect(QualityOfService.class(of: Pod(["spec": ["containers": [["name": "a"]]]])) == "BestEffort")
    }
}
