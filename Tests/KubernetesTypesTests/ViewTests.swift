import KubernetesTypes
import Objects
import Schema
import Testing

struct ViewTests {
    @Test func readsAndWrites() {
        var pod = Pod(name: "a", namespace: "b")
        #expect(pod.value.jsonString == #"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"b"}}"#)
        #expect(!pod.spec.exists)
        #expect(pod.spec.containers.isEmpty)
        pod.spec.nodeName = "n"
        pod.spec.containers = [Container(["name": "c", "unknown": 1])]
        pod.labels = ["x": "y"]
        pod.metadata.deletionGracePeriodSeconds = 0
        #expect(pod.spec.nodeName == "n")
        #expect(pod.spec.containers.first?.value["unknown"] == 1)
        #expect(pod.value["metadata"]["labels"] == ["x": "y"])
        pod.spec.nodeName = nil
        pod.spec.containers = []
        #expect(pod.value["spec"] == .emptyObject)
        #expect(pod.spec.exists)
        pod.spec = PodSpec()
        #expect(!pod.value.contains("spec"))
        #expect(Pod.groupVersionKind == GroupVersionKind(group: "", version: "v1", kind: "Pod"))
        #expect(Deployment.groupResource.description == "deployments.apps")
    }

    @Test func builtInCatalogueIsWhole() {
        let catalogue = KindCatalogue.builtIn
        #expect(catalogue.groups.count == 21)
        #expect(catalogue.groups.first?.name == "")
        #expect(catalogue.groups.first { $0.name == "autoscaling" }?.versions == ["v2", "v1"])
        #expect(catalogue.kind(group: "apps", version: "v1", resource: "deployments")?.hasStatus == true)
        #expect(catalogue.message(named: "k8s.io.api.core.v1.PodSpec")?.mayDefault == true)
        #expect(catalogue.message(named: "k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta")?.mayDefault == false)
    }
}
