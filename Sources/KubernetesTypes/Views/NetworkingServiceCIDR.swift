// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ServiceCIDR: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "networking.k8s.io", version: "v1", kind: "ServiceCIDR")
    package static let resource = "servicecidrs"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: ServiceCIDRSpec { get { ServiceCIDRSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: ServiceCIDRStatus { get { ServiceCIDRStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct ServiceCIDRSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var cidrs: [String] { get { value["cidrs"].strings } set { value.putStrings("cidrs", newValue) } }
}

package struct ServiceCIDRStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var conditions: [Condition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}
