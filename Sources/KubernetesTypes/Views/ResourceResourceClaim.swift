// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ResourceClaim: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "resource.k8s.io", version: "v1", kind: "ResourceClaim")
    package static let resource = "resourceclaims"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: ResourceClaimSpec { get { ResourceClaimSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: ResourceClaimStatus { get { ResourceClaimStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct ResourceClaimSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var devices: DeviceClaim { get { DeviceClaim(value["devices"]) } set { value.putValue("devices", newValue.value) } }
}

package struct DeviceClaim: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var requests: [DeviceRequest] { get { value.views("requests") } set { value.putViews("requests", newValue) } }
    package var constraints: [DeviceConstraint] { get { value.views("constraints") } set { value.putViews("constraints", newValue) } }
    package var config: [DeviceClaimConfiguration] { get { value.views("config") } set { value.putViews("config", newValue) } }
}

package struct DeviceRequest: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var exactly: ExactDeviceRequest { get { ExactDeviceRequest(value["exactly"]) } set { value.putValue("exactly", newValue.value) } }
    package var firstAvailable: [DeviceSubRequest] { get { value.views("firstAvailable") } set { value.putViews("firstAvailable", newValue) } }
}

package struct ExactDeviceRequest: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var deviceClassName: String? { get { value["deviceClassName"].string } set { value.putString("deviceClassName", newValue) } }
    package var selectors: [DeviceSelector] { get { value.views("selectors") } set { value.putViews("selectors", newValue) } }
    package var allocationMode: String? { get { value["allocationMode"].string } set { value.putString("allocationMode", newValue) } }
    package var count: Int64? { get { value["count"].int } set { value.putInt64("count", newValue) } }
    package var adminAccess: Bool? { get { value["adminAccess"].bool } set { value.putBool("adminAccess", newValue) } }
    package var tolerations: [DeviceToleration] { get { value.views("tolerations") } set { value.putViews("tolerations", newValue) } }
    package var capacity: CapacityRequirements { get { CapacityRequirements(value["capacity"]) } set { value.putValue("capacity", newValue.value) } }
}

package struct DeviceToleration: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var `operator`: String? { get { value["operator"].string } set { value.putString("operator", newValue) } }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
    package var effect: String? { get { value["effect"].string } set { value.putString("effect", newValue) } }
    package var tolerationSeconds: Int64? { get { value["tolerationSeconds"].int } set { value.putInt64("tolerationSeconds", newValue) } }
}

package struct CapacityRequirements: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var requests: [String: String] { get { value["requests"].stringMap } set { value.putStringMap("requests", newValue) } }
}

package struct DeviceSubRequest: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var deviceClassName: String? { get { value["deviceClassName"].string } set { value.putString("deviceClassName", newValue) } }
    package var selectors: [DeviceSelector] { get { value.views("selectors") } set { value.putViews("selectors", newValue) } }
    package var allocationMode: String? { get { value["allocationMode"].string } set { value.putString("allocationMode", newValue) } }
    package var count: Int64? { get { value["count"].int } set { value.putInt64("count", newValue) } }
    package var tolerations: [DeviceToleration] { get { value.views("tolerations") } set { value.putViews("tolerations", newValue) } }
    package var capacity: CapacityRequirements { get { CapacityRequirements(value["capacity"]) } set { value.putValue("capacity", newValue.value) } }
}

package struct DeviceConstraint: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var requests: [String] { get { value["requests"].strings } set { value.putStrings("requests", newValue) } }
    package var matchAttribute: String? { get { value["matchAttribute"].string } set { value.putString("matchAttribute", newValue) } }
    package var distinctAttribute: String? { get { value["distinctAttribute"].string } set { value.putString("distinctAttribute", newValue) } }
}

package struct DeviceClaimConfiguration: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var requests: [String] { get { value["requests"].strings } set { value.putStrings("requests", newValue) } }
    package var opaque: OpaqueDeviceConfiguration { get { OpaqueDeviceConfiguration(value["opaque"]) } set { value.putValue("opaque", newValue.value) } }
}

package struct ResourceClaimStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var allocation: AllocationResult { get { AllocationResult(value["allocation"]) } set { value.putValue("allocation", newValue.value) } }
    package var reservedFor: [ResourceClaimConsumerReference] { get { value.views("reservedFor") } set { value.putViews("reservedFor", newValue) } }
    package var devices: [AllocatedDeviceStatus] { get { value.views("devices") } set { value.putViews("devices", newValue) } }
}

package struct AllocationResult: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var devices: DeviceAllocationResult { get { DeviceAllocationResult(value["devices"]) } set { value.putValue("devices", newValue.value) } }
    package var nodeSelector: NodeSelector { get { NodeSelector(value["nodeSelector"]) } set { value.putValue("nodeSelector", newValue.value) } }
    package var allocationTimestamp: String? { get { value["allocationTimestamp"].string } set { value.putString("allocationTimestamp", newValue) } }
}

package struct DeviceAllocationResult: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var results: [DeviceRequestAllocationResult] { get { value.views("results") } set { value.putViews("results", newValue) } }
    package var config: [DeviceAllocationConfiguration] { get { value.views("config") } set { value.putViews("config", newValue) } }
}

package struct DeviceRequestAllocationResult: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var request: String? { get { value["request"].string } set { value.putString("request", newValue) } }
    package var driver: String? { get { value["driver"].string } set { value.putString("driver", newValue) } }
    package var pool: String? { get { value["pool"].string } set { value.putString("pool", newValue) } }
    package var device: String? { get { value["device"].string } set { value.putString("device", newValue) } }
    package var adminAccess: Bool? { get { value["adminAccess"].bool } set { value.putBool("adminAccess", newValue) } }
    package var tolerations: [DeviceToleration] { get { value.views("tolerations") } set { value.putViews("tolerations", newValue) } }
    package var bindingConditions: [String] { get { value["bindingConditions"].strings } set { value.putStrings("bindingConditions", newValue) } }
    package var bindingFailureConditions: [String] { get { value["bindingFailureConditions"].strings } set { value.putStrings("bindingFailureConditions", newValue) } }
    package var shareID: String? { get { value["shareID"].string } set { value.putString("shareID", newValue) } }
    package var consumedCapacity: [String: String] { get { value["consumedCapacity"].stringMap } set { value.putStringMap("consumedCapacity", newValue) } }
}

package struct DeviceAllocationConfiguration: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var source: String? { get { value["source"].string } set { value.putString("source", newValue) } }
    package var requests: [String] { get { value["requests"].strings } set { value.putStrings("requests", newValue) } }
    package var opaque: OpaqueDeviceConfiguration { get { OpaqueDeviceConfiguration(value["opaque"]) } set { value.putValue("opaque", newValue.value) } }
}

package struct ResourceClaimConsumerReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var apiGroup: String? { get { value["apiGroup"].string } set { value.putString("apiGroup", newValue) } }
    package var resource: String? { get { value["resource"].string } set { value.putString("resource", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
}

package struct AllocatedDeviceStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var driver: String? { get { value["driver"].string } set { value.putString("driver", newValue) } }
    package var pool: String? { get { value["pool"].string } set { value.putString("pool", newValue) } }
    package var device: String? { get { value["device"].string } set { value.putString("device", newValue) } }
    package var shareID: String? { get { value["shareID"].string } set { value.putString("shareID", newValue) } }
    package var conditions: [Condition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
    package var data: Value { get { value["data"] } set { value.putValue("data", newValue) } }
    package var networkData: NetworkDeviceData { get { NetworkDeviceData(value["networkData"]) } set { value.putValue("networkData", newValue.value) } }
}

package struct NetworkDeviceData: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var interfaceName: String? { get { value["interfaceName"].string } set { value.putString("interfaceName", newValue) } }
    package var ips: [String] { get { value["ips"].strings } set { value.putStrings("ips", newValue) } }
    package var hardwareAddress: String? { get { value["hardwareAddress"].string } set { value.putString("hardwareAddress", newValue) } }
}
