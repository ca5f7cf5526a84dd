// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct FlowSchema: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "flowcontrol.apiserver.k8s.io", version: "v1", kind: "FlowSchema")
    package static let resource = "flowschemas"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: FlowSchemaSpec { get { FlowSchemaSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: FlowSchemaStatus { get { FlowSchemaStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct FlowSchemaSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var priorityLevelConfiguration: PriorityLevelConfigurationReference { get { PriorityLevelConfigurationReference(value["priorityLevelConfiguration"]) } set { value.putValue("priorityLevelConfiguration", newValue.value) } }
    package var matchingPrecedence: Int32? { get { value.int32("matchingPrecedence") } set { value.putInt32("matchingPrecedence", newValue) } }
    package var distinguisherMethod: FlowDistinguisherMethod { get { FlowDistinguisherMethod(value["distinguisherMethod"]) } set { value.putValue("distinguisherMethod", newValue.value) } }
    package var rules: [PolicyRulesWithSubjects] { get { value.views("rules") } set { value.putViews("rules", newValue) } }
}

package struct PriorityLevelConfigurationReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}

package struct FlowDistinguisherMethod: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
}

package struct PolicyRulesWithSubjects: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var subjects: [FlowcontrolSubject] { get { value.views("subjects") } set { value.putViews("subjects", newValue) } }
    package var resourceRules: [ResourcePolicyRule] { get { value.views("resourceRules") } set { value.putViews("resourceRules", newValue) } }
    package var nonResourceRules: [NonResourcePolicyRule] { get { value.views("nonResourceRules") } set { value.putViews("nonResourceRules", newValue) } }
}

package struct FlowcontrolSubject: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var user: UserSubject { get { UserSubject(value["user"]) } set { value.putValue("user", newValue.value) } }
    package var group: GroupSubject { get { GroupSubject(value["group"]) } set { value.putValue("group", newValue.value) } }
    package var serviceAccount: ServiceAccountSubject { get { ServiceAccountSubject(value["serviceAccount"]) } set { value.putValue("serviceAccount", newValue.value) } }
}

package struct UserSubject: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}

package struct GroupSubject: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}

package struct ServiceAccountSubject: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}

package struct ResourcePolicyRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var verbs: [String] { get { value["verbs"].strings } set { value.putStrings("verbs", newValue) } }
    package var apiGroups: [String] { get { value["apiGroups"].strings } set { value.putStrings("apiGroups", newValue) } }
    package var resources: [String] { get { value["resources"].strings } set { value.putStrings("resources", newValue) } }
    package var clusterScope: Bool? { get { value["clusterScope"].bool } set { value.putBool("clusterScope", newValue) } }
    package var namespaces: [String] { get { value["namespaces"].strings } set { value.putStrings("namespaces", newValue) } }
}

package struct NonResourcePolicyRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var verbs: [String] { get { value["verbs"].strings } set { value.putStrings("verbs", newValue) } }
    package var nonResourceURLs: [String] { get { value["nonResourceURLs"].strings } set { value.putStrings("nonResourceURLs", newValue) } }
}

package struct FlowSchemaStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var conditions: [FlowSchemaCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}

package struct FlowSchemaCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}
