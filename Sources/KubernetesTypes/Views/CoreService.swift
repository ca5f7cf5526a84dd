// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Service: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "Service")
    package static let resource = "services"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: ServiceSpec { get { ServiceSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: ServiceStatus { get { ServiceStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct ServiceSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ports: [ServicePort] { get { value.views("ports") } set { value.putViews("ports", newValue) } }
    package var selector: [String: String] { get { value["selector"].stringMap } set { value.putStringMap("selector", newValue) } }
    package var clusterIP: String? { get { value["clusterIP"].string } set { value.putString("clusterIP", newValue) } }
    package var clusterIPs: [String] { get { value["clusterIPs"].strings } set { value.putStrings("clusterIPs", newValue) } }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var externalIPs: [String] { get { value["externalIPs"].strings } set { value.putStrings("externalIPs", newValue) } }
    package var sessionAffinity: String? { get { value["sessionAffinity"].string } set { value.putString("sessionAffinity", newValue) } }
    package var loadBalancerIP: String? { get { value["loadBalancerIP"].string } set { value.putString("loadBalancerIP", newValue) } }
    package var loadBalancerSourceRanges: [String] { get { value["loadBalancerSourceRanges"].strings } set { value.putStrings("loadBalancerSourceRanges", newValue) } }
    package var externalName: String? { get { value["externalName"].string } set { value.putString("externalName", newValue) } }
    package var externalTrafficPolicy: String? { get { value["externalTrafficPolicy"].string } set { value.putString("externalTrafficPolicy", newValue) } }
    package var healthCheckNodePort: Int32? { get { value.int32("healthCheckNodePort") } set { value.putInt32("healthCheckNodePort", newValue) } }
    package var publishNotReadyAddresses: Bool? { get { value["publishNotReadyAddresses"].bool } set { value.putBool("publishNotReadyAddresses", newValue) } }
    package var sessionAffinityConfig: SessionAffinityConfig { get { SessionAffinityConfig(value["sessionAffinityConfig"]) } set { value.putValue("sessionAffinityConfig", newValue.value) } }
    package var ipFamilies: [String] { get { value["ipFamilies"].strings } set { value.putStrings("ipFamilies", newValue) } }
    package var ipFamilyPolicy: String? { get { value["ipFamilyPolicy"].string } set { value.putString("ipFamilyPolicy", newValue) } }
    package var allocateLoadBalancerNodePorts: Bool? { get { value["allocateLoadBalancerNodePorts"].bool } set { value.putBool("allocateLoadBalancerNodePorts", newValue) } }
    package var loadBalancerClass: String? { get { value["loadBalancerClass"].string } set { value.putString("loadBalancerClass", newValue) } }
    package var internalTrafficPolicy: String? { get { value["internalTrafficPolicy"].string } set { value.putString("internalTrafficPolicy", newValue) } }
    package var trafficDistribution: String? { get { value["trafficDistribution"].string } set { value.putString("trafficDistribution", newValue) } }
}

package struct ServicePort: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var `protocol`: String? { get { value["protocol"].string } set { value.putString("protocol", newValue) } }
    package var appProtocol: String? { get { value["appProtocol"].string } set { value.putString("appProtocol", newValue) } }
    package var port: Int32? { get { value.int32("port") } set { value.putInt32("port", newValue) } }
    package var targetPort: Value { get { value["targetPort"] } set { value.putValue("targetPort", newValue) } }
    package var nodePort: Int32? { get { value.int32("nodePort") } set { value.putInt32("nodePort", newValue) } }
}

package struct SessionAffinityConfig: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var clientIP: ClientIPConfig { get { ClientIPConfig(value["clientIP"]) } set { value.putValue("clientIP", newValue.value) } }
}

package struct ClientIPConfig: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var timeoutSeconds: Int32? { get { value.int32("timeoutSeconds") } set { value.putInt32("timeoutSeconds", newValue) } }
}

package struct ServiceStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var loadBalancer: LoadBalancerStatus { get { LoadBalancerStatus(value["loadBalancer"]) } set { value.putValue("loadBalancer", newValue.value) } }
    package var conditions: [Condition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}

package struct LoadBalancerStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ingress: [LoadBalancerIngress] { get { value.views("ingress") } set { value.putViews("ingress", newValue) } }
}

package struct LoadBalancerIngress: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ip: String? { get { value["ip"].string } set { value.putString("ip", newValue) } }
    package var hostname: String? { get { value["hostname"].string } set { value.putString("hostname", newValue) } }
    package var ipMode: String? { get { value["ipMode"].string } set { value.putString("ipMode", newValue) } }
    package var ports: [PortStatus] { get { value.views("ports") } set { value.putViews("ports", newValue) } }
}

package struct PortStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var port: Int32? { get { value.int32("port") } set { value.putInt32("port", newValue) } }
    package var `protocol`: String? { get { value["protocol"].string } set { value.putString("protocol", newValue) } }
    package var error: String? { get { value["error"].string } set { value.putString("error", newValue) } }
}

package struct Condition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}
