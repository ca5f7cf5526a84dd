// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct RangeAllocation: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "RangeAllocation")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var range: String? { get { value["range"].string } set { value.putString("range", newValue) } }
    package var data: String? { get { value["data"].string } set { value.putString("data", newValue) } }
}
