// Written by generate-views from the schema files. Changes here are lost.

import KubernetesTypes

extension ObjectMetricStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.metric = metric.copied()
        copy.current = current.copied()
        copy.describedObject = describedObject.copied()
    }
}

extension MetricValueStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.valueField = valueField
        copy.averageValue = averageValue
        copy.averageUtilization = averageUtilization
    }
}

extension PodsMetricStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.metric = metric.copied()
        copy.current = current.copied()
    }
}

extension ResourceMetricStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.current = current.copied()
    }
}

extension ContainerResourceMetricStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.current = current.copied()
        copy.container = container
    }
}

extension ExternalMetricStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.metric = metric.copied()
        copy.current = current.copied()
    }
}

extension HorizontalPodAutoscalerCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension AutoscalingV1HorizontalPodAutoscaler: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension AutoscalingV1HorizontalPodAutoscalerSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.scaleTargetRef = scaleTargetRef.copied()
        copy.minReplicas = minReplicas
        copy.maxReplicas = maxReplicas
        copy.targetCPUUtilizationPercentage = targetCPUUtilizationPercentage
    }
}

extension AutoscalingV1CrossVersionObjectReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.name = name
        copy.apiVersion = apiVersion
    }
}

extension AutoscalingV1HorizontalPodAutoscalerStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.observedGeneration = observedGeneration
        copy.lastScaleTime = lastScaleTime
        copy.currentReplicas = currentReplicas
        copy.desiredReplicas = desiredReplicas
        copy.currentCPUUtilizationPercentage = currentCPUUtilizationPercentage
    }
}

extension Scale: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension ScaleSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.replicas = replicas
    }
}

extension ScaleStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.replicas = replicas
        copy.selector = selector
    }
}

extension CronJob: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension CronJobSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.schedule = schedule
        copy.timeZone = timeZone
        copy.startingDeadlineSeconds = startingDeadlineSeconds
        copy.concurrencyPolicy = concurrencyPolicy
        copy.suspend = suspend
        copy.jobTemplate = jobTemplate.copied()
        copy.successfulJobsHistoryLimit = successfulJobsHistoryLimit
        copy.failedJobsHistoryLimit = failedJobsHistoryLimit
    }
}

extension JobTemplateSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension JobSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.parallelism = parallelism
        copy.completions = completions
        copy.activeDeadlineSeconds = activeDeadlineSeconds
        copy.podFailurePolicy = podFailurePolicy.copied()
        copy.successPolicy = successPolicy.copied()
        copy.backoffLimit = backoffLimit
        copy.backoffLimitPerIndex = backoffLimitPerIndex
        copy.maxFailedIndexes = maxFailedIndexes
        copy.selector = selector.copied()
        copy.manualSelector = manualSelector
        copy.template = template.copied()
        copy.ttlSecondsAfterFinished = ttlSecondsAfterFinished
        copy.completionMode = completionMode
        copy.suspend = suspend
        copy.podReplacementPolicy = podReplacementPolicy
        copy.managedBy = managedBy
    }
}

extension PodFailurePolicy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.rules = rules.map { $0.copied() }
    }
}

extension PodFailurePolicyRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.action = action
        copy.onExitCodes = onExitCodes.copied()
        copy.onPodConditions = onPodConditions.map { $0.copied() }
    }
}

extension PodFailurePolicyOnExitCodesRequirement: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.containerName = containerName
        copy.`operator` = `operator`
        copy.values = values
    }
}

extension PodFailurePolicyOnPodConditionsPattern: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
    }
}

extension SuccessPolicy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.rules = rules.map { $0.copied() }
    }
}

extension SuccessPolicyRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.succeededIndexes = succeededIndexes
        copy.succeededCount = succeededCount
    }
}

extension CronJobStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.active = active.map { $0.copied() }
        copy.lastScheduleTime = lastScheduleTime
        copy.lastSuccessfulTime = lastSuccessfulTime
    }
}

extension Job: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension JobStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.conditions = conditions.map { $0.copied() }
        copy.startTime = startTime
        copy.completionTime = completionTime
        copy.active = active
        copy.succeeded = succeeded
        copy.failed = failed
        copy.terminating = terminating
        copy.completedIndexes = completedIndexes
        copy.failedIndexes = failedIndexes
        copy.uncountedTerminatedPods = uncountedTerminatedPods.copied()
        copy.ready = ready
    }
}

extension JobCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastProbeTime = lastProbeTime
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension UncountedTerminatedPods: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.succeeded = succeeded
        copy.failed = failed
    }
}

extension CertificateSigningRequest: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension CertificateSigningRequestSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.request = request
        copy.signerName = signerName
        copy.expirationSeconds = expirationSeconds
        copy.usages = usages
        copy.username = username
        copy.uid = uid
        copy.groups = groups
        copy.extra = extra
    }
}

extension CertificateSigningRequestStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.conditions = conditions.map { $0.copied() }
        copy.certificate = certificate
    }
}

extension CertificateSigningRequestCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.reason = reason
        copy.message = message
        copy.lastUpdateTime = lastUpdateTime
        copy.lastTransitionTime = lastTransitionTime
    }
}

extension IngressClass: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension IngressClassSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.controller = controller
        copy.parameters = parameters.copied()
    }
}

extension IngressClassParametersReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.apiGroup = apiGroup
        copy.kind = kind
        copy.name = name
        copy.scope = scope
        copy.namespace = namespace
    }
}

extension Ingress: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension IngressSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ingressClassName = ingressClassName
        copy.defaultBackend = defaultBackend.copied()
        copy.tls = tls.map { $0.copied() }
        copy.rules = rules.map { $0.copied() }
    }
}

extension IngressBackend: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.service = service.copied()
        copy.resource = resource.copied()
    }
}

extension IngressServiceBackend: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.port = port.copied()
    }
}

extension ServiceBackendPort: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.number = number
    }
}

extension IngressTLS: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.hosts = hosts
        copy.secretName = secretName
    }
}

extension IngressRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.host = host
        copy.http = http.copied()
    }
}

extension HTTPIngressRuleValue: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.paths = paths.map { $0.copied() }
    }
}

extension HTTPIngressPath: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.path = path
        copy.pathType = pathType
        copy.backend = backend.copied()
    }
}

extension IngressStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.loadBalancer = loadBalancer.copied()
    }
}

extension IngressLoadBalancerStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ingress = ingress.map { $0.copied() }
    }
}

extension IngressLoadBalancerIngress: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ip = ip
        copy.hostname = hostname
        copy.ports = ports.map { $0.copied() }
    }
}

extension IngressPortStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.port = port
        copy.`protocol` = `protocol`
        copy.error = error
    }
}

extension IPAddress: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension IPAddressSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.parentRef = parentRef.copied()
    }
}

extension ParentReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.group = group
        copy.resource = resource
        copy.namespace = namespace
        copy.name = name
    }
}

extension NetworkPolicy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension NetworkPolicySpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.podSelector = podSelector.copied()
        copy.ingress = ingress.map { $0.copied() }
        copy.egress = egress.map { $0.copied() }
        copy.policyTypes = policyTypes
    }
}

extension NetworkPolicyIngressRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ports = ports.map { $0.copied() }
        copy.from = from.map { $0.copied() }
    }
}
