// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct LocalSubjectAccessReview: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "authorization.k8s.io", version: "v1", kind: "LocalSubjectAccessReview")
    package static let resource = "localsubjectaccessreviews"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: SubjectAccessReviewSpec { get { SubjectAccessReviewSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: SubjectAccessReviewStatus { get { SubjectAccessReviewStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct SubjectAccessReviewSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var resourceAttributes: ResourceAttributes { get { ResourceAttributes(value["resourceAttributes"]) } set { value.putValue("resourceAttributes", newValue.value) } }
    package var nonResourceAttributes: NonResourceAttributes { get { NonResourceAttributes(value["nonResourceAttributes"]) } set { value.putValue("nonResourceAttributes", newValue.value) } }
    package var user: String? { get { value["user"].string } set { value.putString("user", newValue) } }
    package var groups: [String] { get { value["groups"].strings } set { value.putStrings("groups", newValue) } }
    package var extra: [String: Value] { get { value.valueMap("extra") } set { value.putValueMap("extra", newValue) } }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
}

package struct ResourceAttributes: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
    package var verb: String? { get { value["verb"].string } set { value.putString("verb", newValue) } }
    package var group: String? { get { value["group"].string } set { value.putString("group", newValue) } }
    package var version: String? { get { value["version"].string } set { value.putString("version", newValue) } }
    package var resource: String? { get { value["resource"].string } set { value.putString("resource", newValue) } }
    package var subresource: String? { get { value["subresource"].string } set { value.putString("subresource", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var fieldSelector: FieldSelectorAttributes { get { FieldSelectorAttributes(value["fieldSelector"]) } set { value.putValue("fieldSelector", newValue.value) } }
    package var labelSelector: LabelSelectorAttributes { get { LabelSelectorAttributes(value["labelSelector"]) } set { value.putValue("labelSelector", newValue.value) } }
}

package struct FieldSelectorAttributes: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var rawSelector: String? { get { value["rawSelector"].string } set { value.putString("rawSelector", newValue) } }
    package var requirements: [FieldSelectorRequirement] { get { value.views("requirements") } set { value.putViews("requirements", newValue) } }
}

package struct FieldSelectorRequirement: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var `operator`: String? { get { value["operator"].string } set { value.putString("operator", newValue) } }
    package var values: [String] { get { value["values"].strings } set { value.putStrings("values", newValue) } }
}

package struct LabelSelectorAttributes: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var rawSelector: String? { get { value["rawSelector"].string } set { value.putString("rawSelector", newValue) } }
    package var requirements: [LabelSelectorRequirement] { get { value.views("requirements") } set { value.putViews("requirements", newValue) } }
}

package struct NonResourceAttributes: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var verb: String? { get { value["verb"].string } set { value.putString("verb", newValue) } }
}

package struct SubjectAccessReviewStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var allowed: Bool? { get { value["allowed"].bool } set { value.putBool("allowed", newValue) } }
    package var denied: Bool? { get { value["denied"].bool } set { value.putBool("denied", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var evaluationError: String? { get { value["evaluationError"].string } set { value.putString("evaluationError", newValue) } }
}
