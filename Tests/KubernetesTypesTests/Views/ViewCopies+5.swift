// Written by generate-views from the schema files. Changes here are lost.

import KubernetesTypes

extension ResourceQuotaSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.hard = hard
        copy.scopes = scopes
        copy.scopeSelector = scopeSelector.copied()
    }
}

extension ScopeSelector: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.matchExpressions = matchExpressions.map { $0.copied() }
    }
}

extension ScopedResourceSelectorRequirement: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.scopeName = scopeName
        copy.`operator` = `operator`
        copy.values = values
    }
}

extension ResourceQuotaStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.hard = hard
        copy.used = used
    }
}

extension Secret: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.immutable = immutable
        copy.data = data
        copy.stringData = stringData
        copy.type = type
    }
}

extension ServiceAccount: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.secrets = secrets.map { $0.copied() }
        copy.imagePullSecrets = imagePullSecrets.map { $0.copied() }
        copy.automountServiceAccountToken = automountServiceAccountToken
    }
}

extension Service: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension ServiceSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ports = ports.map { $0.copied() }
        copy.selector = selector
        copy.clusterIP = clusterIP
        copy.clusterIPs = clusterIPs
        copy.type = type
        copy.externalIPs = externalIPs
        copy.sessionAffinity = sessionAffinity
        copy.loadBalancerIP = loadBalancerIP
        copy.loadBalancerSourceRanges = loadBalancerSourceRanges
        copy.externalName = externalName
        copy.externalTrafficPolicy = externalTrafficPolicy
        copy.healthCheckNodePort = healthCheckNodePort
        copy.publishNotReadyAddresses = publishNotReadyAddresses
        copy.sessionAffinityConfig = sessionAffinityConfig.copied()
        copy.ipFamilies = ipFamilies
        copy.ipFamilyPolicy = ipFamilyPolicy
        copy.allocateLoadBalancerNodePorts = allocateLoadBalancerNodePorts
        copy.loadBalancerClass = loadBalancerClass
        copy.internalTrafficPolicy = internalTrafficPolicy
        copy.trafficDistribution = trafficDistribution
    }
}

extension ServicePort: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.`protocol` = `protocol`
        copy.appProtocol = appProtocol
        copy.port = port
        copy.targetPort = targetPort
        copy.nodePort = nodePort
    }
}

extension SessionAffinityConfig: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.clientIP = clientIP.copied()
    }
}

extension ClientIPConfig: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.timeoutSeconds = timeoutSeconds
    }
}

extension ServiceStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.loadBalancer = loadBalancer.copied()
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension LoadBalancerStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ingress = ingress.map { $0.copied() }
    }
}

extension LoadBalancerIngress: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ip = ip
        copy.hostname = hostname
        copy.ipMode = ipMode
        copy.ports = ports.map { $0.copied() }
    }
}

extension PortStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.port = port
        copy.`protocol` = `protocol`
        copy.error = error
    }
}

extension Condition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.observedGeneration = observedGeneration
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension RangeAllocation: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.range = range
        copy.data = data
    }
}

extension SerializedReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.reference = reference.copied()
    }
}

extension PodAttachOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.stdin = stdin
        copy.stdout = stdout
        copy.stderr = stderr
        copy.tty = tty
        copy.container = container
    }
}

extension PodExecOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.stdin = stdin
        copy.stdout = stdout
        copy.stderr = stderr
        copy.tty = tty
        copy.container = container
        copy.command = command
    }
}

extension PodLogOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.container = container
        copy.follow = follow
        copy.previous = previous
        copy.sinceSeconds = sinceSeconds
        copy.sinceTime = sinceTime
        copy.timestamps = timestamps
        copy.tailLines = tailLines
        copy.limitBytes = limitBytes
        copy.insecureSkipTLSVerifyBackend = insecureSkipTLSVerifyBackend
        copy.stream = stream
    }
}

extension PodPortForwardOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.ports = ports
    }
}

extension PodProxyOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.path = path
    }
}

extension NodeProxyOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.path = path
    }
}

extension ServiceProxyOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.path = path
    }
}

extension PodStatusResult: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.status = status.copied()
    }
}

extension APIService: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension APIServiceSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.service = service.copied()
        copy.group = group
        copy.version = version
        copy.insecureSkipTLSVerify = insecureSkipTLSVerify
        copy.caBundle = caBundle
        copy.groupPriorityMinimum = groupPriorityMinimum
        copy.versionPriority = versionPriority
    }
}

extension ServiceReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.namespace = namespace
        copy.name = name
        copy.port = port
    }
}

extension APIServiceStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension APIServiceCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension ControllerRevision: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.data = data
        copy.revision = revision
    }
}

extension DaemonSet: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension DaemonSetSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.selector = selector.copied()
        copy.template = template.copied()
        copy.updateStrategy = updateStrategy.copied()
        copy.minReadySeconds = minReadySeconds
        copy.revisionHistoryLimit = revisionHistoryLimit
    }
}

extension DaemonSetUpdateStrategy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.rollingUpdate = rollingUpdate.copied()
    }
}

extension RollingUpdateDaemonSet: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.maxUnavailable = maxUnavailable
        copy.maxSurge = maxSurge
    }
}

extension DaemonSetStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.currentNumberScheduled = currentNumberScheduled
        copy.numberMisscheduled = numberMisscheduled
        copy.desiredNumberScheduled = desiredNumberScheduled
        copy.numberReady = numberReady
        copy.observedGeneration = observedGeneration
        copy.updatedNumberScheduled = updatedNumberScheduled
        copy.numberAvailable = numberAvailable
        copy.numberUnavailable = numberUnavailable
        copy.collisionCount = collisionCount
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension DaemonSetCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension Deployment: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension DeploymentSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.replicas = replicas
        copy.selector = selector.copied()
        copy.template = template.copied()
        copy.strategy = strategy.copied()
        copy.minReadySeconds = minReadySeconds
        copy.revisionHistoryLimit = revisionHistoryLimit
        copy.paused = paused
        copy.progressDeadlineSeconds = progressDeadlineSeconds
    }
}

extension DeploymentStrategy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.rollingUpdate = rollingUpdate.copied()
    }
}

extension RollingUpdateDeployment: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.maxUnavailable = maxUnavailable
        copy.maxSurge = maxSurge
    }
}

extension DeploymentStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.observedGeneration = observedGeneration
        copy.replicas = replicas
        copy.updatedReplicas = updatedReplicas
        copy.readyReplicas = readyReplicas
        copy.availableReplicas = availableReplicas
        copy.unavailableReplicas = unavailableReplicas
        copy.terminatingReplicas = terminatingReplicas
        copy.conditions = conditions.map { $0.copied() }
        copy.collisionCount = collisionCount
    }
}

extension DeploymentCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastUpdateTime = lastUpdateTime
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension ReplicaSet: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension ReplicaSetSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.replicas = replicas
        copy.minReadySeconds = minReadySeconds
        copy.selector = selector.copied()
        copy.template = template.copied()
    }
}

extension ReplicaSetStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.replicas = replicas
        copy.fullyLabeledReplicas = fullyLabeledReplicas
        copy.readyReplicas = readyReplicas
        copy.availableReplicas = availableReplicas
        copy.terminatingReplicas = terminatingReplicas
        copy.observedGeneration = observedGeneration
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension ReplicaSetCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}
