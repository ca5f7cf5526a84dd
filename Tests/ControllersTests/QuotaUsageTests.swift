@testable import Controllers
import KubernetesTypes
import Objects
import Testing

@Suite struct QuotaUsageTests {
    private func texts(_ usage: [String: Quantity]) -> [String: String] { usage.mapValues(\.text) }

    @Test func aPodTakesWhatItAsksFor() {
        let pod = Sample.pod("p") { value in
            value["spec"]["containers"] = [["name": "c", "resources": ["requests": ["cpu": "500m", "memory": "1Gi"], "limits": ["cpu": "1"]]]]
            value["spec"]["initContainers"] = [["name": "i", "resources": ["requests": ["cpu": "2"]]]]
        }
        let usage = texts(QuotaUsage.pod(pod, now: Sample.now))
        #expect(usage == ["pods": "1", "requests.cpu": "2", "cpu": "2", "requests.memory": "1Gi", "memory": "1Gi", "limits.cpu": "1"])
        #expect(QuotaUsage.pod(Sample.pod("p", phase: "Succeeded"), now: Sample.now).isEmpty)
        #expect(QuotaUsage.pod(Sample.pod("p", isBeingDeleted: true), now: Timestamp(seconds: Sample.now.seconds + 60)).isEmpty)
    }

    @Test func services() {
        #expect(texts(QuotaUsage.service(["spec": ["type": "ClusterIP", "ports": [["port": 1]]]])) == ["services": "1"])
        let nodePort: Value = ["spec": ["type": "NodePort", "ports": [["port": 1], ["port": 2]]]]
        #expect(texts(QuotaUsage.service(nodePort)) == ["services": "1", "services.nodeports": "2"])
        let balancer: Value = ["spec": ["type": "LoadBalancer", "allocateLoadBalancerNodePorts": false, "ports": [["port": 1]]]]
        #expect(texts(QuotaUsage.service(balancer)) == ["services": "1", "services.loadbalancers": "1", "services.nodeports": "0"])
    }

    @Test func claims() {
        let claim: Value = ["spec": ["storageClassName": "gold", "resources": ["requests": ["storage": "5Gi"]]]]
        #expect(
            texts(QuotaUsage.claim(claim)) == [
                "persistentvolumeclaims": "1", "requests.storage": "5Gi", "gold.storageclass.storage.k8s.io/requests.storage": "5Gi",
                "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
            ])
    }

    @Test(arguments: [
        ("Terminating", false), ("NotTerminating", true), ("BestEffort", true), ("NotBestEffort", false), ("PriorityClass", false),
        ("CrossNamespacePodAffinity", false),
    ]) func scopes(_ scope: String, _ expected: Bool) {
        let quota: Value = ["spec": ["scopes": [.string(scope)]]]
        #expect(QuotaUsage.covers(quota, Sample.pod("p")) == expected)
    }

    @Test func priorityClassesAreChosenByName() {
        let quota: Value = ["spec": ["scopeSelector": ["matchExpressions": [["scopeName": "PriorityClass", "operator": "In", "values": ["high"]]]]]]
        #expect(QuotaUsage.covers(quota, Sample.pod("p") { $0["spec"]["priorityClassName"] = "high" }))
        #expect(!QuotaUsage.covers(quota, Sample.pod("p") { $0["spec"]["priorityClassName"] = "low" }))
    }
}
