// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct CronJob: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "batch", version: "v1", kind: "CronJob")
    package static let resource = "cronjobs"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: CronJobSpec { get { CronJobSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: CronJobStatus { get { CronJobStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct CronJobSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var schedule: String? { get { value["schedule"].string } set { value.putString("schedule", newValue) } }
    package var timeZone: String? { get { value["timeZone"].string } set { value.putString("timeZone", newValue) } }
    package var startingDeadlineSeconds: Int64? { get { value["startingDeadlineSeconds"].int } set { value.putInt64("startingDeadlineSeconds", newValue) } }
    package var concurrencyPolicy: String? { get { value["concurrencyPolicy"].string } set { value.putString("concurrencyPolicy", newValue) } }
    package var suspend: Bool? { get { value["suspend"].bool } set { value.putBool("suspend", newValue) } }
    package var jobTemplate: JobTemplateSpec { get { JobTemplateSpec(value["jobTemplate"]) } set { value.putValue("jobTemplate", newValue.value) } }
    package var successfulJobsHistoryLimit: Int32? { get { value.int32("successfulJobsHistoryLimit") } set { value.putInt32("successfulJobsHistoryLimit", newValue) } }
    package var failedJobsHistoryLimit: Int32? { get { value.int32("failedJobsHistoryLimit") } set { value.putInt32("failedJobsHistoryLimit", newValue) } }
}

package struct JobTemplateSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: JobSpec { get { JobSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct JobSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var parallelism: Int32? { get { value.int32("parallelism") } set { value.putInt32("parallelism", newValue) } }
    package var completions: Int32? { get { value.int32("completions") } set { value.putInt32("completions", newValue) } }
    package var activeDeadlineSeconds: Int64? { get { value["activeDeadlineSeconds"].int } set { value.putInt64("activeDeadlineSeconds", newValue) } }
    package var podFailurePolicy: PodFailurePolicy { get { PodFailurePolicy(value["podFailurePolicy"]) } set { value.putValue("podFailurePolicy", newValue.value) } }
    package var successPolicy: SuccessPolicy { get { SuccessPolicy(value["successPolicy"]) } set { value.putValue("successPolicy", newValue.value) } }
    package var backoffLimit: Int32? { get { value.int32("backoffLimit") } set { value.putInt32("backoffLimit", newValue) } }
    package var backoffLimitPerIndex: Int32? { get { value.int32("backoffLimitPerIndex") } set { value.putInt32("backoffLimitPerIndex", newValue) } }
    package var maxFailedIndexes: Int32? { get { value.int32("maxFailedIndexes") } set { value.putInt32("maxFailedIndexes", newValue) } }
    package var selector: LabelSelector { get { LabelSelector(value["selector"]) } set { value.putValue("selector", newValue.value) } }
    package var manualSelector: Bool? { get { value["manualSelector"].bool } set { value.putBool("manualSelector", newValue) } }
    package var template: PodTemplateSpec { get { PodTemplateSpec(value["template"]) } set { value.putValue("template", newValue.value) } }
    package var ttlSecondsAfterFinished: Int32? { get { value.int32("ttlSecondsAfterFinished") } set { value.putInt32("ttlSecondsAfterFinished", newValue) } }
    package var completionMode: String? { get { value["completionMode"].string } set { value.putString("completionMode", newValue) } }
    package var suspend: Bool? { get { value["suspend"].bool } set { value.putBool("suspend", newValue) } }
    package var podReplacementPolicy: String? { get { value["podReplacementPolicy"].string } set { value.putString("podReplacementPolicy", newValue) } }
    package var managedBy: String? { get { value["managedBy"].string } set { value.putString("managedBy", newValue) } }
}

package struct PodFailurePolicy: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var rules: [PodFailurePolicyRule] { get { value.views("rules") } set { value.putViews("rules", newValue) } }
}

package struct PodFailurePolicyRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var action: String? { get { value["action"].string } set { value.putString("action", newValue) } }
    package var onExitCodes: PodFailurePolicyOnExitCodesRequirement { get { PodFailurePolicyOnExitCodesRequirement(value["onExitCodes"]) } set { value.putValue("onExitCodes", newValue.value) } }
    package var onPodConditions: [PodFailurePolicyOnPodConditionsPattern] { get { value.views("onPodConditions") } set { value.putViews("onPodConditions", newValue) } }
}

package struct PodFailurePolicyOnExitCodesRequirement: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var containerName: String? { get { value["containerName"].string } set { value.putString("containerName", newValue) } }
    package var `operator`: String? { get { value["operator"].string } set { value.putString("operator", newValue) } }
    package var values: [Int64] { get { value.ints("values") } set { value.putInts("values", newValue) } }
}

package struct PodFailurePolicyOnPodConditionsPattern: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
}

package struct SuccessPolicy: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var rules: [SuccessPolicyRule] { get { value.views("rules") } set { value.putViews("rules", newValue) } }
}

package struct SuccessPolicyRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var succeededIndexes: String? { get { value["succeededIndexes"].string } set { value.putString("succeededIndexes", newValue) } }
    package var succeededCount: Int32? { get { value.int32("succeededCount") } set { value.putInt32("succeededCount", newValue) } }
}

package struct CronJobStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var active: [ObjectReference] { get { value.views("active") } set { value.putViews("active", newValue) } }
    package var lastScheduleTime: String? { get { value["lastScheduleTime"].string } set { value.putString("lastScheduleTime", newValue) } }
    package var lastSuccessfulTime: String? { get { value["lastSuccessfulTime"].string } set { value.putString("lastSuccessfulTime", newValue) } }
}
