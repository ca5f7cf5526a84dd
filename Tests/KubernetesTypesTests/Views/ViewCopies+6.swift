// Written by generate-views from the schema files. Changes here are lost.

import KubernetesTypes

extension StatefulSet: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension StatefulSetSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.replicas = replicas
        copy.selector = selector.copied()
        copy.template = template.copied()
        copy.volumeClaimTemplates = volumeClaimTemplates.map { $0.copied() }
        copy.serviceName = serviceName
        copy.podManagementPolicy = podManagementPolicy
        copy.updateStrategy = updateStrategy.copied()
        copy.revisionHistoryLimit = revisionHistoryLimit
        copy.minReadySeconds = minReadySeconds
        copy.persistentVolumeClaimRetentionPolicy = persistentVolumeClaimRetentionPolicy.copied()
        copy.ordinals = ordinals.copied()
    }
}

extension StatefulSetUpdateStrategy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.rollingUpdate = rollingUpdate.copied()
    }
}

extension RollingUpdateStatefulSetStrategy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.partition = partition
        copy.maxUnavailable = maxUnavailable
    }
}

extension StatefulSetPersistentVolumeClaimRetentionPolicy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.whenDeleted = whenDeleted
        copy.whenScaled = whenScaled
    }
}

extension StatefulSetOrdinals: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.start = start
    }
}

extension StatefulSetStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.observedGeneration = observedGeneration
        copy.replicas = replicas
        copy.readyReplicas = readyReplicas
        copy.currentReplicas = currentReplicas
        copy.updatedReplicas = updatedReplicas
        copy.currentRevision = currentRevision
        copy.updateRevision = updateRevision
        copy.collisionCount = collisionCount
        copy.conditions = conditions.map { $0.copied() }
        copy.availableReplicas = availableReplicas
    }
}

extension StatefulSetCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension EventsEvent: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.eventTime = eventTime
        copy.series = series.copied()
        copy.reportingController = reportingController
        copy.reportingInstance = reportingInstance
        copy.action = action
        copy.reason = reason
        copy.regarding = regarding.copied()
        copy.related = related.copied()
        copy.note = note
        copy.type = type
        copy.deprecatedSource = deprecatedSource.copied()
        copy.deprecatedFirstTimestamp = deprecatedFirstTimestamp
        copy.deprecatedLastTimestamp = deprecatedLastTimestamp
        copy.deprecatedCount = deprecatedCount
    }
}

extension EventsEventSeries: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.count = count
        copy.lastObservedTime = lastObservedTime
    }
}

extension SelfSubjectReview: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.status = status.copied()
    }
}

extension SelfSubjectReviewStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.userInfo = userInfo.copied()
    }
}

extension UserInfo: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.username = username
        copy.uid = uid
        copy.groups = groups
        copy.extra = extra
    }
}

extension TokenReview: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension TokenReviewSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.token = token
        copy.audiences = audiences
    }
}

extension TokenReviewStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.authenticated = authenticated
        copy.user = user.copied()
        copy.audiences = audiences
        copy.error = error
    }
}

extension TokenRequest: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension TokenRequestSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.audiences = audiences
        copy.expirationSeconds = expirationSeconds
        copy.boundObjectRef = boundObjectRef.copied()
    }
}

extension BoundObjectReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.name = name
        copy.uid = uid
    }
}

extension TokenRequestStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.token = token
        copy.expirationTimestamp = expirationTimestamp
    }
}

extension LocalSubjectAccessReview: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension SubjectAccessReviewSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.resourceAttributes = resourceAttributes.copied()
        copy.nonResourceAttributes = nonResourceAttributes.copied()
        copy.user = user
        copy.groups = groups
        copy.extra = extra
        copy.uid = uid
    }
}

extension ResourceAttributes: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.namespace = namespace
        copy.verb = verb
        copy.group = group
        copy.version = version
        copy.resource = resource
        copy.subresource = subresource
        copy.name = name
        copy.fieldSelector = fieldSelector.copied()
        copy.labelSelector = labelSelector.copied()
    }
}

extension FieldSelectorAttributes: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.rawSelector = rawSelector
        copy.requirements = requirements.map { $0.copied() }
    }
}

extension FieldSelectorRequirement: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.key = key
        copy.`operator` = `operator`
        copy.values = values
    }
}

extension LabelSelectorAttributes: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.rawSelector = rawSelector
        copy.requirements = requirements.map { $0.copied() }
    }
}

extension NonResourceAttributes: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.path = path
        copy.verb = verb
    }
}

extension SubjectAccessReviewStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.allowed = allowed
        copy.denied = denied
        copy.reason = reason
        copy.evaluationError = evaluationError
    }
}

extension SelfSubjectAccessReview: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension SelfSubjectAccessReviewSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.resourceAttributes = resourceAttributes.copied()
        copy.nonResourceAttributes = nonResourceAttributes.copied()
    }
}

extension SelfSubjectRulesReview: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension SelfSubjectRulesReviewSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.namespace = namespace
    }
}

extension SubjectRulesReviewStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.resourceRules = resourceRules.map { $0.copied() }
        copy.nonResourceRules = nonResourceRules.map { $0.copied() }
        copy.incomplete = incomplete
        copy.evaluationError = evaluationError
    }
}

extension ResourceRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.verbs = verbs
        copy.apiGroups = apiGroups
        copy.resources = resources
        copy.resourceNames = resourceNames
    }
}

extension NonResourceRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.verbs = verbs
        copy.nonResourceURLs = nonResourceURLs
    }
}

extension SubjectAccessReview: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension HorizontalPodAutoscaler: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension HorizontalPodAutoscalerSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.scaleTargetRef = scaleTargetRef.copied()
        copy.minReplicas = minReplicas
        copy.maxReplicas = maxReplicas
        copy.metrics = metrics.map { $0.copied() }
        copy.behavior = behavior.copied()
    }
}

extension CrossVersionObjectReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.name = name
        copy.apiVersion = apiVersion
    }
}

extension MetricSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.object = object.copied()
        copy.pods = pods.copied()
        copy.resource = resource.copied()
        copy.containerResource = containerResource.copied()
        copy.external = external.copied()
    }
}

extension ObjectMetricSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.describedObject = describedObject.copied()
        copy.target = target.copied()
        copy.metric = metric.copied()
    }
}

extension MetricTarget: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.valueField = valueField
        copy.averageValue = averageValue
        copy.averageUtilization = averageUtilization
    }
}

extension MetricIdentifier: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.selector = selector.copied()
    }
}

extension PodsMetricSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.metric = metric.copied()
        copy.target = target.copied()
    }
}

extension ResourceMetricSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.target = target.copied()
    }
}

extension ContainerResourceMetricSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.target = target.copied()
        copy.container = container
    }
}

extension ExternalMetricSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.metric = metric.copied()
        copy.target = target.copied()
    }
}

extension HorizontalPodAutoscalerBehavior: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.scaleUp = scaleUp.copied()
        copy.scaleDown = scaleDown.copied()
    }
}

extension HPAScalingRules: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.stabilizationWindowSeconds = stabilizationWindowSeconds
        copy.selectPolicy = selectPolicy
        copy.policies = policies.map { $0.copied() }
        copy.tolerance = tolerance
    }
}

extension HPAScalingPolicy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.valueField = valueField
        copy.periodSeconds = periodSeconds
    }
}

extension HorizontalPodAutoscalerStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.observedGeneration = observedGeneration
        copy.lastScaleTime = lastScaleTime
        copy.currentReplicas = currentReplicas
        copy.desiredReplicas = desiredReplicas
        copy.currentMetrics = currentMetrics.map { $0.copied() }
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension MetricStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.object = object.copied()
        copy.pods = pods.copied()
        copy.resource = resource.copied()
        copy.containerResource = containerResource.copied()
        copy.external = external.copied()
    }
}
