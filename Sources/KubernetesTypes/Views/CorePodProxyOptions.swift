// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct PodProxyOptions: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "PodProxyOptions")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
}
