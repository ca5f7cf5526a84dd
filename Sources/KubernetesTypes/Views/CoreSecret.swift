// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Secret: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "Secret")
    package static let resource = "secrets"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var immutable: Bool? { get { value["immutable"].bool } set { value.putBool("immutable", newValue) } }
    package var data: [String: String] { get { value["data"].stringMap } set { value.putStringMap("data", newValue) } }
    package var stringData: [String: String] { get { value["stringData"].stringMap } set { value.putStringMap("stringData", newValue) } }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
}
