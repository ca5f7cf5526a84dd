// Written by generate-views from the schema files. Changes here are lost.

import KubernetesTypes

extension WebhookClientConfig: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.url = url
        copy.service = service.copied()
        copy.caBundle = caBundle
    }
}

extension AdmissionregistrationServiceReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.namespace = namespace
        copy.name = name
        copy.path = path
        copy.port = port
    }
}

extension RuleWithOperations: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.operations = operations
        copy.apiGroups = apiGroups
        copy.apiVersions = apiVersions
        copy.resources = resources
        copy.scope = scope
    }
}

extension ValidatingAdmissionPolicy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension ValidatingAdmissionPolicySpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.paramKind = paramKind.copied()
        copy.matchConstraints = matchConstraints.copied()
        copy.validations = validations.map { $0.copied() }
        copy.failurePolicy = failurePolicy
        copy.auditAnnotations = auditAnnotations.map { $0.copied() }
        copy.matchConditions = matchConditions.map { $0.copied() }
        copy.variables = variables.map { $0.copied() }
    }
}

extension AdmissionregistrationValidation: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.expression = expression
        copy.message = message
        copy.reason = reason
        copy.messageExpression = messageExpression
    }
}

extension AuditAnnotation: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.key = key
        copy.valueExpression = valueExpression
    }
}

extension ValidatingAdmissionPolicyStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.observedGeneration = observedGeneration
        copy.typeChecking = typeChecking.copied()
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension TypeChecking: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.expressionWarnings = expressionWarnings.map { $0.copied() }
    }
}

extension ExpressionWarning: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.fieldRef = fieldRef
        copy.warning = warning
    }
}

extension ValidatingAdmissionPolicyBinding: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension ValidatingAdmissionPolicyBindingSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.policyName = policyName
        copy.paramRef = paramRef.copied()
        copy.matchResources = matchResources.copied()
        copy.validationActions = validationActions
    }
}

extension ValidatingWebhookConfiguration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.webhooks = webhooks.map { $0.copied() }
    }
}

extension ValidatingWebhook: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.clientConfig = clientConfig.copied()
        copy.rules = rules.map { $0.copied() }
        copy.failurePolicy = failurePolicy
        copy.matchPolicy = matchPolicy
        copy.namespaceSelector = namespaceSelector.copied()
        copy.objectSelector = objectSelector.copied()
        copy.sideEffects = sideEffects
        copy.timeoutSeconds = timeoutSeconds
        copy.admissionReviewVersions = admissionReviewVersions
        copy.matchConditions = matchConditions.map { $0.copied() }
    }
}

extension CustomResourceDefinition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension CustomResourceDefinitionSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.group = group
        copy.names = names.copied()
        copy.scope = scope
        copy.versions = versions.map { $0.copied() }
        copy.conversion = conversion.copied()
        copy.preserveUnknownFields = preserveUnknownFields
    }
}

extension CustomResourceDefinitionNames: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.plural = plural
        copy.singular = singular
        copy.shortNames = shortNames
        copy.kind = kind
        copy.listKind = listKind
        copy.categories = categories
    }
}

extension CustomResourceDefinitionVersion: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.served = served
        copy.storage = storage
        copy.deprecated = deprecated
        copy.deprecationWarning = deprecationWarning
        copy.schema = schema.copied()
        copy.subresources = subresources.copied()
        copy.additionalPrinterColumns = additionalPrinterColumns.map { $0.copied() }
        copy.selectableFields = selectableFields.map { $0.copied() }
    }
}

extension CustomResourceValidation: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.openAPIV3Schema = openAPIV3Schema.copied()
    }
}

extension JSONSchemaProps: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.id = id
        copy.schema = schema
        copy.ref = ref
        copy.description = description
        copy.type = type
        copy.format = format
        copy.title = title
        copy.`default` = `default`
        copy.maximum = maximum
        copy.exclusiveMaximum = exclusiveMaximum
        copy.minimum = minimum
        copy.exclusiveMinimum = exclusiveMinimum
        copy.maxLength = maxLength
        copy.minLength = minLength
        copy.pattern = pattern
        copy.maxItems = maxItems
        copy.minItems = minItems
        copy.uniqueItems = uniqueItems
        copy.multipleOf = multipleOf
        copy.`enum` = `enum`
        copy.maxProperties = maxProperties
        copy.minProperties = minProperties
        copy.required = required
        copy.items = items
        copy.allOf = allOf.map { $0.copied() }
        copy.oneOf = oneOf.map { $0.copied() }
        copy.anyOf = anyOf.map { $0.copied() }
        copy.not = not.copied()
        copy.properties = properties.mapValues { $0.copied() }
        copy.additionalProperties = additionalProperties
        copy.patternProperties = patternProperties.mapValues { $0.copied() }
        copy.dependencies = dependencies
        copy.additionalItems = additionalItems
        copy.definitions = definitions.mapValues { $0.copied() }
        copy.externalDocs = externalDocs.copied()
        copy.example = example
        copy.nullable = nullable
        copy.xKubernetesPreserveUnknownFields = xKubernetesPreserveUnknownFields
        copy.xKubernetesEmbeddedResource = xKubernetesEmbeddedResource
        copy.xKubernetesIntOrString = xKubernetesIntOrString
        copy.xKubernetesListMapKeys = xKubernetesListMapKeys
        copy.xKubernetesListType = xKubernetesListType
        copy.xKubernetesMapType = xKubernetesMapType
        copy.xKubernetesValidations = xKubernetesValidations.map { $0.copied() }
    }
}

extension ExternalDocumentation: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.description = description
        copy.url = url
    }
}

extension ValidationRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.rule = rule
        copy.message = message
        copy.messageExpression = messageExpression
        copy.reason = reason
        copy.fieldPath = fieldPath
        copy.optionalOldSelf = optionalOldSelf
    }
}

extension CustomResourceSubresources: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.status = status.copied()
        copy.scale = scale.copied()
    }
}

extension CustomResourceSubresourceStatus: CopiedView {
    func copyFields(to copy: inout Self) {
    }
}

extension CustomResourceSubresourceScale: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.specReplicasPath = specReplicasPath
        copy.statusReplicasPath = statusReplicasPath
        copy.labelSelectorPath = labelSelectorPath
    }
}

extension CustomResourceColumnDefinition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.type = type
        copy.format = format
        copy.description = description
        copy.priority = priority
        copy.jsonPath = jsonPath
    }
}

extension SelectableField: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.jsonPath = jsonPath
    }
}

extension CustomResourceConversion: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.strategy = strategy
        copy.webhook = webhook.copied()
    }
}

extension WebhookConversion: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.clientConfig = clientConfig.copied()
        copy.conversionReviewVersions = conversionReviewVersions
    }
}

extension ApiextensionsWebhookClientConfig: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.url = url
        copy.service = service.copied()
        copy.caBundle = caBundle
    }
}

extension ApiextensionsServiceReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.namespace = namespace
        copy.name = name
        copy.path = path
        copy.port = port
    }
}

extension CustomResourceDefinitionStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.conditions = conditions.map { $0.copied() }
        copy.acceptedNames = acceptedNames.copied()
        copy.storedVersions = storedVersions
        copy.observedGeneration = observedGeneration
    }
}

extension CustomResourceDefinitionCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
        copy.observedGeneration = observedGeneration
    }
}

extension ConversionReview: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.request = request.copied()
        copy.response = response.copied()
    }
}

extension ConversionRequest: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.uid = uid
        copy.desiredAPIVersion = desiredAPIVersion
        copy.objects = objects
    }
}

extension ConversionResponse: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.uid = uid
        copy.convertedObjects = convertedObjects
        copy.result = result.copied()
    }
}

extension Status: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.status = status
        copy.message = message
        copy.reason = reason
        copy.details = details.copied()
        copy.code = code
    }
}

extension ListMeta: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.selfLink = selfLink
        copy.resourceVersion = resourceVersion
        copy.`continue` = `continue`
        copy.remainingItemCount = remainingItemCount
        copy.shardInfo = shardInfo.copied()
    }
}

extension ShardInfo: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.selector = selector
    }
}

extension StatusDetails: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.group = group
        copy.kind = kind
        copy.uid = uid
        copy.causes = causes.map { $0.copied() }
        copy.retryAfterSeconds = retryAfterSeconds
    }
}

extension StatusCause: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.reason = reason
        copy.message = message
        copy.field = field
    }
}

extension PriorityClass: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.valueField = valueField
        copy.globalDefault = globalDefault
        copy.description = description
        copy.preemptionPolicy = preemptionPolicy
    }
}

extension Lease: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension LeaseSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.holderIdentity = holderIdentity
        copy.leaseDurationSeconds = leaseDurationSeconds
        copy.acquireTime = acquireTime
        copy.renewTime = renewTime
        copy.leaseTransitions = leaseTransitions
        copy.strategy = strategy
        copy.preferredHolder = preferredHolder
    }
}

extension RuntimeClass: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.handler = handler
        copy.overhead = overhead.copied()
        copy.scheduling = scheduling.copied()
    }
}

extension Overhead: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.podFixed = podFixed
    }
}

extension Scheduling: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.nodeSelector = nodeSelector
        copy.tolerations = tolerations.map { $0.copied() }
    }
}

extension EndpointSlice: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.addressType = addressType
        copy.endpoints = endpoints.map { $0.copied() }
        copy.ports = ports.map { $0.copied() }
    }
}
