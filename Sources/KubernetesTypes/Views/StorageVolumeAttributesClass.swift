// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct VolumeAttributesClass: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "storage.k8s.io", version: "v1", kind: "VolumeAttributesClass")
    package static let resource = "volumeattributesclasses"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var driverName: String? { get { value["driverName"].string } set { value.putString("driverName", newValue) } }
    package var parameters: [String: String] { get { value["parameters"].stringMap } set { value.putStringMap("parameters", newValue) } }
}
