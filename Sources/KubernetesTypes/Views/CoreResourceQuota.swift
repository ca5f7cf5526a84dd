// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ResourceQuota: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "ResourceQuota")
    package static let resource = "resourcequotas"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: ResourceQuotaSpec { get { ResourceQuotaSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: ResourceQuotaStatus { get { ResourceQuotaStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct ResourceQuotaSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var hard: [String: String] { get { value["hard"].stringMap } set { value.putStringMap("hard", newValue) } }
    package var scopes: [String] { get { value["scopes"].strings } set { value.putStrings("scopes", newValue) } }
    package var scopeSelector: ScopeSelector { get { ScopeSelector(value["scopeSelector"]) } set { value.putValue("scopeSelector", newValue.value) } }
}

package struct ScopeSelector: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var matchExpressions: [ScopedResourceSelectorRequirement] { get { value.views("matchExpressions") } set { value.putViews("matchExpressions", newValue) } }
}

package struct ScopedResourceSelectorRequirement: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var scopeName: String? { get { value["scopeName"].string } set { value.putString("scopeName", newValue) } }
    package var `operator`: String? { get { value["operator"].string } set { value.putString("operator", newValue) } }
    package var values: [String] { get { value["values"].strings } set { value.putStrings("values", newValue) } }
}

package struct ResourceQuotaStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var hard: [String: String] { get { value["hard"].stringMap } set { value.putStringMap("hard", newValue) } }
    package var used: [String: String] { get { value["used"].stringMap } set { value.putStringMap("used", newValue) } }
}
