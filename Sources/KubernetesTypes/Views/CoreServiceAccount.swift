// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ServiceAccount: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "ServiceAccount")
    package static let resource = "serviceaccounts"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var secrets: [ObjectReference] { get { value.views("secrets") } set { value.putViews("secrets", newValue) } }
    package var imagePullSecrets: [LocalObjectReference] { get { value.views("imagePullSecrets") } set { value.putViews("imagePullSecrets", newValue) } }
    package var automountServiceAccountToken: Bool? { get { value["automountServiceAccountToken"].bool } set { value.putBool("automountServiceAccountToken", newValue) } }
}
