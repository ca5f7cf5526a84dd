// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Node: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "Node")
    package static let resource = "nodes"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: NodeSpec { get { NodeSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: NodeStatus { get { NodeStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct NodeSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var podCIDR: String? { get { value["podCIDR"].string } set { value.putString("podCIDR", newValue) } }
    package var podCIDRs: [String] { get { value["podCIDRs"].strings } set { value.putStrings("podCIDRs", newValue) } }
    package var providerID: String? { get { value["providerID"].string } set { value.putString("providerID", newValue) } }
    package var unschedulable: Bool? { get { value["unschedulable"].bool } set { value.putBool("unschedulable", newValue) } }
    package var taints: [Taint] { get { value.views("taints") } set { value.putViews("taints", newValue) } }
    package var configSource: NodeConfigSource { get { NodeConfigSource(value["configSource"]) } set { value.putValue("configSource", newValue.value) } }
    package var externalID: String? { get { value["externalID"].string } set { value.putString("externalID", newValue) } }
}

package struct Taint: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
    package var effect: String? { get { value["effect"].string } set { value.putString("effect", newValue) } }
    package var timeAdded: String? { get { value["timeAdded"].string } set { value.putString("timeAdded", newValue) } }
}

package struct NodeConfigSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var configMap: ConfigMapNodeConfigSource { get { ConfigMapNodeConfigSource(value["configMap"]) } set { value.putValue("configMap", newValue.value) } }
}

package struct ConfigMapNodeConfigSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var resourceVersion: String? { get { value["resourceVersion"].string } set { value.putString("resourceVersion", newValue) } }
    package var kubeletConfigKey: String? { get { value["kubeletConfigKey"].string } set { value.putString("kubeletConfigKey", newValue) } }
}

package struct NodeStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var capacity: [String: String] { get { value["capacity"].stringMap } set { value.putStringMap("capacity", newValue) } }
    package var allocatable: [String: String] { get { value["allocatable"].stringMap } set { value.putStringMap("allocatable", newValue) } }
    package var phase: String? { get { value["phase"].string } set { value.putString("phase", newValue) } }
    package var conditions: [NodeCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
    package var addresses: [NodeAddress] { get { value.views("addresses") } set { value.putViews("addresses", newValue) } }
    package var daemonEndpoints: NodeDaemonEndpoints { get { NodeDaemonEndpoints(value["daemonEndpoints"]) } set { value.putValue("daemonEndpoints", newValue.value) } }
    package var nodeInfo: NodeSystemInfo { get { NodeSystemInfo(value["nodeInfo"]) } set { value.putValue("nodeInfo", newValue.value) } }
    package var images: [ContainerImage] { get { value.views("images") } set { value.putViews("images", newValue) } }
    package var volumesInUse: [String] { get { value["volumesInUse"].strings } set { value.putStrings("volumesInUse", newValue) } }
    package var volumesAttached: [AttachedVolume] { get { value.views("volumesAttached") } set { value.putViews("volumesAttached", newValue) } }
    package var config: NodeConfigStatus { get { NodeConfigStatus(value["config"]) } set { value.putValue("config", newValue.value) } }
    package var runtimeHandlers: [NodeRuntimeHandler] { get { value.views("runtimeHandlers") } set { value.putViews("runtimeHandlers", newValue) } }
    package var features: NodeFeatures { get { NodeFeatures(value["features"]) } set { value.putValue("features", newValue.value) } }
    package var declaredFeatures: [String] { get { value["declaredFeatures"].strings } set { value.putStrings("declaredFeatures", newValue) } }
}

package struct NodeCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastHeartbeatTime: String? { get { value["lastHeartbeatTime"].string } set { value.putString("lastHeartbeatTime", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}

package struct NodeAddress: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var address: String? { get { value["address"].string } set { value.putString("address", newValue) } }
}

package struct NodeDaemonEndpoints: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kubeletEndpoint: DaemonEndpoint { get { DaemonEndpoint(value["kubeletEndpoint"]) } set { value.putValue("kubeletEndpoint", newValue.value) } }
}

package struct DaemonEndpoint: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var port: Int32? { get { value.int32("Port") } set { value.putInt32("Port", newValue) } }
}

package struct NodeSystemInfo: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var machineID: String? { get { value["machineID"].string } set { value.putString("machineID", newValue) } }
    package var systemUUID: String? { get { value["systemUUID"].string } set { value.putString("systemUUID", newValue) } }
    package var bootID: String? { get { value["bootID"].string } set { value.putString("bootID", newValue) } }
    package var kernelVersion: String? { get { value["kernelVersion"].string } set { value.putString("kernelVersion", newValue) } }
    package var osImage: String? { get { value["osImage"].string } set { value.putString("osImage", newValue) } }
    package var containerRuntimeVersion: String? { get { value["containerRuntimeVersion"].string } set { value.putString("containerRuntimeVersion", newValue) } }
    package var kubeletVersion: String? { get { value["kubeletVersion"].string } set { value.putString("kubeletVersion", newValue) } }
    package var kubeProxyVersion: String? { get { value["kubeProxyVersion"].string } set { value.putString("kubeProxyVersion", newValue) } }
    package var operatingSystem: String? { get { value["operatingSystem"].string } set { value.putString("operatingSystem", newValue) } }
    package var architecture: String? { get { value["architecture"].string } set { value.putString("architecture", newValue) } }
    package var swap: NodeSwapStatus { get { NodeSwapStatus(value["swap"]) } set { value.putValue("swap", newValue.value) } }
}

package struct NodeSwapStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var capacity: Int64? { get { value["capacity"].int } set { value.putInt64("capacity", newValue) } }
}

package struct ContainerImage: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var names: [String] { get { value["names"].strings } set { value.putStrings("names", newValue) } }
    package var sizeBytes: Int64? { get { value["sizeBytes"].int } set { value.putInt64("sizeBytes", newValue) } }
}

package struct AttachedVolume: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var devicePath: String? { get { value["devicePath"].string } set { value.putString("devicePath", newValue) } }
}

package struct NodeConfigStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var assigned: NodeConfigSource { get { NodeConfigSource(value["assigned"]) } set { value.putValue("assigned", newValue.value) } }
    package var active: NodeConfigSource { get { NodeConfigSource(value["active"]) } set { value.putValue("active", newValue.value) } }
    package var lastKnownGood: NodeConfigSource { get { NodeConfigSource(value["lastKnownGood"]) } set { value.putValue("lastKnownGood", newValue.value) } }
    package var error: String? { get { value["error"].string } set { value.putString("error", newValue) } }
}

package struct NodeRuntimeHandler: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var features: NodeRuntimeHandlerFeatures { get { NodeRuntimeHandlerFeatures(value["features"]) } set { value.putValue("features", newValue.value) } }
}

package struct NodeRuntimeHandlerFeatures: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var recursiveReadOnlyMounts: Bool? { get { value["recursiveReadOnlyMounts"].bool } set { value.putBool("recursiveReadOnlyMounts", newValue) } }
    package var userNamespaces: Bool? { get { value["userNamespaces"].bool } set { value.putBool("userNamespaces", newValue) } }
}

package struct NodeFeatures: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var supplementalGroupsPolicy: Bool? { get { value["supplementalGroupsPolicy"].bool } set { value.putBool("supplementalGroupsPolicy", newValue) } }
}
