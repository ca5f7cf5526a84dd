// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct CSINode: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "storage.k8s.io", version: "v1", kind: "CSINode")
    package static let resource = "csinodes"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: CSINodeSpec { get { CSINodeSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct CSINodeSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var drivers: [CSINodeDriver] { get { value.views("drivers") } set { value.putViews("drivers", newValue) } }
}

package struct CSINodeDriver: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var nodeID: String? { get { value["nodeID"].string } set { value.putString("nodeID", newValue) } }
    package var topologyKeys: [String] { get { value["topologyKeys"].strings } set { value.putStrings("topologyKeys", newValue) } }
    package var allocatable: VolumeNodeResources { get { VolumeNodeResources(value["allocatable"]) } set { value.putValue("allocatable", newValue.value) } }
}

package struct VolumeNodeResources: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var count: Int32? { get { value.int32("count") } set { value.putInt32("count", newValue) } }
}
