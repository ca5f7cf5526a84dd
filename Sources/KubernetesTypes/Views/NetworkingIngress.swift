// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Ingress: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "networking.k8s.io", version: "v1", kind: "Ingress")
    package static let resource = "ingresses"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: IngressSpec { get { IngressSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: IngressStatus { get { IngressStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct IngressSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ingressClassName: String? { get { value["ingressClassName"].string } set { value.putString("ingressClassName", newValue) } }
    package var defaultBackend: IngressBackend { get { IngressBackend(value["defaultBackend"]) } set { value.putValue("defaultBackend", newValue.value) } }
    package var tls: [IngressTLS] { get { value.views("tls") } set { value.putViews("tls", newValue) } }
    package var rules: [IngressRule] { get { value.views("rules") } set { value.putViews("rules", newValue) } }
}

package struct IngressBackend: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var service: IngressServiceBackend { get { IngressServiceBackend(value["service"]) } set { value.putValue("service", newValue.value) } }
    package var resource: TypedLocalObjectReference { get { TypedLocalObjectReference(value["resource"]) } set { value.putValue("resource", newValue.value) } }
}

package struct IngressServiceBackend: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var port: ServiceBackendPort { get { ServiceBackendPort(value["port"]) } set { value.putValue("port", newValue.value) } }
}

package struct ServiceBackendPort: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var number: Int32? { get { value.int32("number") } set { value.putInt32("number", newValue) } }
}

package struct IngressTLS: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var hosts: [String] { get { value["hosts"].strings } set { value.putStrings("hosts", newValue) } }
    package var secretName: String? { get { value["secretName"].string } set { value.putString("secretName", newValue) } }
}

package struct IngressRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var host: String? { get { value["host"].string } set { value.putString("host", newValue) } }
    package var http: HTTPIngressRuleValue { get { HTTPIngressRuleValue(value["http"]) } set { value.putValue("http", newValue.value) } }
}

package struct HTTPIngressRuleValue: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var paths: [HTTPIngressPath] { get { value.views("paths") } set { value.putViews("paths", newValue) } }
}

package struct HTTPIngressPath: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var pathType: String? { get { value["pathType"].string } set { value.putString("pathType", newValue) } }
    package var backend: IngressBackend { get { IngressBackend(value["backend"]) } set { value.putValue("backend", newValue.value) } }
}

package struct IngressStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var loadBalancer: IngressLoadBalancerStatus { get { IngressLoadBalancerStatus(value["loadBalancer"]) } set { value.putValue("loadBalancer", newValue.value) } }
}

package struct IngressLoadBalancerStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ingress: [IngressLoadBalancerIngress] { get { value.views("ingress") } set { value.putViews("ingress", newValue) } }
}

package struct IngressLoadBalancerIngress: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ip: String? { get { value["ip"].string } set { value.putString("ip", newValue) } }
    package var hostname: String? { get { value["hostname"].string } set { value.putString("hostname", newValue) } }
    package var ports: [IngressPortStatus] { get { value.views("ports") } set { value.putViews("ports", newValue) } }
}

package struct IngressPortStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var port: Int32? { get { value.int32("port") } set { value.putInt32("port", newValue) } }
    package var `protocol`: String? { get { value["protocol"].string } set { value.putString("protocol", newValue) } }
    package var error: String? { get { value["error"].string } set { value.putString("error", newValue) } }
}
