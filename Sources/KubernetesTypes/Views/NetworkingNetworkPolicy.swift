// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct NetworkPolicy: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy")
    package static let resource = "networkpolicies"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: NetworkPolicySpec { get { NetworkPolicySpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct NetworkPolicySpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var podSelector: LabelSelector { get { LabelSelector(value["podSelector"]) } set { value.putValue("podSelector", newValue.value) } }
    package var ingress: [NetworkPolicyIngressRule] { get { value.views("ingress") } set { value.putViews("ingress", newValue) } }
    package var egress: [NetworkPolicyEgressRule] { get { value.views("egress") } set { value.putViews("egress", newValue) } }
    package var policyTypes: [String] { get { value["policyTypes"].strings } set { value.putStrings("policyTypes", newValue) } }
}

package struct NetworkPolicyIngressRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ports: [NetworkPolicyPort] { get { value.views("ports") } set { value.putViews("ports", newValue) } }
    package var from: [NetworkPolicyPeer] { get { value.views("from") } set { value.putViews("from", newValue) } }
}

package struct NetworkPolicyPort: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var `protocol`: String? { get { value["protocol"].string } set { value.putString("protocol", newValue) } }
    package var port: Value { get { value["port"] } set { value.putValue("port", newValue) } }
    package var endPort: Int32? { get { value.int32("endPort") } set { value.putInt32("endPort", newValue) } }
}

package struct NetworkPolicyPeer: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var podSelector: LabelSelector { get { LabelSelector(value["podSelector"]) } set { value.putValue("podSelector", newValue.value) } }
    package var namespaceSelector: LabelSelector { get { LabelSelector(value["namespaceSelector"]) } set { value.putValue("namespaceSelector", newValue.value) } }
    package var ipBlock: IPBlock { get { IPBlock(value["ipBlock"]) } set { value.putValue("ipBlock", newValue.value) } }
}

package struct IPBlock: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var cidr: String? { get { value["cidr"].string } set { value.putString("cidr", newValue) } }
    package var except: [String] { get { value["except"].strings } set { value.putStrings("except", newValue) } }
}

package struct NetworkPolicyEgressRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ports: [NetworkPolicyPort] { get { value.views("ports") } set { value.putViews("ports", newValue) } }
    package var to: [NetworkPolicyPeer] { get { value.views("to") } set { value.putViews("to", newValue) } }
}
