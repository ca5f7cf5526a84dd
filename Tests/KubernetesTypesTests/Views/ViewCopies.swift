// Written by generate-views from the schema files. Changes here are lost.

import KubernetesTypes

extension Binding: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.target = target.copied()
    }
}

extension ObjectMeta: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.generateName = generateName
        copy.namespace = namespace
        copy.selfLink = selfLink
        copy.uid = uid
        copy.resourceVersion = resourceVersion
        copy.generation = generation
        copy.creationTimestamp = creationTimestamp
        copy.deletionTimestamp = deletionTimestamp
        copy.deletionGracePeriodSeconds = deletionGracePeriodSeconds
        copy.labels = labels
        copy.annotations = annotations
        copy.ownerReferences = ownerReferences.map { $0.copied() }
        copy.finalizers = finalizers
        copy.managedFields = managedFields.map { $0.copied() }
    }
}

extension OwnerReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.apiVersion = apiVersion
        copy.kind = kind
        copy.name = name
        copy.uid = uid
        copy.controller = controller
        copy.blockOwnerDeletion = blockOwnerDeletion
    }
}

extension ManagedFieldsEntry: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.manager = manager
        copy.operation = operation
        copy.apiVersion = apiVersion
        copy.time = time
        copy.fieldsType = fieldsType
        copy.fieldsV1 = fieldsV1
        copy.subresource = subresource
    }
}

extension ObjectReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.namespace = namespace
        copy.name = name
        copy.uid = uid
        copy.apiVersion = apiVersion
        copy.resourceVersion = resourceVersion
        copy.fieldPath = fieldPath
    }
}

extension ComponentStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension ComponentCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.message = message
        copy.error = error
    }
}

extension ConfigMap: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.immutable = immutable
        copy.data = data
        copy.binaryData = binaryData
    }
}

extension Endpoints: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.subsets = subsets.map { $0.copied() }
    }
}

extension EndpointSubset: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.addresses = addresses.map { $0.copied() }
        copy.notReadyAddresses = notReadyAddresses.map { $0.copied() }
        copy.ports = ports.map { $0.copied() }
    }
}

extension EndpointAddress: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ip = ip
        copy.hostname = hostname
        copy.nodeName = nodeName
        copy.targetRef = targetRef.copied()
    }
}

extension EndpointPort: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.port = port
        copy.`protocol` = `protocol`
        copy.appProtocol = appProtocol
    }
}

extension Event: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.involvedObject = involvedObject.copied()
        copy.reason = reason
        copy.message = message
        copy.source = source.copied()
        copy.firstTimestamp = firstTimestamp
        copy.lastTimestamp = lastTimestamp
        copy.count = count
        copy.type = type
        copy.eventTime = eventTime
        copy.series = series.copied()
        copy.action = action
        copy.related = related.copied()
        copy.reportingComponent = reportingComponent
        copy.reportingInstance = reportingInstance
    }
}

extension EventSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.component = component
        copy.host = host
    }
}

extension EventSeries: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.count = count
        copy.lastObservedTime = lastObservedTime
    }
}

extension LimitRange: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension LimitRangeSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.limits = limits.map { $0.copied() }
    }
}

extension LimitRangeItem: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.max = max
        copy.min = min
        copy.`default` = `default`
        copy.defaultRequest = defaultRequest
        copy.maxLimitRequestRatio = maxLimitRequestRatio
    }
}

extension Namespace: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension NamespaceSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.finalizers = finalizers
    }
}

extension NamespaceStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.phase = phase
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension NamespaceCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension Node: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension NodeSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.podCIDR = podCIDR
        copy.podCIDRs = podCIDRs
        copy.providerID = providerID
        copy.unschedulable = unschedulable
        copy.taints = taints.map { $0.copied() }
        copy.configSource = configSource.copied()
        copy.externalID = externalID
    }
}

extension Taint: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.key = key
        copy.valueField = valueField
        copy.effect = effect
        copy.timeAdded = timeAdded
    }
}

extension NodeConfigSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.configMap = configMap.copied()
    }
}

extension ConfigMapNodeConfigSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.namespace = namespace
        copy.name = name
        copy.uid = uid
        copy.resourceVersion = resourceVersion
        copy.kubeletConfigKey = kubeletConfigKey
    }
}

extension NodeStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.capacity = capacity
        copy.allocatable = allocatable
        copy.phase = phase
        copy.conditions = conditions.map { $0.copied() }
        copy.addresses = addresses.map { $0.copied() }
        copy.daemonEndpoints = daemonEndpoints.copied()
        copy.nodeInfo = nodeInfo.copied()
        copy.images = images.map { $0.copied() }
        copy.volumesInUse = volumesInUse
        copy.volumesAttached = volumesAttached.map { $0.copied() }
        copy.config = config.copied()
        copy.runtimeHandlers = runtimeHandlers.map { $0.copied() }
        copy.features = features.copied()
        copy.declaredFeatures = declaredFeatures
    }
}

extension NodeCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastHeartbeatTime = lastHeartbeatTime
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension NodeAddress: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.address = address
    }
}

extension NodeDaemonEndpoints: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kubeletEndpoint = kubeletEndpoint.copied()
    }
}

extension DaemonEndpoint: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.port = port
    }
}

extension NodeSystemInfo: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.machineID = machineID
        copy.systemUUID = systemUUID
        copy.bootID = bootID
        copy.kernelVersion = kernelVersion
        copy.osImage = osImage
        copy.containerRuntimeVersion = containerRuntimeVersion
        copy.kubeletVersion = kubeletVersion
        copy.kubeProxyVersion = kubeProxyVersion
        copy.operatingSystem = operatingSystem
        copy.architecture = architecture
        copy.swap = swap.copied()
    }
}

extension NodeSwapStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.capacity = capacity
    }
}

extension ContainerImage: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.names = names
        copy.sizeBytes = sizeBytes
    }
}

extension AttachedVolume: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.devicePath = devicePath
    }
}

extension NodeConfigStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.assigned = assigned.copied()
        copy.active = active.copied()
        copy.lastKnownGood = lastKnownGood.copied()
        copy.error = error
    }
}

extension NodeRuntimeHandler: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.features = features.copied()
    }
}

extension NodeRuntimeHandlerFeatures: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.recursiveReadOnlyMounts = recursiveReadOnlyMounts
        copy.userNamespaces = userNamespaces
    }
}

extension NodeFeatures: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.supplementalGroupsPolicy = supplementalGroupsPolicy
    }
}

extension PersistentVolumeClaim: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension PersistentVolumeClaimSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.accessModes = accessModes
        copy.selector = selector.copied()
        copy.resources = resources.copied()
        copy.volumeName = volumeName
        copy.storageClassName = storageClassName
        copy.volumeMode = volumeMode
        copy.dataSource = dataSource.copied()
        copy.dataSourceRef = dataSourceRef.copied()
        copy.volumeAttributesClassName = volumeAttributesClassName
    }
}

extension LabelSelector: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.matchLabels = matchLabels
        copy.matchExpressions = matchExpressions.map { $0.copied() }
    }
}

extension LabelSelectorRequirement: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.key = key
        copy.`operator` = `operator`
        copy.values = values
    }
}

extension VolumeResourceRequirements: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.limits = limits
        copy.requests = requests
    }
}

extension TypedLocalObjectReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.apiGroup = apiGroup
        copy.kind = kind
        copy.name = name
    }
}

extension TypedObjectReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.apiGroup = apiGroup
        copy.kind = kind
        copy.name = name
        copy.namespace = namespace
    }
}

extension PersistentVolumeClaimStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.phase = phase
        copy.accessModes = accessModes
        copy.capacity = capacity
        copy.conditions = conditions.map { $0.copied() }
        copy.allocatedResources = allocatedResources
        copy.allocatedResourceStatuses = allocatedResourceStatuses
        copy.currentVolumeAttributesClassName = currentVolumeAttributesClassName
        copy.modifyVolumeStatus = modifyVolumeStatus.copied()
    }
}

extension PersistentVolumeClaimCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastProbeTime = lastProbeTime
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}
