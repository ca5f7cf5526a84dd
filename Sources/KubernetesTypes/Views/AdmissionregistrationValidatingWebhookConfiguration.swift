// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ValidatingWebhookConfiguration: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "admissionregistration.k8s.io", version: "v1", kind: "ValidatingWebhookConfiguration")
    package static let resource = "validatingwebhookconfigurations"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var webhooks: [ValidatingWebhook] { get { value.views("webhooks") } set { value.putViews("webhooks", newValue) } }
}

package struct ValidatingWebhook: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var clientConfig: WebhookClientConfig { get { WebhookClientConfig(value["clientConfig"]) } set { value.putValue("clientConfig", newValue.value) } }
    package var rules: [RuleWithOperations] { get { value.views("rules") } set { value.putViews("rules", newValue) } }
    package var failurePolicy: String? { get { value["failurePolicy"].string } set { value.putString("failurePolicy", newValue) } }
    package var matchPolicy: String? { get { value["matchPolicy"].string } set { value.putString("matchPolicy", newValue) } }
    package var namespaceSelector: LabelSelector { get { LabelSelector(value["namespaceSelector"]) } set { value.putValue("namespaceSelector", newValue.value) } }
    package var objectSelector: LabelSelector { get { LabelSelector(value["objectSelector"]) } set { value.putValue("objectSelector", newValue.value) } }
    package var sideEffects: String? { get { value["sideEffects"].string } set { value.putString("sideEffects", newValue) } }
    package var timeoutSeconds: Int32? { get { value.int32("timeoutSeconds") } set { value.putInt32("timeoutSeconds", newValue) } }
    package var admissionReviewVersions: [String] { get { value["admissionReviewVersions"].strings } set { value.putStrings("admissionReviewVersions", newValue) } }
    package var matchConditions: [MatchCondition] { get { value.views("matchConditions") } set { value.putViews("matchConditions", newValue) } }
}
