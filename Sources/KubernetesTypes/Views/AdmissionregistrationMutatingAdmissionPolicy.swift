// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct MutatingAdmissionPolicy: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "admissionregistration.k8s.io", version: "v1", kind: "MutatingAdmissionPolicy")
    package static let resource = "mutatingadmissionpolicies"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: MutatingAdmissionPolicySpec { get { MutatingAdmissionPolicySpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct MutatingAdmissionPolicySpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var paramKind: ParamKind { get { ParamKind(value["paramKind"]) } set { value.putValue("paramKind", newValue.value) } }
    package var matchConstraints: MatchResources { get { MatchResources(value["matchConstraints"]) } set { value.putValue("matchConstraints", newValue.value) } }
    package var variables: [Variable] { get { value.views("variables") } set { value.putViews("variables", newValue) } }
    package var mutations: [Mutation] { get { value.views("mutations") } set { value.putViews("mutations", newValue) } }
    package var failurePolicy: String? { get { value["failurePolicy"].string } set { value.putString("failurePolicy", newValue) } }
    package var matchConditions: [MatchCondition] { get { value.views("matchConditions") } set { value.putViews("matchConditions", newValue) } }
    package var reinvocationPolicy: String? { get { value["reinvocationPolicy"].string } set { value.putString("reinvocationPolicy", newValue) } }
}

package struct ParamKind: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
}

package struct MatchResources: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var namespaceSelector: LabelSelector { get { LabelSelector(value["namespaceSelector"]) } set { value.putValue("namespaceSelector", newValue.value) } }
    package var objectSelector: LabelSelector { get { LabelSelector(value["objectSelector"]) } set { value.putValue("objectSelector", newValue.value) } }
    package var resourceRules: [NamedRuleWithOperations] { get { value.views("resourceRules") } set { value.putViews("resourceRules", newValue) } }
    package var excludeResourceRules: [NamedRuleWithOperations] { get { value.views("excludeResourceRules") } set { value.putViews("excludeResourceRules", newValue) } }
    package var matchPolicy: String? { get { value["matchPolicy"].string } set { value.putString("matchPolicy", newValue) } }
}

package struct NamedRuleWithOperations: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var resourceNames: [String] { get { value["resourceNames"].strings } set { value.putStrings("resourceNames", newValue) } }
    package var operations: [String] { get { value["operations"].strings } set { value.putStrings("operations", newValue) } }
    package var apiGroups: [String] { get { value["apiGroups"].strings } set { value.putStrings("apiGroups", newValue) } }
    package var apiVersions: [String] { get { value["apiVersions"].strings } set { value.putStrings("apiVersions", newValue) } }
    package var resources: [String] { get { value["resources"].strings } set { value.putStrings("resources", newValue) } }
    package var scope: String? { get { value["scope"].string } set { value.putString("scope", newValue) } }
}

package struct Variable: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var expression: String? { get { value["expression"].string } set { value.putString("expression", newValue) } }
}

package struct Mutation: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var patchType: String? { get { value["patchType"].string } set { value.putString("patchType", newValue) } }
    package var applyConfiguration: ApplyConfiguration { get { ApplyConfiguration(value["applyConfiguration"]) } set { value.putValue("applyConfiguration", newValue.value) } }
    package var jsonPatch: JSONPatch { get { JSONPatch(value["jsonPatch"]) } set { value.putValue("jsonPatch", newValue.value) } }
}

package struct ApplyConfiguration: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var expression: String? { get { value["expression"].string } set { value.putString("expression", newValue) } }
}

package struct JSONPatch: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var expression: String? { get { value["expression"].string } set { value.putString("expression", newValue) } }
}

package struct MatchCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var expression: String? { get { value["expression"].string } set { value.putString("expression", newValue) } }
}
