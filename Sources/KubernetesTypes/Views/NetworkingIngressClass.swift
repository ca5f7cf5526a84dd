// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct IngressClass: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "networking.k8s.io", version: "v1", kind: "IngressClass")
    package static let resource = "ingressclasses"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: IngressClassSpec { get { IngressClassSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct IngressClassSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var controller: String? { get { value["controller"].string } set { value.putString("controller", newValue) } }
    package var parameters: IngressClassParametersReference { get { IngressClassParametersReference(value["parameters"]) } set { value.putValue("parameters", newValue.value) } }
}

package struct IngressClassParametersReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var apiGroup: String? { get { value["apiGroup"].string } set { value.putString("apiGroup", newValue) } }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var scope: String? { get { value["scope"].string } set { value.putString("scope", newValue) } }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
}
