// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ResourceClaimTemplate: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "resource.k8s.io", version: "v1", kind: "ResourceClaimTemplate")
    package static let resource = "resourceclaimtemplates"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: ResourceClaimTemplateSpec { get { ResourceClaimTemplateSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct ResourceClaimTemplateSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: ResourceClaimSpec { get { ResourceClaimSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}
