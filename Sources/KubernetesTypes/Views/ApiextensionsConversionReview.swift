// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ConversionReview: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "apiextensions.k8s.io", version: "v1", kind: "ConversionReview")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var request: ConversionRequest { get { ConversionRequest(value["request"]) } set { value.putValue("request", newValue.value) } }
    package var response: ConversionResponse { get { ConversionResponse(value["response"]) } set { value.putValue("response", newValue.value) } }
}

package struct ConversionRequest: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var desiredAPIVersion: String? { get { value["desiredAPIVersion"].string } set { value.putString("desiredAPIVersion", newValue) } }
    package var objects: [Value] { get { value["objects"].array } set { value.putValues("objects", newValue) } }
}

package struct ConversionResponse: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var convertedObjects: [Value] { get { value["convertedObjects"].array } set { value.putValues("convertedObjects", newValue) } }
    package var result: Status { get { Status(value["result"]) } set { value.putValue("result", newValue.value) } }
}

package struct Status: ValueView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "Status")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ListMeta { get { ListMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var details: StatusDetails { get { StatusDetails(value["details"]) } set { value.putValue("details", newValue.value) } }
    package var code: Int32? { get { value.int32("code") } set { value.putInt32("code", newValue) } }
}

package struct ListMeta: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var selfLink: String? { get { value["selfLink"].string } set { value.putString("selfLink", newValue) } }
    package var resourceVersion: String? { get { value["resourceVersion"].string } set { value.putString("resourceVersion", newValue) } }
    package var `continue`: String? { get { value["continue"].string } set { value.putString("continue", newValue) } }
    package var remainingItemCount: Int64? { get { value["remainingItemCount"].int } set { value.putInt64("remainingItemCount", newValue) } }
    package var shardInfo: ShardInfo { get { ShardInfo(value["shardInfo"]) } set { value.putValue("shardInfo", newValue.value) } }
}

package struct ShardInfo: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var selector: String? { get { value["selector"].string } set { value.putString("selector", newValue) } }
}

package struct StatusDetails: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var group: String? { get { value["group"].string } set { value.putString("group", newValue) } }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var causes: [StatusCause] { get { value.views("causes") } set { value.putViews("causes", newValue) } }
    package var retryAfterSeconds: Int32? { get { value.int32("retryAfterSeconds") } set { value.putInt32("retryAfterSeconds", newValue) } }
}

package struct StatusCause: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var field: String? { get { value["field"].string } set { value.putString("field", newValue) } }
}
