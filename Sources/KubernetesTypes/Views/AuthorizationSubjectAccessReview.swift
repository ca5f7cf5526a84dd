// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct SubjectAccessReview: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "authorization.k8s.io", version: "v1", kind: "SubjectAccessReview")
    package static let resource = "subjectaccessreviews"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: SubjectAccessReviewSpec { get { SubjectAccessReviewSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: SubjectAccessReviewStatus { get { SubjectAccessReviewStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}
