// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ListOptions: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "ListOptions")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var labelSelector: String? { get { value["labelSelector"].string } set { value.putString("labelSelector", newValue) } }
    package var fieldSelector: String? { get { value["fieldSelector"].string } set { value.putString("fieldSelector", newValue) } }
    package var watch: Bool? { get { value["watch"].bool } set { value.putBool("watch", newValue) } }
    package var allowWatchBookmarks: Bool? { get { value["allowWatchBookmarks"].bool } set { value.putBool("allowWatchBookmarks", newValue) } }
    package var resourceVersion: String? { get { value["resourceVersion"].string } set { value.putString("resourceVersion", newValue) } }
    package var resourceVersionMatch: String? { get { value["resourceVersionMatch"].string } set { value.putString("resourceVersionMatch", newValue) } }
    package var timeoutSeconds: Int64? { get { value["timeoutSeconds"].int } set { value.putInt64("timeoutSeconds", newValue) } }
    package var limit: Int64? { get { value["limit"].int } set { value.putInt64("limit", newValue) } }
    package var `continue`: String? { get { value["continue"].string } set { value.putString("continue", newValue) } }
    package var sendInitialEvents: Bool? { get { value["sendInitialEvents"].bool } set { value.putBool("sendInitialEvents", newValue) } }
    package var shardSelector: String? { get { value["shardSelector"].string } set { value.putString("shardSelector", newValue) } }
}
