// Written by generate-views from the schema files. Changes here are lost.

import KubernetesTypes

extension NetworkPolicyPort: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.`protocol` = `protocol`
        copy.port = port
        copy.endPort = endPort
    }
}

extension NetworkPolicyPeer: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.podSelector = podSelector.copied()
        copy.namespaceSelector = namespaceSelector.copied()
        copy.ipBlock = ipBlock.copied()
    }
}

extension IPBlock: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.cidr = cidr
        copy.except = except
    }
}

extension NetworkPolicyEgressRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ports = ports.map { $0.copied() }
        copy.to = to.map { $0.copied() }
    }
}

extension ServiceCIDR: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension ServiceCIDRSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.cidrs = cidrs
    }
}

extension ServiceCIDRStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension PodDisruptionBudget: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension PodDisruptionBudgetSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.minAvailable = minAvailable
        copy.selector = selector.copied()
        copy.maxUnavailable = maxUnavailable
        copy.unhealthyPodEvictionPolicy = unhealthyPodEvictionPolicy
    }
}

extension PodDisruptionBudgetStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.observedGeneration = observedGeneration
        copy.disruptedPods = disruptedPods
        copy.disruptionsAllowed = disruptionsAllowed
        copy.currentHealthy = currentHealthy
        copy.desiredHealthy = desiredHealthy
        copy.expectedPods = expectedPods
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension Eviction: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.deleteOptions = deleteOptions.copied()
    }
}

extension DeleteOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.gracePeriodSeconds = gracePeriodSeconds
        copy.preconditions = preconditions.copied()
        copy.orphanDependents = orphanDependents
        copy.propagationPolicy = propagationPolicy
        copy.dryRun = dryRun
        copy.ignoreStoreReadErrorWithClusterBreakingPotential = ignoreStoreReadErrorWithClusterBreakingPotential
    }
}

extension Preconditions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.uid = uid
        copy.resourceVersion = resourceVersion
    }
}

extension ClusterRoleBinding: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.subjects = subjects.map { $0.copied() }
        copy.roleRef = roleRef.copied()
    }
}

extension Subject: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiGroup = apiGroup
        copy.name = name
        copy.namespace = namespace
    }
}

extension RoleRef: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.apiGroup = apiGroup
        copy.kind = kind
        copy.name = name
    }
}

extension ClusterRole: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.rules = rules.map { $0.copied() }
        copy.aggregationRule = aggregationRule.copied()
    }
}

extension PolicyRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.verbs = verbs
        copy.apiGroups = apiGroups
        copy.resources = resources
        copy.resourceNames = resourceNames
        copy.nonResourceURLs = nonResourceURLs
    }
}

extension AggregationRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.clusterRoleSelectors = clusterRoleSelectors.map { $0.copied() }
    }
}

extension RoleBinding: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.subjects = subjects.map { $0.copied() }
        copy.roleRef = roleRef.copied()
    }
}

extension Role: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.rules = rules.map { $0.copied() }
    }
}

extension CSIDriver: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension CSIDriverSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.attachRequired = attachRequired
        copy.podInfoOnMount = podInfoOnMount
        copy.volumeLifecycleModes = volumeLifecycleModes
        copy.storageCapacity = storageCapacity
        copy.fsGroupPolicy = fsGroupPolicy
        copy.tokenRequests = tokenRequests.map { $0.copied() }
        copy.requiresRepublish = requiresRepublish
        copy.seLinuxMount = seLinuxMount
        copy.nodeAllocatableUpdatePeriodSeconds = nodeAllocatableUpdatePeriodSeconds
        copy.serviceAccountTokenInSecrets = serviceAccountTokenInSecrets
        copy.preventPodSchedulingIfMissing = preventPodSchedulingIfMissing
    }
}

extension StorageTokenRequest: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.audience = audience
        copy.expirationSeconds = expirationSeconds
    }
}

extension CSINode: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension CSINodeSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.drivers = drivers.map { $0.copied() }
    }
}

extension CSINodeDriver: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.nodeID = nodeID
        copy.topologyKeys = topologyKeys
        copy.allocatable = allocatable.copied()
    }
}

extension VolumeNodeResources: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.count = count
    }
}

extension CSIStorageCapacity: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.nodeTopology = nodeTopology.copied()
        copy.storageClassName = storageClassName
        copy.capacity = capacity
        copy.maximumVolumeSize = maximumVolumeSize
    }
}

extension StorageClass: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.provisioner = provisioner
        copy.parameters = parameters
        copy.reclaimPolicy = reclaimPolicy
        copy.mountOptions = mountOptions
        copy.allowVolumeExpansion = allowVolumeExpansion
        copy.volumeBindingMode = volumeBindingMode
        copy.allowedTopologies = allowedTopologies.map { $0.copied() }
    }
}

extension TopologySelectorTerm: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.matchLabelExpressions = matchLabelExpressions.map { $0.copied() }
    }
}

extension TopologySelectorLabelRequirement: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.key = key
        copy.values = values
    }
}

extension VolumeAttachment: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension VolumeAttachmentSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.attacher = attacher
        copy.source = source.copied()
        copy.nodeName = nodeName
    }
}

extension VolumeAttachmentSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.persistentVolumeName = persistentVolumeName
        copy.inlineVolumeSpec = inlineVolumeSpec.copied()
    }
}

extension VolumeAttachmentStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.attached = attached
        copy.attachmentMetadata = attachmentMetadata
        copy.attachError = attachError.copied()
        copy.detachError = detachError.copied()
    }
}

extension VolumeError: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.time = time
        copy.message = message
        copy.errorCode = errorCode
    }
}

extension VolumeAttributesClass: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.driverName = driverName
        copy.parameters = parameters
    }
}

extension MutatingAdmissionPolicy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension MutatingAdmissionPolicySpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.paramKind = paramKind.copied()
        copy.matchConstraints = matchConstraints.copied()
        copy.variables = variables.map { $0.copied() }
        copy.mutations = mutations.map { $0.copied() }
        copy.failurePolicy = failurePolicy
        copy.matchConditions = matchConditions.map { $0.copied() }
        copy.reinvocationPolicy = reinvocationPolicy
    }
}

extension ParamKind: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.apiVersion = apiVersion
        copy.kind = kind
    }
}

extension MatchResources: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.namespaceSelector = namespaceSelector.copied()
        copy.objectSelector = objectSelector.copied()
        copy.resourceRules = resourceRules.map { $0.copied() }
        copy.excludeResourceRules = excludeResourceRules.map { $0.copied() }
        copy.matchPolicy = matchPolicy
    }
}

extension NamedRuleWithOperations: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.resourceNames = resourceNames
        copy.operations = operations
        copy.apiGroups = apiGroups
        copy.apiVersions = apiVersions
        copy.resources = resources
        copy.scope = scope
    }
}

extension Variable: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.expression = expression
    }
}

extension Mutation: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.patchType = patchType
        copy.applyConfiguration = applyConfiguration.copied()
        copy.jsonPatch = jsonPatch.copied()
    }
}

extension ApplyConfiguration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.expression = expression
    }
}

extension JSONPatch: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.expression = expression
    }
}

extension MatchCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.expression = expression
    }
}

extension MutatingAdmissionPolicyBinding: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension MutatingAdmissionPolicyBindingSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.policyName = policyName
        copy.paramRef = paramRef.copied()
        copy.matchResources = matchResources.copied()
    }
}

extension ParamRef: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.namespace = namespace
        copy.selector = selector.copied()
        copy.parameterNotFoundAction = parameterNotFoundAction
    }
}

extension MutatingWebhookConfiguration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.webhooks = webhooks.map { $0.copied() }
    }
}

extension MutatingWebhook: CopiedView {
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
        copy.reinvocationPolicy = reinvocationPolicy
        copy.matchConditions = matchConditions.map { $0.copied() }
    }
}
