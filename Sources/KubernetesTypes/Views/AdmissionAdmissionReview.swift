// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct AdmissionReview: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "admission.k8s.io", version: "v1", kind: "AdmissionReview")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var request: AdmissionRequest { get { AdmissionRequest(value["request"]) } set { value.putValue("request", newValue.value) } }
    package var response: AdmissionResponse { get { AdmissionResponse(value["response"]) } set { value.putValue("response", newValue.value) } }
}

package struct AdmissionRequest: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var kind: MetaGroupVersionKind { get { MetaGroupVersionKind(value["kind"]) } set { value.putValue("kind", newValue.value) } }
    package var resource: GroupVersionResource { get { GroupVersionResource(value["resource"]) } set { value.putValue("resource", newValue.value) } }
    package var subResource: String? { get { value["subResource"].string } set { value.putString("subResource", newValue) } }
    package var requestKind: MetaGroupVersionKind { get { MetaGroupVersionKind(value["requestKind"]) } set { value.putValue("requestKind", newValue.value) } }
    package var requestResource: GroupVersionResource { get { GroupVersionResource(value["requestResource"]) } set { value.putValue("requestResource", newValue.value) } }
    package var requestSubResource: String? { get { value["requestSubResource"].string } set { value.putString("requestSubResource", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
    package var operation: String? { get { value["operation"].string } set { value.putString("operation", newValue) } }
    package var userInfo: UserInfo { get { UserInfo(value["userInfo"]) } set { value.putValue("userInfo", newValue.value) } }
    package var object: Value { get { value["object"] } set { value.putValue("object", newValue) } }
    package var oldObject: Value { get { value["oldObject"] } set { value.putValue("oldObject", newValue) } }
    package var dryRun: Bool? { get { value["dryRun"].bool } set { value.putBool("dryRun", newValue) } }
    package var options: Value { get { value["options"] } set { value.putValue("options", newValue) } }
}

package struct MetaGroupVersionKind: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var group: String? { get { value["group"].string } set { value.putString("group", newValue) } }
    package var version: String? { get { value["version"].string } set { value.putString("version", newValue) } }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
}

package struct GroupVersionResource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var group: String? { get { value["group"].string } set { value.putString("group", newValue) } }
    package var version: String? { get { value["version"].string } set { value.putString("version", newValue) } }
    package var resource: String? { get { value["resource"].string } set { value.putString("resource", newValue) } }
}

package struct AdmissionResponse: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var allowed: Bool? { get { value["allowed"].bool } set { value.putBool("allowed", newValue) } }
    package var status: Status { get { Status(value["status"]) } set { value.putValue("status", newValue.value) } }
    package var patch: String? { get { value["patch"].string } set { value.putString("patch", newValue) } }
    package var patchType: String? { get { value["patchType"].string } set { value.putString("patchType", newValue) } }
    package var auditAnnotations: [String: String] { get { value["auditAnnotations"].stringMap } set { value.putStringMap("auditAnnotations", newValue) } }
    package var warnings: [String] { get { value["warnings"].strings } set { value.putStrings("warnings", newValue) } }
}
