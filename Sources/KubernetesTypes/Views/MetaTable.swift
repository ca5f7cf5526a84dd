// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Table: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "Table")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ListMeta { get { ListMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var columnDefinitions: [TableColumnDefinition] { get { value.views("columnDefinitions") } set { value.putViews("columnDefinitions", newValue) } }
    package var rows: [TableRow] { get { value.views("rows") } set { value.putViews("rows", newValue) } }
}

package struct TableColumnDefinition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var format: String? { get { value["format"].string } set { value.putString("format", newValue) } }
    package var description: String? { get { value["description"].string } set { value.putString("description", newValue) } }
    package var priority: Int32? { get { value.int32("priority") } set { value.putInt32("priority", newValue) } }
}

package struct TableRow: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var cells: [Value] { get { value["cells"].array } set { value.putValues("cells", newValue) } }
    package var conditions: [TableRowCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
    package var object: Value { get { value["object"] } set { value.putValue("object", newValue) } }
}

package struct TableRowCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}
