// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct TokenReview: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "authentication.k8s.io", version: "v1", kind: "TokenReview")
    package static let resource = "tokenreviews"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: TokenReviewSpec { get { TokenReviewSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: TokenReviewStatus { get { TokenReviewStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct TokenReviewSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var token: String? { get { value["token"].string } set { value.putString("token", newValue) } }
    package var audiences: [String] { get { value["audiences"].strings } set { value.putStrings("audiences", newValue) } }
}

package struct TokenReviewStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var authenticated: Bool? { get { value["authenticated"].bool } set { value.putBool("authenticated", newValue) } }
    package var user: UserInfo { get { UserInfo(value["user"]) } set { value.putValue("user", newValue.value) } }
    package var audiences: [String] { get { value["audiences"].strings } set { value.putStrings("audiences", newValue) } }
    package var error: String? { get { value["error"].string } set { value.putString("error", newValue) } }
}
