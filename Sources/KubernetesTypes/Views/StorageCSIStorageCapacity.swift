// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct CSIStorageCapacity: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "storage.k8s.io", version: "v1", kind: "CSIStorageCapacity")
    package static let resource = "csistoragecapacities"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var nodeTopology: LabelSelector { get { LabelSelector(value["nodeTopology"]) } set { value.putValue("nodeTopology", newValue.value) } }
    package var storageClassName: String? { get { value["storageClassName"].string } set { value.putString("storageClassName", newValue) } }
    package var capacity: String? { get { value["capacity"].string } set { value.putString("capacity", newValue) } }
    package var maximumVolumeSize: String? { get { value["maximumVolumeSize"].string } set { value.putString("maximumVolumeSize", newValue) } }
}
