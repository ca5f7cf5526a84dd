// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct PodLogOptions: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "PodLogOptions")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var container: String? { get { value["container"].string } set { value.putString("container", newValue) } }
    package var follow: Bool? { get { value["follow"].bool } set { value.putBool("follow", newValue) } }
    package var previous: Bool? { get { value["previous"].bool } set { value.putBool("previous", newValue) } }
    package var sinceSeconds: Int64? { get { value["sinceSeconds"].int } set { value.putInt64("sinceSeconds", newValue) } }
    package var sinceTime: String? { get { value["sinceTime"].string } set { value.putString("sinceTime", newValue) } }
    package var timestamps: Bool? { get { value["timestamps"].bool } set { value.putBool("timestamps", newValue) } }
    package var tailLines: Int64? { get { value["tailLines"].int } set { value.putInt64("tailLines", newValue) } }
    package var limitBytes: Int64? { get { value["limitBytes"].int } set { value.putInt64("limitBytes", newValue) } }
    package var insecureSkipTLSVerifyBackend: Bool? { get { value["insecureSkipTLSVerifyBackend"].bool } set { value.putBool("insecureSkipTLSVerifyBackend", newValue) } }
    package var stream: String? { get { value["stream"].string } set { value.putString("stream", newValue) } }
}
