// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct APIGroupDiscovery: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "apidiscovery.k8s.io", version: "v2", kind: "APIGroupDiscovery")
    package static let resource = ""
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var versions: [APIVersionDiscovery] { get { value.views("versions") } set { value.putViews("versions", newValue) } }
}

package struct APIVersionDiscovery: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var version: String? { get { value["version"].string } set { value.putString("version", newValue) } }
    package var resources: [APIResourceDiscovery] { get { value.views("resources") } set { value.putViews("resources", newValue) } }
    package var freshness: String? { get { value["freshness"].string } set { value.putString("freshness", newValue) } }
}

package struct APIResourceDiscovery: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var resource: String? { get { value["resource"].string } set { value.putString("resource", newValue) } }
    package var responseKind: MetaGroupVersionKind { get { MetaGroupVersionKind(value["responseKind"]) } set { value.putValue("responseKind", newValue.value) } }
    package var scope: String? { get { value["scope"].string } set { value.putString("scope", newValue) } }
    package var singularResource: String? { get { value["singularResource"].string } set { value.putString("singularResource", newValue) } }
    package var verbs: [String] { get { value["verbs"].strings } set { value.putStrings("verbs", newValue) } }
    package var shortNames: [String] { get { value["shortNames"].strings } set { value.putStrings("shortNames", newValue) } }
    package var categories: [String] { get { value["categories"].strings } set { value.putStrings("categories", newValue) } }
    package var subresources: [APISubresourceDiscovery] { get { value.views("subresources") } set { value.putViews("subresources", newValue) } }
}

package struct APISubresourceDiscovery: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var subresource: String? { get { value["subresource"].string } set { value.putString("subresource", newValue) } }
    package var responseKind: MetaGroupVersionKind { get { MetaGroupVersionKind(value["responseKind"]) } set { value.putValue("responseKind", newValue.value) } }
    package var acceptedTypes: [MetaGroupVersionKind] { get { value.views("acceptedTypes") } set { value.putViews("acceptedTypes", newValue) } }
    package var verbs: [String] { get { value["verbs"].strings } set { value.putStrings("verbs", newValue) } }
}
