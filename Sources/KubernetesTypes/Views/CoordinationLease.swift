// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Lease: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "coordination.k8s.io", version: "v1", kind: "Lease")
    package static let resource = "leases"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: LeaseSpec { get { LeaseSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct LeaseSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var holderIdentity: String? { get { value["holderIdentity"].string } set { value.putString("holderIdentity", newValue) } }
    package var leaseDurationSeconds: Int32? { get { value.int32("leaseDurationSeconds") } set { value.putInt32("leaseDurationSeconds", newValue) } }
    package var acquireTime: String? { get { value["acquireTime"].string } set { value.putString("acquireTime", newValue) } }
    package var renewTime: String? { get { value["renewTime"].string } set { value.putString("renewTime", newValue) } }
    package var leaseTransitions: Int32? { get { value.int32("leaseTransitions") } set { value.putInt32("leaseTransitions", newValue) } }
    package var strategy: String? { get { value["strategy"].string } set { value.putString("strategy", newValue) } }
    package var preferredHolder: String? { get { value["preferredHolder"].string } set { value.putString("preferredHolder", newValue) } }
}
