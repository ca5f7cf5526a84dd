// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Event: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "Event")
    package static let resource = "events"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var involvedObject: ObjectReference { get { ObjectReference(value["involvedObject"]) } set { value.putValue("involvedObject", newValue.value) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var source: EventSource { get { EventSource(value["source"]) } set { value.putValue("source", newValue.value) } }
    package var firstTimestamp: String? { get { value["firstTimestamp"].string } set { value.putString("firstTimestamp", newValue) } }
    package var lastTimestamp: String? { get { value["lastTimestamp"].string } set { value.putString("lastTimestamp", newValue) } }
    package var count: Int32? { get { value.int32("count") } set { value.putInt32("count", newValue) } }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var eventTime: String? { get { value["eventTime"].string } set { value.putString("eventTime", newValue) } }
    package var series: EventSeries { get { EventSeries(value["series"]) } set { value.putValue("series", newValue.value) } }
    package var action: String? { get { value["action"].string } set { value.putString("action", newValue) } }
    package var related: ObjectReference { get { ObjectReference(value["related"]) } set { value.putValue("related", newValue.value) } }
    package var reportingComponent: String? { get { value["reportingComponent"].string } set { value.putString("reportingComponent", newValue) } }
    package var reportingInstance: String? { get { value["reportingInstance"].string } set { value.putString("reportingInstance", newValue) } }
}

package struct EventSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var component: String? { get { value["component"].string } set { value.putString("component", newValue) } }
    package var host: String? { get { value["host"].string } set { value.putString("host", newValue) } }
}

package struct EventSeries: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var count: Int32? { get { value.int32("count") } set { value.putInt32("count", newValue) } }
    package var lastObservedTime: String? { get { value["lastObservedTime"].string } set { value.putString("lastObservedTime", newValue) } }
}
