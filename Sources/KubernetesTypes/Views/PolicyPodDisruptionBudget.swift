// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct PodDisruptionBudget: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "policy", version: "v1", kind: "PodDisruptionBudget")
    package static let resource = "poddisruptionbudgets"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: PodDisruptionBudgetSpec { get { PodDisruptionBudgetSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: PodDisruptionBudgetStatus { get { PodDisruptionBudgetStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct PodDisruptionBudgetSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var minAvailable: Value { get { value["minAvailable"] } set { value.putValue("minAvailable", newValue) } }
    package var selector: LabelSelector { get { LabelSelector(value["selector"]) } set { value.putValue("selector", newValue.value) } }
    package var maxUnavailable: Value { get { value["maxUnavailable"] } set { value.putValue("maxUnavailable", newValue) } }
    package var unhealthyPodEvictionPolicy: String? { get { value["unhealthyPodEvictionPolicy"].string } set { value.putString("unhealthyPodEvictionPolicy", newValue) } }
}

package struct PodDisruptionBudgetStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
    package var disruptedPods: [String: String] { get { value["disruptedPods"].stringMap } set { value.putStringMap("disruptedPods", newValue) } }
    package var disruptionsAllowed: Int32? { get { value.int32("disruptionsAllowed") } set { value.putInt32("disruptionsAllowed", newValue) } }
    package var currentHealthy: Int32? { get { value.int32("currentHealthy") } set { value.putInt32("currentHealthy", newValue) } }
    package var desiredHealthy: Int32? { get { value.int32("desiredHealthy") } set { value.putInt32("desiredHealthy", newValue) } }
    package var expectedPods: Int32? { get { value.int32("expectedPods") } set { value.putInt32("expectedPods", newValue) } }
    package var conditions: [Condition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}
