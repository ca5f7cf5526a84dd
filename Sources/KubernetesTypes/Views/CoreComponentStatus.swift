// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ComponentStatus: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "ComponentStatus")
    package static let resource = "componentstatuses"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var conditions: [ComponentCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}

package struct ComponentCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var error: String? { get { value["error"].string } set { value.putString("error", newValue) } }
}
