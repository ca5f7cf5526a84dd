// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct DaemonSet: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "apps", version: "v1", kind: "DaemonSet")
    package static let resource = "daemonsets"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: DaemonSetSpec { get { DaemonSetSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: DaemonSetStatus { get { DaemonSetStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct DaemonSetSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var selector: LabelSelector { get { LabelSelector(value["selector"]) } set { value.putValue("selector", newValue.value) } }
    package var template: PodTemplateSpec { get { PodTemplateSpec(value["template"]) } set { value.putValue("template", newValue.value) } }
    package var updateStrategy: DaemonSetUpdateStrategy { get { DaemonSetUpdateStrategy(value["updateStrategy"]) } set { value.putValue("updateStrategy", newValue.value) } }
    package var minReadySeconds: Int32? { get { value.int32("minReadySeconds") } set { value.putInt32("minReadySeconds", newValue) } }
    package var revisionHistoryLimit: Int32? { get { value.int32("revisionHistoryLimit") } set { value.putInt32("revisionHistoryLimit", newValue) } }
}

package struct DaemonSetUpdateStrategy: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var rollingUpdate: RollingUpdateDaemonSet { get { RollingUpdateDaemonSet(value["rollingUpdate"]) } set { value.putValue("rollingUpdate", newValue.value) } }
}

package struct RollingUpdateDaemonSet: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var maxUnavailable: Value { get { value["maxUnavailable"] } set { value.putValue("maxUnavailable", newValue) } }
    package var maxSurge: Value { get { value["maxSurge"] } set { value.putValue("maxSurge", newValue) } }
}

package struct DaemonSetStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var currentNumberScheduled: Int32? { get { value.int32("currentNumberScheduled") } set { value.putInt32("currentNumberScheduled", newValue) } }
    package var numberMisscheduled: Int32? { get { value.int32("numberMisscheduled") } set { value.putInt32("numberMisscheduled", newValue) } }
    package var desiredNumberScheduled: Int32? { get { value.int32("desiredNumberScheduled") } set { value.putInt32("desiredNumberScheduled", newValue) } }
    package var numberReady: Int32? { get { value.int32("numberReady") } set { value.putInt32("numberReady", newValue) } }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
    package var updatedNumberScheduled: Int32? { get { value.int32("updatedNumberScheduled") } set { value.putInt32("updatedNumberScheduled", newValue) } }
    package var numberAvailable: Int32? { get { value.int32("numberAvailable") } set { value.putInt32("numberAvailable", newValue) } }
    package var numberUnavailable: Int32? { get { value.int32("numberUnavailable") } set { value.putInt32("numberUnavailable", newValue) } }
    package var collisionCount: Int32? { get { value.int32("collisionCount") } set { value.putInt32("collisionCount", newValue) } }
    package var conditions: [DaemonSetCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}

package struct DaemonSetCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}
