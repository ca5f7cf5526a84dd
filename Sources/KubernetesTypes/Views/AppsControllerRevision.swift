// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ControllerRevision: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "apps", version: "v1", kind: "ControllerRevision")
    package static let resource = "controllerrevisions"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var data: Value { get { value["data"] } set { value.putValue("data", newValue) } }
    package var revision: Int64? { get { value["revision"].int } set { value.putInt64("revision", newValue) } }
}
