// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ReplicationController: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "ReplicationController")
    package static let resource = "replicationcontrollers"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: ReplicationControllerSpec { get { ReplicationControllerSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: ReplicationControllerStatus { get { ReplicationControllerStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct ReplicationControllerSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var replicas: Int32? { get { value.int32("replicas") } set { value.putInt32("replicas", newValue) } }
    package var minReadySeconds: Int32? { get { value.int32("minReadySeconds") } set { value.putInt32("minReadySeconds", newValue) } }
    package var selector: [String: String] { get { value["selector"].stringMap } set { value.putStringMap("selector", newValue) } }
    package var template: PodTemplateSpec { get { PodTemplateSpec(value["template"]) } set { value.putValue("template", newValue.value) } }
}

package struct ReplicationControllerStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var replicas: Int32? { get { value.int32("replicas") } set { value.putInt32("replicas", newValue) } }
    package var fullyLabeledReplicas: Int32? { get { value.int32("fullyLabeledReplicas") } set { value.putInt32("fullyLabeledReplicas", newValue) } }
    package var readyReplicas: Int32? { get { value.int32("readyReplicas") } set { value.putInt32("readyReplicas", newValue) } }
    package var availableReplicas: Int32? { get { value.int32("availableReplicas") } set { value.putInt32("availableReplicas", newValue) } }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
    package var conditions: [ReplicationControllerCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}

package struct ReplicationControllerCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}
