// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct PersistentVolumeClaim: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "PersistentVolumeClaim")
    package static let resource = "persistentvolumeclaims"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: PersistentVolumeClaimSpec { get { PersistentVolumeClaimSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: PersistentVolumeClaimStatus { get { PersistentVolumeClaimStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct PersistentVolumeClaimSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var accessModes: [String] { get { value["accessModes"].strings } set { value.putStrings("accessModes", newValue) } }
    package var selector: LabelSelector { get { LabelSelector(value["selector"]) } set { value.putValue("selector", newValue.value) } }
    package var resources: VolumeResourceRequirements { get { VolumeResourceRequirements(value["resources"]) } set { value.putValue("resources", newValue.value) } }
    package var volumeName: String? { get { value["volumeName"].string } set { value.putString("volumeName", newValue) } }
    package var storageClassName: String? { get { value["storageClassName"].string } set { value.putString("storageClassName", newValue) } }
    package var volumeMode: String? { get { value["volumeMode"].string } set { value.putString("volumeMode", newValue) } }
    package var dataSource: TypedLocalObjectReference { get { TypedLocalObjectReference(value["dataSource"]) } set { value.putValue("dataSource", newValue.value) } }
    package var dataSourceRef: TypedObjectReference { get { TypedObjectReference(value["dataSourceRef"]) } set { value.putValue("dataSourceRef", newValue.value) } }
    package var volumeAttributesClassName: String? { get { value["volumeAttributesClassName"].string } set { value.putString("volumeAttributesClassName", newValue) } }
}

package struct LabelSelector: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var matchLabels: [String: String] { get { value["matchLabels"].stringMap } set { value.putStringMap("matchLabels", newValue) } }
    package var matchExpressions: [LabelSelectorRequirement] { get { value.views("matchExpressions") } set { value.putViews("matchExpressions", newValue) } }
}

package struct LabelSelectorRequirement: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var `operator`: String? { get { value["operator"].string } set { value.putString("operator", newValue) } }
    package var values: [String] { get { value["values"].strings } set { value.putStrings("values", newValue) } }
}

package struct VolumeResourceRequirements: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var limits: [String: String] { get { value["limits"].stringMap } set { value.putStringMap("limits", newValue) } }
    package var requests: [String: String] { get { value["requests"].stringMap } set { value.putStringMap("requests", newValue) } }
}

package struct TypedLocalObjectReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var apiGroup: String? { get { value["apiGroup"].string } set { value.putString("apiGroup", newValue) } }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}

package struct TypedObjectReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var apiGroup: String? { get { value["apiGroup"].string } set { value.putString("apiGroup", newValue) } }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
}

package struct PersistentVolumeClaimStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var phase: String? { get { value["phase"].string } set { value.putString("phase", newValue) } }
    package var accessModes: [String] { get { value["accessModes"].strings } set { value.putStrings("accessModes", newValue) } }
    package var capacity: [String: String] { get { value["capacity"].stringMap } set { value.putStringMap("capacity", newValue) } }
    package var conditions: [PersistentVolumeClaimCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
    package var allocatedResources: [String: String] { get { value["allocatedResources"].stringMap } set { value.putStringMap("allocatedResources", newValue) } }
    package var allocatedResourceStatuses: [String: String] { get { value["allocatedResourceStatuses"].stringMap } set { value.putStringMap("allocatedResourceStatuses", newValue) } }
    package var currentVolumeAttributesClassName: String? { get { value["currentVolumeAttributesClassName"].string } set { value.putString("currentVolumeAttributesClassName", newValue) } }
    package var modifyVolumeStatus: ModifyVolumeStatus { get { ModifyVolumeStatus(value["modifyVolumeStatus"]) } set { value.putValue("modifyVolumeStatus", newValue.value) } }
}

package struct PersistentVolumeClaimCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastProbeTime: String? { get { value["lastProbeTime"].string } set { value.putString("lastProbeTime", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}

package struct ModifyVolumeStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var targetVolumeAttributesClassName: String? { get { value["targetVolumeAttributesClassName"].string } set { value.putString("targetVolumeAttributesClassName", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
}
