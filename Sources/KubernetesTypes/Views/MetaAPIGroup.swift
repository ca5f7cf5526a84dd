// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct APIGroup: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "APIGroup")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var versions: [GroupVersionForDiscovery] { get { value.views("versions") } set { value.putViews("versions", newValue) } }
    package var preferredVersion: GroupVersionForDiscovery { get { GroupVersionForDiscovery(value["preferredVersion"]) } set { value.putValue("preferredVersion", newValue.value) } }
    package var serverAddressByClientCIDRs: [ServerAddressByClientCIDR] { get { value.views("serverAddressByClientCIDRs") } set { value.putViews("serverAddressByClientCIDRs", newValue) } }
}

package struct GroupVersionForDiscovery: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var groupVersion: String? { get { value["groupVersion"].string } set { value.putString("groupVersion", newValue) } }
    package var version: String? { get { value["version"].string } set { value.putString("version", newValue) } }
}

package struct ServerAddressByClientCIDR: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var clientCIDR: String? { get { value["clientCIDR"].string } set { value.putString("clientCIDR", newValue) } }
    package var serverAddress: String? { get { value["serverAddress"].string } set { value.putString("serverAddress", newValue) } }
}
