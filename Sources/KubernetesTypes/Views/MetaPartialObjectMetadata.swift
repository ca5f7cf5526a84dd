// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct PartialObjectMetadata: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "PartialObjectMetadata")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
}
