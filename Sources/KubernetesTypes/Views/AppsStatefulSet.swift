// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct StatefulSet: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "apps", version: "v1", kind: "StatefulSet")
    package static let resource = "statefulsets"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: StatefulSetSpec { get { StatefulSetSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: StatefulSetStatus { get { StatefulSetStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct StatefulSetSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var replicas: Int32? { get { value.int32("replicas") } set { value.putInt32("replicas", newValue) } }
    package var selector: LabelSelector { get { LabelSelector(value["selector"]) } set { value.putValue("selector", newValue.value) } }
    package var template: PodTemplateSpec { get { PodTemplateSpec(value["template"]) } set { value.putValue("template", newValue.value) } }
    package var volumeClaimTemplates: [PersistentVolumeClaim] { get { value.views("volumeClaimTemplates") } set { value.putViews("volumeClaimTemplates", newValue) } }
    package var serviceName: String? { get { value["serviceName"].string } set { value.putString("serviceName", newValue) } }
    package var podManagementPolicy: String? { get { value["podManagementPolicy"].string } set { value.putString("podManagementPolicy", newValue) } }
    package var updateStrategy: StatefulSetUpdateStrategy { get { StatefulSetUpdateStrategy(value["updateStrategy"]) } set { value.putValue("updateStrategy", newValue.value) } }
    package var revisionHistoryLimit: Int32? { get { value.int32("revisionHistoryLimit") } set { value.putInt32("revisionHistoryLimit", newValue) } }
    package var minReadySeconds: Int32? { get { value.int32("minReadySeconds") } set { value.putInt32("minReadySeconds", newValue) } }
    package var persistentVolumeClaimRetentionPolicy: StatefulSetPersistentVolumeClaimRetentionPolicy { get { StatefulSetPersistentVolumeClaimRetentionPolicy(value["persistentVolumeClaimRetentionPolicy"]) } set { value.putValue("persistentVolumeClaimRetentionPolicy", newValue.value) } }
    package var ordinals: StatefulSetOrdinals { get { StatefulSetOrdinals(value["ordinals"]) } set { value.putValue("ordinals", newValue.value) } }
}

package struct StatefulSetUpdateStrategy: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var rollingUpdate: RollingUpdateStatefulSetStrategy { get { RollingUpdateStatefulSetStrategy(value["rollingUpdate"]) } set { value.putValue("rollingUpdate", newValue.value) } }
}

package struct RollingUpdateStatefulSetStrategy: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var partition: Int32? { get { value.int32("partition") } set { value.putInt32("partition", newValue) } }
    package var maxUnavailable: Value { get { value["maxUnavailable"] } set { value.putValue("maxUnavailable", newValue) } }
}

package struct StatefulSetPersistentVolumeClaimRetentionPolicy: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var whenDeleted: String? { get { value["whenDeleted"].string } set { value.putString("whenDeleted", newValue) } }
    package var whenScaled: String? { get { value["whenScaled"].string } set { value.putString("whenScaled", newValue) } }
}

package struct StatefulSetOrdinals: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var start: Int32? { get { value.int32("start") } set { value.putInt32("start", newValue) } }
}

package struct StatefulSetStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
    package var replicas: Int32? { get { value.int32("replicas") } set { value.putInt32("replicas", newValue) } }
    package var readyReplicas: Int32? { get { value.int32("readyReplicas") } set { value.putInt32("readyReplicas", newValue) } }
    package var currentReplicas: Int32? { get { value.int32("currentReplicas") } set { value.putInt32("currentReplicas", newValue) } }
    package var updatedReplicas: Int32? { get { value.int32("updatedReplicas") } set { value.putInt32("updatedReplicas", newValue) } }
    package var currentRevision: String? { get { value["currentRevision"].string } set { value.putString("currentRevision", newValue) } }
    package var updateRevision: String? { get { value["updateRevision"].string } set { value.putString("updateRevision", newValue) } }
    package var collisionCount: Int32? { get { value.int32("collisionCount") } set { value.putInt32("collisionCount", newValue) } }
    package var conditions: [StatefulSetCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
    package var availableReplicas: Int32? { get { value.int32("availableReplicas") } set { value.putInt32("availableReplicas", newValue) } }
}

package struct StatefulSetCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}
