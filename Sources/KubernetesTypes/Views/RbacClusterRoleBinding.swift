// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ClusterRoleBinding: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRoleBinding")
    package static let resource = "clusterrolebindings"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var subjects: [Subject] { get { value.views("subjects") } set { value.putViews("subjects", newValue) } }
    package var roleRef: RoleRef { get { RoleRef(value["roleRef"]) } set { value.putValue("roleRef", newValue.value) } }
}

package struct Subject: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiGroup: String? { get { value["apiGroup"].string } set { value.putString("apiGroup", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
}

package struct RoleRef: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var apiGroup: String? { get { value["apiGroup"].string } set { value.putString("apiGroup", newValue) } }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}
