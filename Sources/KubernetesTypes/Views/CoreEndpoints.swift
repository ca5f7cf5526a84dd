// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Endpoints: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "Endpoints")
    package static let resource = "endpoints"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var subsets: [EndpointSubset] { get { value.views("subsets") } set { value.putViews("subsets", newValue) } }
}

package struct EndpointSubset: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var addresses: [EndpointAddress] { get { value.views("addresses") } set { value.putViews("addresses", newValue) } }
    package var notReadyAddresses: [EndpointAddress] { get { value.views("notReadyAddresses") } set { value.putViews("notReadyAddresses", newValue) } }
    package var ports: [EndpointPort] { get { value.views("ports") } set { value.putViews("ports", newValue) } }
}

package struct EndpointAddress: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ip: String? { get { value["ip"].string } set { value.putString("ip", newValue) } }
    package var hostname: String? { get { value["hostname"].string } set { value.putString("hostname", newValue) } }
    package var nodeName: String? { get { value["nodeName"].string } set { value.putString("nodeName", newValue) } }
    package var targetRef: ObjectReference { get { ObjectReference(value["targetRef"]) } set { value.putValue("targetRef", newValue.value) } }
}

package struct EndpointPort: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var port: Int32? { get { value.int32("port") } set { value.putInt32("port", newValue) } }
    package var `protocol`: String? { get { value["protocol"].string } set { value.putString("protocol", newValue) } }
    package var appProtocol: String? { get { value["appProtocol"].string } set { value.putString("appProtocol", newValue) } }
}
