// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct PodAttachOptions: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "PodAttachOptions")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var stdin: Bool? { get { value["stdin"].bool } set { value.putBool("stdin", newValue) } }
    package var stdout: Bool? { get { value["stdout"].bool } set { value.putBool("stdout", newValue) } }
    package var stderr: Bool? { get { value["stderr"].bool } set { value.putBool("stderr", newValue) } }
    package var tty: Bool? { get { value["tty"].bool } set { value.putBool("tty", newValue) } }
    package var container: String? { get { value["container"].string } set { value.putString("container", newValue) } }
}
