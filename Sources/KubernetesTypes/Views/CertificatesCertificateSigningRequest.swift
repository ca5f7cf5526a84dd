// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct CertificateSigningRequest: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "certificates.k8s.io", version: "v1", kind: "CertificateSigningRequest")
    package static let resource = "certificatesigningrequests"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: CertificateSigningRequestSpec { get { CertificateSigningRequestSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: CertificateSigningRequestStatus { get { CertificateSigningRequestStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct CertificateSigningRequestSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var request: String? { get { value["request"].string } set { value.putString("request", newValue) } }
    package var signerName: String? { get { value["signerName"].string } set { value.putString("signerName", newValue) } }
    package var expirationSeconds: Int32? { get { value.int32("expirationSeconds") } set { value.putInt32("expirationSeconds", newValue) } }
    package var usages: [String] { get { value["usages"].strings } set { value.putStrings("usages", newValue) } }
    package var username: String? { get { value["username"].string } set { value.putString("username", newValue) } }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var groups: [String] { get { value["groups"].strings } set { value.putStrings("groups", newValue) } }
    package var extra: [String: Value] { get { value.valueMap("extra") } set { value.putValueMap("extra", newValue) } }
}

package struct CertificateSigningRequestStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var conditions: [CertificateSigningRequestCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
    package var certificate: String? { get { value["certificate"].string } set { value.putString("certificate", newValue) } }
}

package struct CertificateSigningRequestCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var lastUpdateTime: String? { get { value["lastUpdateTime"].string } set { value.putString("lastUpdateTime", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
}
