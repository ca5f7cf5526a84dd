// Written by generate-views from the schema files. Changes here are lost.

import KubernetesTypes

extension Endpoint: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.addresses = addresses
        copy.conditions = conditions.copied()
        copy.hostname = hostname
        copy.targetRef = targetRef.copied()
        copy.deprecatedTopology = deprecatedTopology
        copy.nodeName = nodeName
        copy.zone = zone
        copy.hints = hints.copied()
    }
}

extension EndpointConditions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ready = ready
        copy.serving = serving
        copy.terminating = terminating
    }
}

extension EndpointHints: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.forZones = forZones.map { $0.copied() }
        copy.forNodes = forNodes.map { $0.copied() }
    }
}

extension ForZone: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
    }
}

extension ForNode: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
    }
}

extension DiscoveryEndpointPort: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.`protocol` = `protocol`
        copy.port = port
        copy.appProtocol = appProtocol
    }
}

extension DeviceClass: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension DeviceClassSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.selectors = selectors.map { $0.copied() }
        copy.config = config.map { $0.copied() }
        copy.extendedResourceName = extendedResourceName
    }
}

extension DeviceSelector: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.cel = cel.copied()
    }
}

extension CELDeviceSelector: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.expression = expression
    }
}

extension DeviceClassConfiguration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.opaque = opaque.copied()
    }
}

extension OpaqueDeviceConfiguration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.driver = driver
        copy.parameters = parameters
    }
}

extension ResourceClaim: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension ResourceClaimSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.devices = devices.copied()
    }
}

extension DeviceClaim: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.requests = requests.map { $0.copied() }
        copy.constraints = constraints.map { $0.copied() }
        copy.config = config.map { $0.copied() }
    }
}

extension DeviceRequest: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.exactly = exactly.copied()
        copy.firstAvailable = firstAvailable.map { $0.copied() }
    }
}

extension ExactDeviceRequest: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.deviceClassName = deviceClassName
        copy.selectors = selectors.map { $0.copied() }
        copy.allocationMode = allocationMode
        copy.count = count
        copy.adminAccess = adminAccess
        copy.tolerations = tolerations.map { $0.copied() }
        copy.capacity = capacity.copied()
    }
}

extension DeviceToleration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.key = key
        copy.`operator` = `operator`
        copy.valueField = valueField
        copy.effect = effect
        copy.tolerationSeconds = tolerationSeconds
    }
}

extension CapacityRequirements: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.requests = requests
    }
}

extension DeviceSubRequest: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.deviceClassName = deviceClassName
        copy.selectors = selectors.map { $0.copied() }
        copy.allocationMode = allocationMode
        copy.count = count
        copy.tolerations = tolerations.map { $0.copied() }
        copy.capacity = capacity.copied()
    }
}

extension DeviceConstraint: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.requests = requests
        copy.matchAttribute = matchAttribute
        copy.distinctAttribute = distinctAttribute
    }
}

extension DeviceClaimConfiguration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.requests = requests
        copy.opaque = opaque.copied()
    }
}

extension ResourceClaimStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.allocation = allocation.copied()
        copy.reservedFor = reservedFor.map { $0.copied() }
        copy.devices = devices.map { $0.copied() }
    }
}

extension AllocationResult: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.devices = devices.copied()
        copy.nodeSelector = nodeSelector.copied()
        copy.allocationTimestamp = allocationTimestamp
    }
}

extension DeviceAllocationResult: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.results = results.map { $0.copied() }
        copy.config = config.map { $0.copied() }
    }
}

extension DeviceRequestAllocationResult: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.request = request
        copy.driver = driver
        copy.pool = pool
        copy.device = device
        copy.adminAccess = adminAccess
        copy.tolerations = tolerations.map { $0.copied() }
        copy.bindingConditions = bindingConditions
        copy.bindingFailureConditions = bindingFailureConditions
        copy.shareID = shareID
        copy.consumedCapacity = consumedCapacity
    }
}

extension DeviceAllocationConfiguration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.source = source
        copy.requests = requests
        copy.opaque = opaque.copied()
    }
}

extension ResourceClaimConsumerReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.apiGroup = apiGroup
        copy.resource = resource
        copy.name = name
        copy.uid = uid
    }
}

extension AllocatedDeviceStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.driver = driver
        copy.pool = pool
        copy.device = device
        copy.shareID = shareID
        copy.conditions = conditions.map { $0.copied() }
        copy.data = data
        copy.networkData = networkData.copied()
    }
}

extension NetworkDeviceData: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.interfaceName = interfaceName
        copy.ips = ips
        copy.hardwareAddress = hardwareAddress
    }
}

extension ResourceClaimTemplate: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension ResourceClaimTemplateSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension ResourceSlice: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension ResourceSliceSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.driver = driver
        copy.pool = pool.copied()
        copy.nodeName = nodeName
        copy.nodeSelector = nodeSelector.copied()
        copy.allNodes = allNodes
        copy.devices = devices.map { $0.copied() }
        copy.perDeviceNodeSelection = perDeviceNodeSelection
        copy.sharedCounters = sharedCounters.map { $0.copied() }
    }
}

extension ResourcePool: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.generation = generation
        copy.resourceSliceCount = resourceSliceCount
    }
}

extension Device: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.attributes = attributes.mapValues { $0.copied() }
        copy.capacity = capacity.mapValues { $0.copied() }
        copy.consumesCounters = consumesCounters.map { $0.copied() }
        copy.nodeName = nodeName
        copy.nodeSelector = nodeSelector.copied()
        copy.allNodes = allNodes
        copy.taints = taints.map { $0.copied() }
        copy.bindsToNode = bindsToNode
        copy.bindingConditions = bindingConditions
        copy.bindingFailureConditions = bindingFailureConditions
        copy.allowMultipleAllocations = allowMultipleAllocations
        copy.nodeAllocatableResourceMappings = nodeAllocatableResourceMappings.mapValues { $0.copied() }
    }
}

extension DeviceAttribute: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.int = int
        copy.bool = bool
        copy.string = string
        copy.version = version
        copy.ints = ints
        copy.bools = bools
        copy.strings = strings
        copy.versions = versions
    }
}

extension DeviceCapacity: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.valueField = valueField
        copy.requestPolicy = requestPolicy.copied()
    }
}

extension CapacityRequestPolicy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.`default` = `default`
        copy.validValues = validValues
        copy.validRange = validRange.copied()
    }
}

extension CapacityRequestPolicyRange: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.min = min
        copy.max = max
        copy.step = step
    }
}

extension DeviceCounterConsumption: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.counterSet = counterSet
        copy.counters = counters.mapValues { $0.copied() }
    }
}

extension Counter: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.valueField = valueField
    }
}

extension DeviceTaint: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.key = key
        copy.valueField = valueField
        copy.effect = effect
        copy.timeAdded = timeAdded
    }
}

extension NodeAllocatableResourceMapping: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.capacityKey = capacityKey
        copy.allocationMultiplier = allocationMultiplier
    }
}

extension CounterSet: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.counters = counters.mapValues { $0.copied() }
    }
}

extension FlowSchema: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension FlowSchemaSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.priorityLevelConfiguration = priorityLevelConfiguration.copied()
        copy.matchingPrecedence = matchingPrecedence
        copy.distinguisherMethod = distinguisherMethod.copied()
        copy.rules = rules.map { $0.copied() }
    }
}

extension PriorityLevelConfigurationReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
    }
}

extension FlowDistinguisherMethod: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
    }
}

extension PolicyRulesWithSubjects: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.subjects = subjects.map { $0.copied() }
        copy.resourceRules = resourceRules.map { $0.copied() }
        copy.nonResourceRules = nonResourceRules.map { $0.copied() }
    }
}

extension FlowcontrolSubject: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.user = user.copied()
        copy.group = group.copied()
        copy.serviceAccount = serviceAccount.copied()
    }
}

extension UserSubject: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
    }
}

extension GroupSubject: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
    }
}

extension ServiceAccountSubject: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.namespace = namespace
        copy.name = name
    }
}

extension ResourcePolicyRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.verbs = verbs
        copy.apiGroups = apiGroups
        copy.resources = resources
        copy.clusterScope = clusterScope
        copy.namespaces = namespaces
    }
}

extension NonResourcePolicyRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.verbs = verbs
        copy.nonResourceURLs = nonResourceURLs
    }
}
