import KubernetesTypes
import Objects
import Schema
import TestSupport
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

    /// A copy that is made through the properties is the object: no property misses a field or takes it for another type.
    @Test(.enabled(if: ReferenceData.root != nil))
    func propertiesCoverEveryField() throws {
        var checked = 0
        for kind in KindCatalogue.builtIn.kinds {
            guard let type = Self.views[kind.id], let bytes = ReferenceData.bytes("api/testdata/\(ReferenceData.testdataName(kind.id)).json")
            else { continue }
            let object = try Value(json: bytes)
            #expect(Self.copy(object, type) == object.withoutNulls, "\(kind.id)")
            checked += 1
        }
        #expect(checked > 60)
    }

    private static let views = Dictionary(uniqueKeysWithValues: copiedKinds.map { ($0.groupVersionKind, $0) })

    private static func copy<View: CopiedView>(_ object: Value, _ type: View.Type) -> Value {
        View(object).copied().value
    }
}

/// A view that can rebuild itself property by property.
protocol CopiedView: ValueView {
    func copyFields(to copy: inout Self)
}

extension CopiedView {
    func copied() -> Self {
        guard exists else { return Self() }
        var copy = Self(.emptyObject)
        copyFields(to: &copy)
        return copy
    }
}
