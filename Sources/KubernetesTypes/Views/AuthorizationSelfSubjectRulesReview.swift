// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct SelfSubjectRulesReview: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "authorization.k8s.io", version: "v1", kind: "SelfSubjectRulesReview")
    package static let resource = "selfsubjectrulesreviews"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: SelfSubjectRulesReviewSpec { get { SelfSubjectRulesReviewSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: SubjectRulesReviewStatus { get { SubjectRulesReviewStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct SelfSubjectRulesReviewSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
}

package struct SubjectRulesReviewStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var resourceRules: [ResourceRule] { get { value.views("resourceRules") } set { value.putViews("resourceRules", newValue) } }
    package var nonResourceRules: [NonResourceRule] { get { value.views("nonResourceRules") } set { value.putViews("nonResourceRules", newValue) } }
    package var incomplete: Bool? { get { value["incomplete"].bool } set { value.putBool("incomplete", newValue) } }
    package var evaluationError: String? { get { value["evaluationError"].string } set { value.putString("evaluationError", newValue) } }
}

package struct ResourceRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var verbs: [String] { get { value["verbs"].strings } set { value.putStrings("verbs", newValue) } }
    package var apiGroups: [String] { get { value["apiGroups"].strings } set { value.putStrings("apiGroups", newValue) } }
    package var resources: [String] { get { value["resources"].strings } set { value.putStrings("resources", newValue) } }
    package var resourceNames: [String] { get { value["resourceNames"].strings } set { value.putStrings("resourceNames", newValue) } }
}

package struct NonResourceRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var verbs: [String] { get { value["verbs"].strings } set { value.putStrings("verbs", newValue) } }
    package var nonResourceURLs: [String] { get { value["nonResourceURLs"].strings } set { value.putStrings("nonResourceURLs", newValue) } }
}
