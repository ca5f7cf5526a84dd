// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct PriorityClass: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "scheduling.k8s.io", version: "v1", kind: "PriorityClass")
    package static let resource = "priorityclasses"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var valueField: Int32? { get { value.int32("value") } set { value.putInt32("value", newValue) } }
    package var globalDefault: Bool? { get { value["globalDefault"].bool } set { value.putBool("globalDefault", newValue) } }
    package var description: String? { get { value["description"].string } set { value.putString("description", newValue) } }
    package var preemptionPolicy: String? { get { value["preemptionPolicy"].string } set { value.putString("preemptionPolicy", newValue) } }
}
