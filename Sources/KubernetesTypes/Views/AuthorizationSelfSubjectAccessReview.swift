// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct SelfSubjectAccessReview: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "authorization.k8s.io", version: "v1", kind: "SelfSubjectAccessReview")
    package static let resource = "selfsubjectaccessreviews"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: SelfSubjectAccessReviewSpec { get { SelfSubjectAccessReviewSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: SubjectAccessReviewStatus { get { SubjectAccessReviewStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct SelfSubjectAccessReviewSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var resourceAttributes: ResourceAttributes { get { ResourceAttributes(value["resourceAttributes"]) } set { value.putValue("resourceAttributes", newValue.value) } }
    package var nonResourceAttributes: NonResourceAttributes { get { NonResourceAttributes(value["nonResourceAttributes"]) } set { value.putValue("nonResourceAttributes", newValue.value) } }
}
