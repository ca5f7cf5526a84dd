// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct PodTemplate: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "PodTemplate")
    package static let resource = "podtemplates"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var template: PodTemplateSpec { get { PodTemplateSpec(value["template"]) } set { value.putValue("template", newValue.value) } }
}

package struct PodTemplateSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: PodSpec { get { PodSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}
