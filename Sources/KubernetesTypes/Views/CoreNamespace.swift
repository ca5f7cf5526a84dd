// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Namespace: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "Namespace")
    package static let resource = "namespaces"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: NamespaceSpec { get { NamespaceSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: NamespaceStatus { get { NamespaceStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct NamespaceSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var finalizers: [String] { get { value["finalizers"].strings } set { value.putStrings("finalizers", newValue) } }
}

package struct NamespaceStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var phase: String? { get { value["phase"].string } set { value.putString("phase", newValue) } }
    package var conditions: [NamespaceCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}

package struct NamespaceCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}
