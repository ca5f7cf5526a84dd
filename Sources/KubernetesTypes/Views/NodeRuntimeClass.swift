// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct RuntimeClass: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "node.k8s.io", version: "v1", kind: "RuntimeClass")
    package static let resource = "runtimeclasses"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var handler: String? { get { value["handler"].string } set { value.putString("handler", newValue) } }
    package var overhead: Overhead { get { Overhead(value["overhead"]) } set { value.putValue("overhead", newValue.value) } }
    package var scheduling: Scheduling { get { Scheduling(value["scheduling"]) } set { value.putValue("scheduling", newValue.value) } }
}

package struct Overhead: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var podFixed: [String: String] { get { value["podFixed"].stringMap } set { value.putStringMap("podFixed", newValue) } }
}

package struct Scheduling: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var nodeSelector: [String: String] { get { value["nodeSelector"].stringMap } set { value.putStringMap("nodeSelector", newValue) } }
    package var tolerations: [Toleration] { get { value.views("tolerations") } set { value.putViews("tolerations", newValue) } }
}
