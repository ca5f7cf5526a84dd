// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct LimitRange: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "LimitRange")
    package static let resource = "limitranges"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: LimitRangeSpec { get { LimitRangeSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct LimitRangeSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var limits: [LimitRangeItem] { get { value.views("limits") } set { value.putViews("limits", newValue) } }
}

package struct LimitRangeItem: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var max: [String: String] { get { value["max"].stringMap } set { value.putStringMap("max", newValue) } }
    package var min: [String: String] { get { value["min"].stringMap } set { value.putStringMap("min", newValue) } }
    package var `default`: [String: String] { get { value["default"].stringMap } set { value.putStringMap("default", newValue) } }
    package var defaultRequest: [String: String] { get { value["defaultRequest"].stringMap } set { value.putStringMap("defaultRequest", newValue) } }
    package var maxLimitRequestRatio: [String: String] { get { value["maxLimitRequestRatio"].stringMap } set { value.putStringMap("maxLimitRequestRatio", newValue) } }
}
