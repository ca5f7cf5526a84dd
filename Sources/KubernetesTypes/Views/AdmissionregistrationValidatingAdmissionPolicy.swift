// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct ValidatingAdmissionPolicy: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "admissionregistration.k8s.io", version: "v1", kind: "ValidatingAdmissionPolicy")
    package static let resource = "validatingadmissionpolicies"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: ValidatingAdmissionPolicySpec { get { ValidatingAdmissionPolicySpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: ValidatingAdmissionPolicyStatus { get { ValidatingAdmissionPolicyStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct ValidatingAdmissionPolicySpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var paramKind: ParamKind { get { ParamKind(value["paramKind"]) } set { value.putValue("paramKind", newValue.value) } }
    package var matchConstraints: MatchResources { get { MatchResources(value["matchConstraints"]) } set { value.putValue("matchConstraints", newValue.value) } }
    package var validations: [AdmissionregistrationValidation] { get { value.views("validations") } set { value.putViews("validations", newValue) } }
    package var failurePolicy: String? { get { value["failurePolicy"].string } set { value.putString("failurePolicy", newValue) } }
    package var auditAnnotations: [AuditAnnotation] { get { value.views("auditAnnotations") } set { value.putViews("auditAnnotations", newValue) } }
    package var matchConditions: [MatchCondition] { get { value.views("matchConditions") } set { value.putViews("matchConditions", newValue) } }
    package var variables: [Variable] { get { value.views("variables") } set { value.putViews("variables", newValue) } }
}

package struct AdmissionregistrationValidation: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var expression: String? { get { value["expression"].string } set { value.putString("expression", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var messageExpression: String? { get { value["messageExpression"].string } set { value.putString("messageExpression", newValue) } }
}

package struct AuditAnnotation: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var valueExpression: String? { get { value["valueExpression"].string } set { value.putString("valueExpression", newValue) } }
}

package struct ValidatingAdmissionPolicyStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
    package var typeChecking: TypeChecking { get { TypeChecking(value["typeChecking"]) } set { value.putValue("typeChecking", newValue.value) } }
    package var conditions: [Condition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}

package struct TypeChecking: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var expressionWarnings: [ExpressionWarning] { get { value.views("expressionWarnings") } set { value.putViews("expressionWarnings", newValue) } }
}

package struct ExpressionWarning: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var fieldRef: String? { get { value["fieldRef"].string } set { value.putString("fieldRef", newValue) } }
    package var warning: String? { get { value["warning"].string } set { value.putString("warning", newValue) } }
}
