// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct PriorityLevelConfiguration: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "flowcontrol.apiserver.k8s.io", version: "v1", kind: "PriorityLevelConfiguration")
    package static let resource = "prioritylevelconfigurations"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: PriorityLevelConfigurationSpec { get { PriorityLevelConfigurationSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: PriorityLevelConfigurationStatus { get { PriorityLevelConfigurationStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct PriorityLevelConfigurationSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var limited: LimitedPriorityLevelConfiguration { get { LimitedPriorityLevelConfiguration(value["limited"]) } set { value.putValue("limited", newValue.value) } }
    package var exempt: ExemptPriorityLevelConfiguration { get { ExemptPriorityLevelConfiguration(value["exempt"]) } set { value.putValue("exempt", newValue.value) } }
}

package struct LimitedPriorityLevelConfiguration: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var nominalConcurrencyShares: Int32? { get { value.int32("nominalConcurrencyShares") } set { value.putInt32("nominalConcurrencyShares", newValue) } }
    package var limitResponse: LimitResponse { get { LimitResponse(value["limitResponse"]) } set { value.putValue("limitResponse", newValue.value) } }
    package var lendablePercent: Int32? { get { value.int32("lendablePercent") } set { value.putInt32("lendablePercent", newValue) } }
    package var borrowingLimitPercent: Int32? { get { value.int32("borrowingLimitPercent") } set { value.putInt32("borrowingLimitPercent", newValue) } }
}

package struct LimitResponse: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var queuing: QueuingConfiguration { get { QueuingConfiguration(value["queuing"]) } set { value.putValue("queuing", newValue.value) } }
}

package struct QueuingConfiguration: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var queues: Int32? { get { value.int32("queues") } set { value.putInt32("queues", newValue) } }
    package var handSize: Int32? { get { value.int32("handSize") } set { value.putInt32("handSize", newValue) } }
    package var queueLengthLimit: Int32? { get { value.int32("queueLengthLimit") } set { value.putInt32("queueLengthLimit", newValue) } }
}

package struct ExemptPriorityLevelConfiguration: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var nominalConcurrencyShares: Int32? { get { value.int32("nominalConcurrencyShares") } set { value.putInt32("nominalConcurrencyShares", newValue) } }
    package var lendablePercent: Int32? { get { value.int32("lendablePercent") } set { value.putInt32("lendablePercent", newValue) } }
}

package struct PriorityLevelConfigurationStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var conditions: [PriorityLevelConfigurationCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}

package struct PriorityLevelConfigurationCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}
