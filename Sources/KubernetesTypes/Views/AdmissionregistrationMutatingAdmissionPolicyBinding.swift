// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct MutatingAdmissionPolicyBinding: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "admissionregistration.k8s.io", version: "v1", kind: "MutatingAdmissionPolicyBinding")
    package static let resource = "mutatingadmissionpolicybindings"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: MutatingAdmissionPolicyBindingSpec { get { MutatingAdmissionPolicyBindingSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct MutatingAdmissionPolicyBindingSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var policyName: String? { get { value["policyName"].string } set { value.putString("policyName", newValue) } }
    package var paramRef: ParamRef { get { ParamRef(value["paramRef"]) } set { value.putValue("paramRef", newValue.value) } }
    package var matchResources: MatchResources { get { MatchResources(value["matchResources"]) } set { value.putValue("matchResources", newValue.value) } }
}

package struct ParamRef: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
    package var selector: LabelSelector { get { LabelSelector(value["selector"]) } set { value.putValue("selector", newValue.value) } }
    package var parameterNotFoundAction: String? { get { value["parameterNotFoundAction"].string } set { value.putString("parameterNotFoundAction", newValue) } }
}
