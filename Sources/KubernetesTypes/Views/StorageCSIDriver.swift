// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct CSIDriver: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "storage.k8s.io", version: "v1", kind: "CSIDriver")
    package static let resource = "csidrivers"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: CSIDriverSpec { get { CSIDriverSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct CSIDriverSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var attachRequired: Bool? { get { value["attachRequired"].bool } set { value.putBool("attachRequired", newValue) } }
    package var podInfoOnMount: Bool? { get { value["podInfoOnMount"].bool } set { value.putBool("podInfoOnMount", newValue) } }
    package var volumeLifecycleModes: [String] { get { value["volumeLifecycleModes"].strings } set { value.putStrings("volumeLifecycleModes", newValue) } }
    package var storageCapacity: Bool? { get { value["storageCapacity"].bool } set { value.putBool("storageCapacity", newValue) } }
    package var fsGroupPolicy: String? { get { value["fsGroupPolicy"].string } set { value.putString("fsGroupPolicy", newValue) } }
    package var tokenRequests: [StorageTokenRequest] { get { value.views("tokenRequests") } set { value.putViews("tokenRequests", newValue) } }
    package var requiresRepublish: Bool? { get { value["requiresRepublish"].bool } set { value.putBool("requiresRepublish", newValue) } }
    package var seLinuxMount: Bool? { get { value["seLinuxMount"].bool } set { value.putBool("seLinuxMount", newValue) } }
    package var nodeAllocatableUpdatePeriodSeconds: Int64? { get { value["nodeAllocatableUpdatePeriodSeconds"].int } set { value.putInt64("nodeAllocatableUpdatePeriodSeconds", newValue) } }
    package var serviceAccountTokenInSecrets: Bool? { get { value["serviceAccountTokenInSecrets"].bool } set { value.putBool("serviceAccountTokenInSecrets", newValue) } }
    package var preventPodSchedulingIfMissing: Bool? { get { value["preventPodSchedulingIfMissing"].bool } set { value.putBool("preventPodSchedulingIfMissing", newValue) } }
}

package struct StorageTokenRequest: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var audience: String? { get { value["audience"].string } set { value.putString("audience", newValue) } }
    package var expirationSeconds: Int64? { get { value["expirationSeconds"].int } set { value.putInt64("expirationSeconds", newValue) } }
}
