// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct APIVersions: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "APIVersions")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var versions: [String] { get { value["versions"].strings } set { value.putStrings("versions", newValue) } }
    package var serverAddressByClientCIDRs: [ServerAddressByClientCIDR] { get { value.views("serverAddressByClientCIDRs") } set { value.putViews("serverAddressByClientCIDRs", newValue) } }
}
