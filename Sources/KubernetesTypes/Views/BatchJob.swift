// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Job: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "batch", version: "v1", kind: "Job")
    package static let resource = "jobs"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: JobSpec { get { JobSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: JobStatus { get { JobStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct JobStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var conditions: [JobCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
    package var startTime: String? { get { value["startTime"].string } set { value.putString("startTime", newValue) } }
    package var completionTime: String? { get { value["completionTime"].string } set { value.putString("completionTime", newValue) } }
    package var active: Int32? { get { value.int32("active") } set { value.putInt32("active", newValue) } }
    package var succeeded: Int32? { get { value.int32("succeeded") } set { value.putInt32("succeeded", newValue) } }
    package var failed: Int32? { get { value.int32("failed") } set { value.putInt32("failed", newValue) } }
    package var terminating: Int32? { get { value.int32("terminating") } set { value.putInt32("terminating", newValue) } }
    package var completedIndexes: String? { get { value["completedIndexes"].string } set { value.putString("completedIndexes", newValue) } }
    package var failedIndexes: String? { get { value["failedIndexes"].string } set { value.putString("failedIndexes", newValue) } }
    package var uncountedTerminatedPods: UncountedTerminatedPods { get { UncountedTerminatedPods(value["uncountedTerminatedPods"]) } set { value.putValue("uncountedTerminatedPods", newValue.value) } }
    package var ready: Int32? { get { value.int32("ready") } set { value.putInt32("ready", newValue) } }
}

package struct JobCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastProbeTime: String? { get { value["lastProbeTime"].string } set { value.putString("lastProbeTime", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}

package struct UncountedTerminatedPods: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var succeeded: [String] { get { value["succeeded"].strings } set { value.putStrings("succeeded", newValue) } }
    package var failed: [String] { get { value["failed"].strings } set { value.putStrings("failed", newValue) } }
}
