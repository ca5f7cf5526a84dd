// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ResourceSlice: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "resource.k8s.io", version: "v1", kind: "ResourceSlice")
    package static let resource = "resourceslices"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: ResourceSliceSpec { get { ResourceSliceSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct ResourceSliceSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var driver: String? { get { value["driver"].string } set { value.putString("driver", newValue) } }
    package var pool: ResourcePool { get { ResourcePool(value["pool"]) } set { value.putValue("pool", newValue.value) } }
    package var nodeName: String? { get { value["nodeName"].string } set { value.putString("nodeName", newValue) } }
    package var nodeSelector: NodeSelector { get { NodeSelector(value["nodeSelector"]) } set { value.putValue("nodeSelector", newValue.value) } }
    package var allNodes: Bool? { get { value["allNodes"].bool } set { value.putBool("allNodes", newValue) } }
    package var devices: [Device] { get { value.views("devices") } set { value.putViews("devices", newValue) } }
    package var perDeviceNodeSelection: Bool? { get { value["perDeviceNodeSelection"].bool } set { value.putBool("perDeviceNodeSelection", newValue) } }
    package var sharedCounters: [CounterSet] { get { value.views("sharedCounters") } set { value.putViews("sharedCounters", newValue) } }
}

package struct ResourcePool: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var generation: Int64? { get { value["generation"].int } set { value.putInt64("generation", newValue) } }
    package var resourceSliceCount: Int64? { get { value["resourceSliceCount"].int } set { value.putInt64("resourceSliceCount", newValue) } }
}

package struct Device: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var attributes: [String: DeviceAttribute] { get { value.viewMap("attributes") } set { value.putViewMap("attributes", newValue) } }
    package var capacity: [String: DeviceCapacity] { get { value.viewMap("capacity") } set { value.putViewMap("capacity", newValue) } }
    package var consumesCounters: [DeviceCounterConsumption] { get { value.views("consumesCounters") } set { value.putViews("consumesCounters", newValue) } }
    package var nodeName: String? { get { value["nodeName"].string } set { value.putString("nodeName", newValue) } }
    package var nodeSelector: NodeSelector { get { NodeSelector(value["nodeSelector"]) } set { value.putValue("nodeSelector", newValue.value) } }
    package var allNodes: Bool? { get { value["allNodes"].bool } set { value.putBool("allNodes", newValue) } }
    package var taints: [DeviceTaint] { get { value.views("taints") } set { value.putViews("taints", newValue) } }
    package var bindsToNode: Bool? { get { value["bindsToNode"].bool } set { value.putBool("bindsToNode", newValue) } }
    package var bindingConditions: [String] { get { value["bindingConditions"].strings } set { value.putStrings("bindingConditions", newValue) } }
    package var bindingFailureConditions: [String] { get { value["bindingFailureConditions"].strings } set { value.putStrings("bindingFailureConditions", newValue) } }
    package var allowMultipleAllocations: Bool? { get { value["allowMultipleAllocations"].bool } set { value.putBool("allowMultipleAllocations", newValue) } }
    package var nodeAllocatableResourceMappings: [String: NodeAllocatableResourceMapping] { get { value.viewMap("nodeAllocatableResourceMappings") } set { value.putViewMap("nodeAllocatableResourceMappings", newValue) } }
}

package struct DeviceAttribute: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var int: Int64? { get { value["int"].int } set { value.putInt64("int", newValue) } }
    package var bool: Bool? { get { value["bool"].bool } set { value.putBool("bool", newValue) } }
    package var string: String? { get { value["string"].string } set { value.putString("string", newValue) } }
    package var version: String? { get { value["version"].string } set { value.putString("version", newValue) } }
    package var ints: [Int64] { get { value.ints("ints") } set { value.putInts("ints", newValue) } }
    package var bools: [Value] { get { value["bools"].array } set { value.putValues("bools", newValue) } }
    package var strings: [String] { get { value["strings"].strings } set { value.putStrings("strings", newValue) } }
    package var versions: [String] { get { value["versions"].strings } set { value.putStrings("versions", newValue) } }
}

package struct DeviceCapacity: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
    package var requestPolicy: CapacityRequestPolicy { get { CapacityRequestPolicy(value["requestPolicy"]) } set { value.putValue("requestPolicy", newValue.value) } }
}

package struct CapacityRequestPolicy: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var `default`: String? { get { value["default"].string } set { value.putString("default", newValue) } }
    package var validValues: [String] { get { value["validValues"].strings } set { value.putStrings("validValues", newValue) } }
    package var validRange: CapacityRequestPolicyRange { get { CapacityRequestPolicyRange(value["validRange"]) } set { value.putValue("validRange", newValue.value) } }
}

package struct CapacityRequestPolicyRange: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var min: String? { get { value["min"].string } set { value.putString("min", newValue) } }
    package var max: String? { get { value["max"].string } set { value.putString("max", newValue) } }
    package var step: String? { get { value["step"].string } set { value.putString("step", newValue) } }
}

package struct DeviceCounterConsumption: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var counterSet: String? { get { value["counterSet"].string } set { value.putString("counterSet", newValue) } }
    package var counters: [String: Counter] { get { value.viewMap("counters") } set { value.putViewMap("counters", newValue) } }
}

package struct Counter: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
}

package struct DeviceTaint: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
    package var effect: String? { get { value["effect"].string } set { value.putString("effect", newValue) } }
    package var timeAdded: String? { get { value["timeAdded"].string } set { value.putString("timeAdded", newValue) } }
}

package struct NodeAllocatableResourceMapping: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var capacityKey: String? { get { value["capacityKey"].string } set { value.putString("capacityKey", newValue) } }
    package var allocationMultiplier: String? { get { value["allocationMultiplier"].string } set { value.putString("allocationMultiplier", newValue) } }
}

package struct CounterSet: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var counters: [String: Counter] { get { value.viewMap("counters") } set { value.putViewMap("counters", newValue) } }
}
