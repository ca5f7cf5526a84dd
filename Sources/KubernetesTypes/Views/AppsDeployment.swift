// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Deployment: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "apps", version: "v1", kind: "Deployment")
    package static let resource = "deployments"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: DeploymentSpec { get { DeploymentSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: DeploymentStatus { get { DeploymentStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct DeploymentSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var replicas: Int32? { get { value.int32("replicas") } set { value.putInt32("replicas", newValue) } }
    package var selector: LabelSelector { get { LabelSelector(value["selector"]) } set { value.putValue("selector", newValue.value) } }
    package var template: PodTemplateSpec { get { PodTemplateSpec(value["template"]) } set { value.putValue("template", newValue.value) } }
    package var strategy: DeploymentStrategy { get { DeploymentStrategy(value["strategy"]) } set { value.putValue("strategy", newValue.value) } }
    package var minReadySeconds: Int32? { get { value.int32("minReadySeconds") } set { value.putInt32("minReadySeconds", newValue) } }
    package var revisionHistoryLimit: Int32? { get { value.int32("revisionHistoryLimit") } set { value.putInt32("revisionHistoryLimit", newValue) } }
    package var paused: Bool? { get { value["paused"].bool } set { value.putBool("paused", newValue) } }
    package var progressDeadlineSeconds: Int32? { get { value.int32("progressDeadlineSeconds") } set { value.putInt32("progressDeadlineSeconds", newValue) } }
}

package struct DeploymentStrategy: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var rollingUpdate: RollingUpdateDeployment { get { RollingUpdateDeployment(value["rollingUpdate"]) } set { value.putValue("rollingUpdate", newValue.value) } }
}

package struct RollingUpdateDeployment: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var maxUnavailable: Value { get { value["maxUnavailable"] } set { value.putValue("maxUnavailable", newValue) } }
    package var maxSurge: Value { get { value["maxSurge"] } set { value.putValue("maxSurge", newValue) } }
}

package struct DeploymentStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
    package var replicas: Int32? { get { value.int32("replicas") } set { value.putInt32("replicas", newValue) } }
    package var updatedReplicas: Int32? { get { value.int32("updatedReplicas") } set { value.putInt32("updatedReplicas", newValue) } }
    package var readyReplicas: Int32? { get { value.int32("readyReplicas") } set { value.putInt32("readyReplicas", newValue) } }
    package var availableReplicas: Int32? { get { value.int32("availableReplicas") } set { value.putInt32("availableReplicas", newValue) } }
    package var unavailableReplicas: Int32? { get { value.int32("unavailableReplicas") } set { value.putInt32("unavailableReplicas", newValue) } }
    package var terminatingReplicas: Int32? { get { value.int32("terminatingReplicas") } set { value.putInt32("terminatingReplicas", newValue) } }
    package var conditions: [DeploymentCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
    package var collisionCount: Int32? { get { value.int32("collisionCount") } set { value.putInt32("collisionCount", newValue) } }
}

package struct DeploymentCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastUpdateTime: String? { get { value["lastUpdateTime"].string } set { value.putString("lastUpdateTime", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}
