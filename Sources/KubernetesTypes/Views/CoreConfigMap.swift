// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ConfigMap: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "ConfigMap")
    package static let resource = "configmaps"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var immutable: Bool? { get { value["immutable"].bool } set { value.putBool("immutable", newValue) } }
    package var data: [String: String] { get { value["data"].stringMap } set { value.putStringMap("data", newValue) } }
    package var binaryData: [String: String] { get { value["binaryData"].stringMap } set { value.putStringMap("binaryData", newValue) } }
}
