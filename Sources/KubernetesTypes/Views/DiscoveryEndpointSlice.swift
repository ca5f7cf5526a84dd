// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct EndpointSlice: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice")
    package static let resource = "endpointslices"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var addressType: String? { get { value["addressType"].string } set { value.putString("addressType", newValue) } }
    package var endpoints: [Endpoint] { get { value.views("endpoints") } set { value.putViews("endpoints", newValue) } }
    package var ports: [DiscoveryEndpointPort] { get { value.views("ports") } set { value.putViews("ports", newValue) } }
}

package struct Endpoint: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var addresses: [String] { get { value["addresses"].strings } set { value.putStrings("addresses", newValue) } }
    package var conditions: EndpointConditions { get { EndpointConditions(value["conditions"]) } set { value.putValue("conditions", newValue.value) } }
    package var hostname: String? { get { value["hostname"].string } set { value.putString("hostname", newValue) } }
    package var targetRef: ObjectReference { get { ObjectReference(value["targetRef"]) } set { value.putValue("targetRef", newValue.value) } }
    package var deprecatedTopology: [String: String] { get { value["deprecatedTopology"].stringMap } set { value.putStringMap("deprecatedTopology", newValue) } }
    package var nodeName: String? { get { value["nodeName"].string } set { value.putString("nodeName", newValue) } }
    package var zone: String? { get { value["zone"].string } set { value.putString("zone", newValue) } }
    package var hints: EndpointHints { get { EndpointHints(value["hints"]) } set { value.putValue("hints", newValue.value) } }
}

package struct EndpointConditions: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ready: Bool? { get { value["ready"].bool } set { value.putBool("ready", newValue) } }
    package var serving: Bool? { get { value["serving"].bool } set { value.putBool("serving", newValue) } }
    package var terminating: Bool? { get { value["terminating"].bool } set { value.putBool("terminating", newValue) } }
}

package struct EndpointHints: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var forZones: [ForZone] { get { value.views("forZones") } set { value.putViews("forZones", newValue) } }
    package var forNodes: [ForNode] { get { value.views("forNodes") } set { value.putViews("forNodes", newValue) } }
}

package struct ForZone: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}

package struct ForNode: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}

package struct DiscoveryEndpointPort: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var `protocol`: String? { get { value["protocol"].string } set { value.putString("protocol", newValue) } }
    package var port: Int32? { get { value.int32("port") } set { value.putInt32("port", newValue) } }
    package var appProtocol: String? { get { value["appProtocol"].string } set { value.putString("appProtocol", newValue) } }
}
