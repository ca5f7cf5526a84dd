// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct HorizontalPodAutoscaler: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler")
    package static let resource = "horizontalpodautoscalers"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: HorizontalPodAutoscalerSpec { get { HorizontalPodAutoscalerSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: HorizontalPodAutoscalerStatus { get { HorizontalPodAutoscalerStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct HorizontalPodAutoscalerSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var scaleTargetRef: CrossVersionObjectReference { get { CrossVersionObjectReference(value["scaleTargetRef"]) } set { value.putValue("scaleTargetRef", newValue.value) } }
    package var minReplicas: Int32? { get { value.int32("minReplicas") } set { value.putInt32("minReplicas", newValue) } }
    package var maxReplicas: Int32? { get { value.int32("maxReplicas") } set { value.putInt32("maxReplicas", newValue) } }
    package var metrics: [MetricSpec] { get { value.views("metrics") } set { value.putViews("metrics", newValue) } }
    package var behavior: HorizontalPodAutoscalerBehavior { get { HorizontalPodAutoscalerBehavior(value["behavior"]) } set { value.putValue("behavior", newValue.value) } }
}

package struct CrossVersionObjectReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
}

package struct MetricSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var object: ObjectMetricSource { get { ObjectMetricSource(value["object"]) } set { value.putValue("object", newValue.value) } }
    package var pods: PodsMetricSource { get { PodsMetricSource(value["pods"]) } set { value.putValue("pods", newValue.value) } }
    package var resource: ResourceMetricSource { get { ResourceMetricSource(value["resource"]) } set { value.putValue("resource", newValue.value) } }
    package var containerResource: ContainerResourceMetricSource { get { ContainerResourceMetricSource(value["containerResource"]) } set { value.putValue("containerResource", newValue.value) } }
    package var external: ExternalMetricSource { get { ExternalMetricSource(value["external"]) } set { value.putValue("external", newValue.value) } }
}

package struct ObjectMetricSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var describedObject: CrossVersionObjectReference { get { CrossVersionObjectReference(value["describedObject"]) } set { value.putValue("describedObject", newValue.value) } }
    package var target: MetricTarget { get { MetricTarget(value["target"]) } set { value.putValue("target", newValue.value) } }
    package var metric: MetricIdentifier { get { MetricIdentifier(value["metric"]) } set { value.putValue("metric", newValue.value) } }
}

package struct MetricTarget: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
    package var averageValue: String? { get { value["averageValue"].string } set { value.putString("averageValue", newValue) } }
    package var averageUtilization: Int32? { get { value.int32("averageUtilization") } set { value.putInt32("averageUtilization", newValue) } }
}

package struct MetricIdentifier: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var selector: LabelSelector { get { LabelSelector(value["selector"]) } set { value.putValue("selector", newValue.value) } }
}

package struct PodsMetricSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var metric: MetricIdentifier { get { MetricIdentifier(value["metric"]) } set { value.putValue("metric", newValue.value) } }
    package var target: MetricTarget { get { MetricTarget(value["target"]) } set { value.putValue("target", newValue.value) } }
}

package struct ResourceMetricSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var target: MetricTarget { get { MetricTarget(value["target"]) } set { value.putValue("target", newValue.value) } }
}

package struct ContainerResourceMetricSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var target: MetricTarget { get { MetricTarget(value["target"]) } set { value.putValue("target", newValue.value) } }
    package var container: String? { get { value["container"].string } set { value.putString("container", newValue) } }
}

package struct ExternalMetricSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var metric: MetricIdentifier { get { MetricIdentifier(value["metric"]) } set { value.putValue("metric", newValue.value) } }
    package var target: MetricTarget { get { MetricTarget(value["target"]) } set { value.putValue("target", newValue.value) } }
}

package struct HorizontalPodAutoscalerBehavior: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var scaleUp: HPAScalingRules { get { HPAScalingRules(value["scaleUp"]) } set { value.putValue("scaleUp", newValue.value) } }
    package var scaleDown: HPAScalingRules { get { HPAScalingRules(value["scaleDown"]) } set { value.putValue("scaleDown", newValue.value) } }
}

package struct HPAScalingRules: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var stabilizationWindowSeconds: Int32? { get { value.int32("stabilizationWindowSeconds") } set { value.putInt32("stabilizationWindowSeconds", newValue) } }
    package var selectPolicy: String? { get { value["selectPolicy"].string } set { value.putString("selectPolicy", newValue) } }
    package var policies: [HPAScalingPolicy] { get { value.views("policies") } set { value.putViews("policies", newValue) } }
    package var tolerance: String? { get { value["tolerance"].string } set { value.putString("tolerance", newValue) } }
}

package struct HPAScalingPolicy: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var valueField: Int32? { get { value.int32("value") } set { value.putInt32("value", newValue) } }
    package var periodSeconds: Int32? { get { value.int32("periodSeconds") } set { value.putInt32("periodSeconds", newValue) } }
}

package struct HorizontalPodAutoscalerStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
    package var lastScaleTime: String? { get { value["lastScaleTime"].string } set { value.putString("lastScaleTime", newValue) } }
    package var currentReplicas: Int32? { get { value.int32("currentReplicas") } set { value.putInt32("currentReplicas", newValue) } }
    package var desiredReplicas: Int32? { get { value.int32("desiredReplicas") } set { value.putInt32("desiredReplicas", newValue) } }
    package var currentMetrics: [MetricStatus] { get { value.views("currentMetrics") } set { value.putViews("currentMetrics", newValue) } }
    package var conditions: [HorizontalPodAutoscalerCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}

package struct MetricStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var object: ObjectMetricStatus { get { ObjectMetricStatus(value["object"]) } set { value.putValue("object", newValue.value) } }
    package var pods: PodsMetricStatus { get { PodsMetricStatus(value["pods"]) } set { value.putValue("pods", newValue.value) } }
    package var resource: ResourceMetricStatus { get { ResourceMetricStatus(value["resource"]) } set { value.putValue("resource", newValue.value) } }
    package var containerResource: ContainerResourceMetricStatus { get { ContainerResourceMetricStatus(value["containerResource"]) } set { value.putValue("containerResource", newValue.value) } }
    package var external: ExternalMetricStatus { get { ExternalMetricStatus(value["external"]) } set { value.putValue("external", newValue.value) } }
}

package struct ObjectMetricStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var metric: MetricIdentifier { get { MetricIdentifier(value["metric"]) } set { value.putValue("metric", newValue.value) } }
    package var current: MetricValueStatus { get { MetricValueStatus(value["current"]) } set { value.putValue("current", newValue.value) } }
    package var describedObject: CrossVersionObjectReference { get { CrossVersionObjectReference(value["describedObject"]) } set { value.putValue("describedObject", newValue.value) } }
}

package struct MetricValueStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
    package var averageValue: String? { get { value["averageValue"].string } set { value.putString("averageValue", newValue) } }
    package var averageUtilization: Int32? { get { value.int32("averageUtilization") } set { value.putInt32("averageUtilization", newValue) } }
}

package struct PodsMetricStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var metric: MetricIdentifier { get { MetricIdentifier(value["metric"]) } set { value.putValue("metric", newValue.value) } }
    package var current: MetricValueStatus { get { MetricValueStatus(value["current"]) } set { value.putValue("current", newValue.value) } }
}

package struct ResourceMetricStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var current: MetricValueStatus { get { MetricValueStatus(value["current"]) } set { value.putValue("current", newValue.value) } }
}

package struct ContainerResourceMetricStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var current: MetricValueStatus { get { MetricValueStatus(value["current"]) } set { value.putValue("current", newValue.value) } }
    package var container: String? { get { value["container"].string } set { value.putString("container", newValue) } }
}

package struct ExternalMetricStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var metric: MetricIdentifier { get { MetricIdentifier(value["metric"]) } set { value.putValue("metric", newValue.value) } }
    package var current: MetricValueStatus { get { MetricValueStatus(value["current"]) } set { value.putValue("current", newValue.value) } }
}

package struct HorizontalPodAutoscalerCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}
