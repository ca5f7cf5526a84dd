// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct IPAddress: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "networking.k8s.io", version: "v1", kind: "IPAddress")
    package static let resource = "ipaddresses"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: IPAddressSpec { get { IPAddressSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct IPAddressSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var parentRef: ParentReference { get { ParentReference(value["parentRef"]) } set { value.putValue("parentRef", newValue.value) } }
}

package struct ParentReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var group: String? { get { value["group"].string } set { value.putString("group", newValue) } }
    package var resource: String? { get { value["resource"].string } set { value.putString("resource", newValue) } }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}
