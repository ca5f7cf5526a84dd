// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct EventsEvent: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "events.k8s.io", version: "v1", kind: "Event")
    package static let resource = "events"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var eventTime: String? { get { value["eventTime"].string } set { value.putString("eventTime", newValue) } }
    package var series: EventsEventSeries { get { EventsEventSeries(value["series"]) } set { value.putValue("series", newValue.value) } }
    package var reportingController: String? { get { value["reportingController"].string } set { value.putString("reportingController", newValue) } }
    package var reportingInstance: String? { get { value["reportingInstance"].string } set { value.putString("reportingInstance", newValue) } }
    package var action: String? { get { value["action"].string } set { value.putString("action", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var regarding: ObjectReference { get { ObjectReference(value["regarding"]) } set { value.putValue("regarding", newValue.value) } }
    package var related: ObjectReference { get { ObjectReference(value["related"]) } set { value.putValue("related", newValue.value) } }
    package var note: String? { get { value["note"].string } set { value.putString("note", newValue) } }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var deprecatedSource: EventSource { get { EventSource(value["deprecatedSource"]) } set { value.putValue("deprecatedSource", newValue.value) } }
    package var deprecatedFirstTimestamp: String? { get { value["deprecatedFirstTimestamp"].string } set { value.putString("deprecatedFirstTimestamp", newValue) } }
    package var deprecatedLastTimestamp: String? { get { value["deprecatedLastTimestamp"].string } set { value.putString("deprecatedLastTimestamp", newValue) } }
    package var deprecatedCount: Int32? { get { value.int32("deprecatedCount") } set { value.putInt32("deprecatedCount", newValue) } }
}

package struct EventsEventSeries: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var count: Int32? { get { value.int32("count") } set { value.putInt32("count", newValue) } }
    package var lastObservedTime: String? { get { value["lastObservedTime"].string } set { value.putString("lastObservedTime", newValue) } }
}
