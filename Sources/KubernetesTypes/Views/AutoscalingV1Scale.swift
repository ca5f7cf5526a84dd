// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Scale: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: ScaleSpec { get { ScaleSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: ScaleStatus { get { ScaleStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct ScaleSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var replicas: Int32? { get { value.int32("replicas") } set { value.putInt32("replicas", newValue) } }
}

package struct ScaleStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var replicas: Int32? { get { value.int32("replicas") } set { value.putInt32("replicas", newValue) } }
    package var selector: String? { get { value["selector"].string } set { value.putString("selector", newValue) } }
}
