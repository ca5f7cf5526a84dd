// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct CustomResourceDefinition: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition")
    package static let resource = "customresourcedefinitions"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: CustomResourceDefinitionSpec { get { CustomResourceDefinitionSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: CustomResourceDefinitionStatus { get { CustomResourceDefinitionStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct CustomResourceDefinitionSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var group: String? { get { value["group"].string } set { value.putString("group", newValue) } }
    package var names: CustomResourceDefinitionNames { get { CustomResourceDefinitionNames(value["names"]) } set { value.putValue("names", newValue.value) } }
    package var scope: String? { get { value["scope"].string } set { value.putString("scope", newValue) } }
    package var versions: [CustomResourceDefinitionVersion] { get { value.views("versions") } set { value.putViews("versions", newValue) } }
    package var conversion: CustomResourceConversion { get { CustomResourceConversion(value["conversion"]) } set { value.putValue("conversion", newValue.value) } }
    package var preserveUnknownFields: Bool? { get { value["preserveUnknownFields"].bool } set { value.putBool("preserveUnknownFields", newValue) } }
}

package struct CustomResourceDefinitionNames: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var plural: String? { get { value["plural"].string } set { value.putString("plural", newValue) } }
    package var singular: String? { get { value["singular"].string } set { value.putString("singular", newValue) } }
    package var shortNames: [String] { get { value["shortNames"].strings } set { value.putStrings("shortNames", newValue) } }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var listKind: String? { get { value["listKind"].string } set { value.putString("listKind", newValue) } }
    package var categories: [String] { get { value["categories"].strings } set { value.putStrings("categories", newValue) } }
}

package struct CustomResourceDefinitionVersion: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var served: Bool? { get { value["served"].bool } set { value.putBool("served", newValue) } }
    package var storage: Bool? { get { value["storage"].bool } set { value.putBool("storage", newValue) } }
    package var deprecated: Bool? { get { value["deprecated"].bool } set { value.putBool("deprecated", newValue) } }
    package var deprecationWarning: String? { get { value["deprecationWarning"].string } set { value.putString("deprecationWarning", newValue) } }
    package var schema: CustomResourceValidation { get { CustomResourceValidation(value["schema"]) } set { value.putValue("schema", newValue.value) } }
    package var subresources: CustomResourceSubresources { get { CustomResourceSubresources(value["subresources"]) } set { value.putValue("subresources", newValue.value) } }
    package var additionalPrinterColumns: [CustomResourceColumnDefinition] { get { value.views("additionalPrinterColumns") } set { value.putViews("additionalPrinterColumns", newValue) } }
    package var selectableFields: [SelectableField] { get { value.views("selectableFields") } set { value.putViews("selectableFields", newValue) } }
}

package struct CustomResourceValidation: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var openAPIV3Schema: JSONSchemaProps { get { JSONSchemaProps(value["openAPIV3Schema"]) } set { value.putValue("openAPIV3Schema", newValue.value) } }
}

package struct JSONSchemaProps: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var id: String? { get { value["id"].string } set { value.putString("id", newValue) } }
    package var schema: String? { get { value["$schema"].string } set { value.putString("$schema", newValue) } }
    package var ref: String? { get { value["$ref"].string } set { value.putString("$ref", newValue) } }
    package var description: String? { get { value["description"].string } set { value.putString("description", newValue) } }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var format: String? { get { value["format"].string } set { value.putString("format", newValue) } }
    package var title: String? { get { value["title"].string } set { value.putString("title", newValue) } }
    package var `default`: Value { get { value["default"] } set { value.putValue("default", newValue) } }
    package var maximum: Double? { get { value["maximum"].double } set { value.putDouble("maximum", newValue) } }
    package var exclusiveMaximum: Bool? { get { value["exclusiveMaximum"].bool } set { value.putBool("exclusiveMaximum", newValue) } }
    package var minimum: Double? { get { value["minimum"].double } set { value.putDouble("minimum", newValue) } }
    package var exclusiveMinimum: Bool? { get { value["exclusiveMinimum"].bool } set { value.putBool("exclusiveMinimum", newValue) } }
    package var maxLength: Int64? { get { value["maxLength"].int } set { value.putInt64("maxLength", newValue) } }
    package var minLength: Int64? { get { value["minLength"].int } set { value.putInt64("minLength", newValue) } }
    package var pattern: String? { get { value["pattern"].string } set { value.putString("pattern", newValue) } }
    package var maxItems: Int64? { get { value["maxItems"].int } set { value.putInt64("maxItems", newValue) } }
    package var minItems: Int64? { get { value["minItems"].int } set { value.putInt64("minItems", newValue) } }
    package var uniqueItems: Bool? { get { value["uniqueItems"].bool } set { value.putBool("uniqueItems", newValue) } }
    package var multipleOf: Double? { get { value["multipleOf"].double } set { value.putDouble("multipleOf", newValue) } }
    package var `enum`: [Value] { get { value["enum"].array } set { value.putValues("enum", newValue) } }
    package var maxProperties: Int64? { get { value["maxProperties"].int } set { value.putInt64("maxProperties", newValue) } }
    package var minProperties: Int64? { get { value["minProperties"].int } set { value.putInt64("minProperties", newValue) } }
    package var required: [String] { get { value["required"].strings } set { value.putStrings("required", newValue) } }
    package var items: Value { get { value["items"] } set { value.putValue("items", newValue) } }
    package var allOf: [JSONSchemaProps] { get { value.views("allOf") } set { value.putViews("allOf", newValue) } }
    package var oneOf: [JSONSchemaProps] { get { value.views("oneOf") } set { value.putViews("oneOf", newValue) } }
    package var anyOf: [JSONSchemaProps] { get { value.views("anyOf") } set { value.putViews("anyOf", newValue) } }
    package var not: JSONSchemaProps { get { JSONSchemaProps(value["not"]) } set { value.putValue("not", newValue.value) } }
    package var properties: [String: JSONSchemaProps] { get { value.viewMap("properties") } set { value.putViewMap("properties", newValue) } }
    package var additionalProperties: Value { get { value["additionalProperties"] } set { value.putValue("additionalProperties", newValue) } }
    package var patternProperties: [String: JSONSchemaProps] { get { value.viewMap("patternProperties") } set { value.putViewMap("patternProperties", newValue) } }
    package var dependencies: [String: Value] { get { value.valueMap("dependencies") } set { value.putValueMap("dependencies", newValue) } }
    package var additionalItems: Value { get { value["additionalItems"] } set { value.putValue("additionalItems", newValue) } }
    package var definitions: [String: JSONSchemaProps] { get { value.viewMap("definitions") } set { value.putViewMap("definitions", newValue) } }
    package var externalDocs: ExternalDocumentation { get { ExternalDocumentation(value["externalDocs"]) } set { value.putValue("externalDocs", newValue.value) } }
    package var example: Value { get { value["example"] } set { value.putValue("example", newValue) } }
    package var nullable: Bool? { get { value["nullable"].bool } set { value.putBool("nullable", newValue) } }
    package var xKubernetesPreserveUnknownFields: Bool? { get { value["x-kubernetes-preserve-unknown-fields"].bool } set { value.putBool("x-kubernetes-preserve-unknown-fields", newValue) } }
    package var xKubernetesEmbeddedResource: Bool? { get { value["x-kubernetes-embedded-resource"].bool } set { value.putBool("x-kubernetes-embedded-resource", newValue) } }
    package var xKubernetesIntOrString: Bool? { get { value["x-kubernetes-int-or-string"].bool } set { value.putBool("x-kubernetes-int-or-string", newValue) } }
    package var xKubernetesListMapKeys: [String] { get { value["x-kubernetes-list-map-keys"].strings } set { value.putStrings("x-kubernetes-list-map-keys", newValue) } }
    package var xKubernetesListType: String? { get { value["x-kubernetes-list-type"].string } set { value.putString("x-kubernetes-list-type", newValue) } }
    package var xKubernetesMapType: String? { get { value["x-kubernetes-map-type"].string } set { value.putString("x-kubernetes-map-type", newValue) } }
    package var xKubernetesValidations: [ValidationRule] { get { value.views("x-kubernetes-validations") } set { value.putViews("x-kubernetes-validations", newValue) } }
}

package struct ExternalDocumentation: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var description: String? { get { value["description"].string } set { value.putString("description", newValue) } }
    package var url: String? { get { value["url"].string } set { value.putString("url", newValue) } }
}

package struct ValidationRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var rule: String? { get { value["rule"].string } set { value.putString("rule", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var messageExpression: String? { get { value["messageExpression"].string } set { value.putString("messageExpression", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var fieldPath: String? { get { value["fieldPath"].string } set { value.putString("fieldPath", newValue) } }
    package var optionalOldSelf: Bool? { get { value["optionalOldSelf"].bool } set { value.putBool("optionalOldSelf", newValue) } }
}

package struct CustomResourceSubresources: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var status: CustomResourceSubresourceStatus { get { CustomResourceSubresourceStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
    package var scale: CustomResourceSubresourceScale { get { CustomResourceSubresourceScale(value["scale"]) } set { value.putValue("scale", newValue.value) } }
}

package struct CustomResourceSubresourceStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
}

package struct CustomResourceSubresourceScale: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var specReplicasPath: String? { get { value["specReplicasPath"].string } set { value.putString("specReplicasPath", newValue) } }
    package var statusReplicasPath: String? { get { value["statusReplicasPath"].string } set { value.putString("statusReplicasPath", newValue) } }
    package var labelSelectorPath: String? { get { value["labelSelectorPath"].string } set { value.putString("labelSelectorPath", newValue) } }
}

package struct CustomResourceColumnDefinition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var format: String? { get { value["format"].string } set { value.putString("format", newValue) } }
    package var description: String? { get { value["description"].string } set { value.putString("description", newValue) } }
    package var priority: Int32? { get { value.int32("priority") } set { value.putInt32("priority", newValue) } }
    package var jsonPath: String? { get { value["jsonPath"].string } set { value.putString("jsonPath", newValue) } }
}

package struct SelectableField: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var jsonPath: String? { get { value["jsonPath"].string } set { value.putString("jsonPath", newValue) } }
}

package struct CustomResourceConversion: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var strategy: String? { get { value["strategy"].string } set { value.putString("strategy", newValue) } }
    package var webhook: WebhookConversion { get { WebhookConversion(value["webhook"]) } set { value.putValue("webhook", newValue.value) } }
}

package struct WebhookConversion: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var clientConfig: ApiextensionsWebhookClientConfig { get { ApiextensionsWebhookClientConfig(value["clientConfig"]) } set { value.putValue("clientConfig", newValue.value) } }
    package var conversionReviewVersions: [String] { get { value["conversionReviewVersions"].strings } set { value.putStrings("conversionReviewVersions", newValue) } }
}

package struct ApiextensionsWebhookClientConfig: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var url: String? { get { value["url"].string } set { value.putString("url", newValue) } }
    package var service: ApiextensionsServiceReference { get { ApiextensionsServiceReference(value["service"]) } set { value.putValue("service", newValue.value) } }
    package var caBundle: String? { get { value["caBundle"].string } set { value.putString("caBundle", newValue) } }
}

package struct ApiextensionsServiceReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var port: Int32? { get { value.int32("port") } set { value.putInt32("port", newValue) } }
}

package struct CustomResourceDefinitionStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var conditions: [CustomResourceDefinitionCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
    package var acceptedNames: CustomResourceDefinitionNames { get { CustomResourceDefinitionNames(value["acceptedNames"]) } set { value.putValue("acceptedNames", newValue.value) } }
    package var storedVersions: [String] { get { value["storedVersions"].strings } set { value.putStrings("storedVersions", newValue) } }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
}

package struct CustomResourceDefinitionCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
}
