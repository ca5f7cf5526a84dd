// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ClusterRole: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole")
    package static let resource = "clusterroles"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var rules: [PolicyRule] { get { value.views("rules") } set { value.putViews("rules", newValue) } }
    package var aggregationRule: AggregationRule { get { AggregationRule(value["aggregationRule"]) } set { value.putValue("aggregationRule", newValue.value) } }
}

package struct PolicyRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var verbs: [String] { get { value["verbs"].strings } set { value.putStrings("verbs", newValue) } }
    package var apiGroups: [String] { get { value["apiGroups"].strings } set { value.putStrings("apiGroups", newValue) } }
    package var resources: [String] { get { value["resources"].strings } set { value.putStrings("resources", newValue) } }
    package var resourceNames: [String] { get { value["resourceNames"].strings } set { value.putStrings("resourceNames", newValue) } }
    package var nonResourceURLs: [String] { get { value["nonResourceURLs"].strings } set { value.putStrings("nonResourceURLs", newValue) } }
}

package struct AggregationRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var clusterRoleSelectors: [LabelSelector] { get { value.views("clusterRoleSelectors") } set { value.putViews("clusterRoleSelectors", newValue) } }
}
