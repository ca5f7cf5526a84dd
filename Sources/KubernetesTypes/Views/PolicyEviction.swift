// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Eviction: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "policy", version: "v1", kind: "Eviction")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var deleteOptions: DeleteOptions { get { DeleteOptions(value["deleteOptions"]) } set { value.putValue("deleteOptions", newValue.value) } }
}

package struct DeleteOptions: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "DeleteOptions")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var gracePeriodSeconds: Int64? { get { value["gracePeriodSeconds"].int } set { value.putInt64("gracePeriodSeconds", newValue) } }
    package var preconditions: Preconditions { get { Preconditions(value["preconditions"]) } set { value.putValue("preconditions", newValue.value) } }
    package var orphanDependents: Bool? { get { value["orphanDependents"].bool } set { value.putBool("orphanDependents", newValue) } }
    package var propagationPolicy: String? { get { value["propagationPolicy"].string } set { value.putString("propagationPolicy", newValue) } }
    package var dryRun: [String] { get { value["dryRun"].strings } set { value.putStrings("dryRun", newValue) } }
    package var ignoreStoreReadErrorWithClusterBreakingPotential: Bool? { get { value["ignoreStoreReadErrorWithClusterBreakingPotential"].bool } set { value.putBool("ignoreStoreReadErrorWithClusterBreakingPotential", newValue) } }
}

package struct Preconditions: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var resourceVersion: String? { get { value["resourceVersion"].string } set { value.putString("resourceVersion", newValue) } }
}
