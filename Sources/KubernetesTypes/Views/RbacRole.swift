// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Role: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "rbac.authorization.k8s.io", version: "v1", kind: "Role")
    package static let resource = "roles"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var rules: [PolicyRule] { get { value.views("rules") } set { value.putViews("rules", newValue) } }
}
