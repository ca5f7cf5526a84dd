// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct UpdateOptions: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "UpdateOptions")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var dryRun: [String] { get { value["dryRun"].strings } set { value.putStrings("dryRun", newValue) } }
    package var fieldManager: String? { get { value["fieldManager"].string } set { value.putString("fieldManager", newValue) } }
    package var fieldValidation: String? { get { value["fieldValidation"].string } set { value.putString("fieldValidation", newValue) } }
}
