// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct AutoscalingV1HorizontalPodAutoscaler: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "autoscaling", version: "v1", kind: "HorizontalPodAutoscaler")
    package static let resource = "horizontalpodautoscalers"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: AutoscalingV1HorizontalPodAutoscalerSpec { get { AutoscalingV1HorizontalPodAutoscalerSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: AutoscalingV1HorizontalPodAutoscalerStatus { get { AutoscalingV1HorizontalPodAutoscalerStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct AutoscalingV1HorizontalPodAutoscalerSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var scaleTargetRef: AutoscalingV1CrossVersionObjectReference { get { AutoscalingV1CrossVersionObjectReference(value["scaleTargetRef"]) } set { value.putValue("scaleTargetRef", newValue.value) } }
    package var minReplicas: Int32? { get { value.int32("minReplicas") } set { value.putInt32("minReplicas", newValue) } }
    package var maxReplicas: Int32? { get { value.int32("maxReplicas") } set { value.putInt32("maxReplicas", newValue) } }
    package var targetCPUUtilizationPercentage: Int32? { get { value.int32("targetCPUUtilizationPercentage") } set { value.putInt32("targetCPUUtilizationPercentage", newValue) } }
}

package struct AutoscalingV1CrossVersionObjectReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
}

package struct AutoscalingV1HorizontalPodAutoscalerStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
    package var lastScaleTime: String? { get { value["lastScaleTime"].string } set { value.putString("lastScaleTime", newValue) } }
    package var currentReplicas: Int32? { get { value.int32("currentReplicas") } set { value.putInt32("currentReplicas", newValue) } }
    package var desiredReplicas: Int32? { get { value.int32("desiredReplicas") } set { value.putInt32("desiredReplicas", newValue) } }
    package var currentCPUUtilizationPercentage: Int32? { get { value.int32("currentCPUUtilizationPercentage") } set { value.putInt32("currentCPUUtilizationPercentage", newValue) } }
}
