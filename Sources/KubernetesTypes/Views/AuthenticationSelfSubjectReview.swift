// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct SelfSubjectReview: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "authentication.k8s.io", version: "v1", kind: "SelfSubjectReview")
    package static let resource = "selfsubjectreviews"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var status: SelfSubjectReviewStatus { get { SelfSubjectReviewStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct SelfSubjectReviewStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var userInfo: UserInfo { get { UserInfo(value["userInfo"]) } set { value.putValue("userInfo", newValue.value) } }
}

package struct UserInfo: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var username: String? { get { value["username"].string } set { value.putString("username", newValue) } }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var groups: [String] { get { value["groups"].strings } set { value.putStrings("groups", newValue) } }
    package var extra: [String: Value] { get { value.valueMap("extra") } set { value.putValueMap("extra", newValue) } }
}
