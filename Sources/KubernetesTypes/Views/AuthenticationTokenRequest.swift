// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct TokenRequest: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "authentication.k8s.io", version: "v1", kind: "TokenRequest")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: TokenRequestSpec { get { TokenRequestSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: TokenRequestStatus { get { TokenRequestStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct TokenRequestSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var audiences: [String] { get { value["audiences"].strings } set { value.putStrings("audiences", newValue) } }
    package var expirationSeconds: Int64? { get { value["expirationSeconds"].int } set { value.putInt64("expirationSeconds", newValue) } }
    package var boundObjectRef: BoundObjectReference { get { BoundObjectReference(value["boundObjectRef"]) } set { value.putValue("boundObjectRef", newValue.value) } }
}

package struct BoundObjectReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
}

package struct TokenRequestStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var token: String? { get { value["token"].string } set { value.putString("token", newValue) } }
    package var expirationTimestamp: String? { get { value["expirationTimestamp"].string } set { value.putString("expirationTimestamp", newValue) } }
}
