// Written by generate-views from the schema files. Changes here are lost.

import KubernetesTypes

extension Capabilities: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.add = add
        copy.drop = drop
    }
}

extension SELinuxOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.user = user
        copy.role = role
        copy.type = type
        copy.level = level
    }
}

extension WindowsSecurityContextOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.gmsaCredentialSpecName = gmsaCredentialSpecName
        copy.gmsaCredentialSpec = gmsaCredentialSpec
        copy.runAsUserName = runAsUserName
        copy.hostProcess = hostProcess
    }
}

extension SeccompProfile: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.localhostProfile = localhostProfile
    }
}

extension AppArmorProfile: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.localhostProfile = localhostProfile
    }
}

extension EphemeralContainer: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.image = image
        copy.command = command
        copy.args = args
        copy.workingDir = workingDir
        copy.ports = ports.map { $0.copied() }
        copy.envFrom = envFrom.map { $0.copied() }
        copy.env = env.map { $0.copied() }
        copy.resources = resources.copied()
        copy.resizePolicy = resizePolicy.map { $0.copied() }
        copy.restartPolicy = restartPolicy
        copy.restartPolicyRules = restartPolicyRules.map { $0.copied() }
        copy.volumeMounts = volumeMounts.map { $0.copied() }
        copy.volumeDevices = volumeDevices.map { $0.copied() }
        copy.livenessProbe = livenessProbe.copied()
        copy.readinessProbe = readinessProbe.copied()
        copy.startupProbe = startupProbe.copied()
        copy.lifecycle = lifecycle.copied()
        copy.terminationMessagePath = terminationMessagePath
        copy.terminationMessagePolicy = terminationMessagePolicy
        copy.imagePullPolicy = imagePullPolicy
        copy.securityContext = securityContext.copied()
        copy.stdin = stdin
        copy.stdinOnce = stdinOnce
        copy.tty = tty
        copy.targetContainerName = targetContainerName
    }
}

extension PodSecurityContext: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.seLinuxOptions = seLinuxOptions.copied()
        copy.windowsOptions = windowsOptions.copied()
        copy.runAsUser = runAsUser
        copy.runAsGroup = runAsGroup
        copy.runAsNonRoot = runAsNonRoot
        copy.supplementalGroups = supplementalGroups
        copy.supplementalGroupsPolicy = supplementalGroupsPolicy
        copy.fsGroup = fsGroup
        copy.sysctls = sysctls.map { $0.copied() }
        copy.fsGroupChangePolicy = fsGroupChangePolicy
        copy.seccompProfile = seccompProfile.copied()
        copy.appArmorProfile = appArmorProfile.copied()
        copy.seLinuxChangePolicy = seLinuxChangePolicy
    }
}

extension Sysctl: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.valueField = valueField
    }
}

extension Affinity: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.nodeAffinity = nodeAffinity.copied()
        copy.podAffinity = podAffinity.copied()
        copy.podAntiAffinity = podAntiAffinity.copied()
    }
}

extension NodeAffinity: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.requiredDuringSchedulingIgnoredDuringExecution = requiredDuringSchedulingIgnoredDuringExecution.copied()
        copy.preferredDuringSchedulingIgnoredDuringExecution = preferredDuringSchedulingIgnoredDuringExecution.map { $0.copied() }
    }
}

extension PreferredSchedulingTerm: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.weight = weight
        copy.preference = preference.copied()
    }
}

extension PodAffinity: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.requiredDuringSchedulingIgnoredDuringExecution = requiredDuringSchedulingIgnoredDuringExecution.map { $0.copied() }
        copy.preferredDuringSchedulingIgnoredDuringExecution = preferredDuringSchedulingIgnoredDuringExecution.map { $0.copied() }
    }
}

extension PodAffinityTerm: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.labelSelector = labelSelector.copied()
        copy.namespaces = namespaces
        copy.topologyKey = topologyKey
        copy.namespaceSelector = namespaceSelector.copied()
        copy.matchLabelKeys = matchLabelKeys
        copy.mismatchLabelKeys = mismatchLabelKeys
    }
}

extension WeightedPodAffinityTerm: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.weight = weight
        copy.podAffinityTerm = podAffinityTerm.copied()
    }
}

extension PodAntiAffinity: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.requiredDuringSchedulingIgnoredDuringExecution = requiredDuringSchedulingIgnoredDuringExecution.map { $0.copied() }
        copy.preferredDuringSchedulingIgnoredDuringExecution = preferredDuringSchedulingIgnoredDuringExecution.map { $0.copied() }
    }
}

extension Toleration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.key = key
        copy.`operator` = `operator`
        copy.valueField = valueField
        copy.effect = effect
        copy.tolerationSeconds = tolerationSeconds
    }
}

extension HostAlias: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ip = ip
        copy.hostnames = hostnames
    }
}

extension PodDNSConfig: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.nameservers = nameservers
        copy.searches = searches
        copy.options = options.map { $0.copied() }
    }
}

extension PodDNSConfigOption: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.valueField = valueField
    }
}

extension PodReadinessGate: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.conditionType = conditionType
    }
}

extension TopologySpreadConstraint: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.maxSkew = maxSkew
        copy.topologyKey = topologyKey
        copy.whenUnsatisfiable = whenUnsatisfiable
        copy.labelSelector = labelSelector.copied()
        copy.minDomains = minDomains
        copy.nodeAffinityPolicy = nodeAffinityPolicy
        copy.nodeTaintsPolicy = nodeTaintsPolicy
        copy.matchLabelKeys = matchLabelKeys
    }
}

extension PodOS: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
    }
}

extension PodSchedulingGate: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
    }
}

extension PodResourceClaim: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.resourceClaimName = resourceClaimName
        copy.resourceClaimTemplateName = resourceClaimTemplateName
    }
}

extension PodSchedulingGroup: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.podGroupName = podGroupName
    }
}

extension PodStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.observedGeneration = observedGeneration
        copy.phase = phase
        copy.conditions = conditions.map { $0.copied() }
        copy.message = message
        copy.reason = reason
        copy.nominatedNodeName = nominatedNodeName
        copy.hostIP = hostIP
        copy.hostIPs = hostIPs.map { $0.copied() }
        copy.podIP = podIP
        copy.podIPs = podIPs.map { $0.copied() }
        copy.startTime = startTime
        copy.initContainerStatuses = initContainerStatuses.map { $0.copied() }
        copy.containerStatuses = containerStatuses.map { $0.copied() }
        copy.qosClass = qosClass
        copy.ephemeralContainerStatuses = ephemeralContainerStatuses.map { $0.copied() }
        copy.resize = resize
        copy.resourceClaimStatuses = resourceClaimStatuses.map { $0.copied() }
        copy.extendedResourceClaimStatus = extendedResourceClaimStatus.copied()
        copy.allocatedResources = allocatedResources
        copy.resources = resources.copied()
        copy.nodeAllocatableResourceClaimStatuses = nodeAllocatableResourceClaimStatuses.map { $0.copied() }
    }
}

extension PodCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.observedGeneration = observedGeneration
        copy.status = status
        copy.lastProbeTime = lastProbeTime
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension HostIP: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ip = ip
    }
}

extension PodIP: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.ip = ip
    }
}

extension ContainerStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.state = state.copied()
        copy.lastState = lastState.copied()
        copy.ready = ready
        copy.restartCount = restartCount
        copy.image = image
        copy.imageID = imageID
        copy.containerID = containerID
        copy.started = started
        copy.allocatedResources = allocatedResources
        copy.resources = resources.copied()
        copy.volumeMounts = volumeMounts.map { $0.copied() }
        copy.user = user.copied()
        copy.allocatedResourcesStatus = allocatedResourcesStatus.map { $0.copied() }
        copy.stopSignal = stopSignal
    }
}

extension ContainerState: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.waiting = waiting.copied()
        copy.running = running.copied()
        copy.terminated = terminated.copied()
    }
}

extension ContainerStateWaiting: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.reason = reason
        copy.message = message
    }
}

extension ContainerStateRunning: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.startedAt = startedAt
    }
}

extension ContainerStateTerminated: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.exitCode = exitCode
        copy.signal = signal
        copy.reason = reason
        copy.message = message
        copy.startedAt = startedAt
        copy.finishedAt = finishedAt
        copy.containerID = containerID
    }
}

extension VolumeMountStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.mountPath = mountPath
        copy.readOnly = readOnly
        copy.recursiveReadOnly = recursiveReadOnly
        copy.volumeStatus = volumeStatus.copied()
    }
}

extension VolumeStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.image = image.copied()
    }
}

extension ImageVolumeStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.imageRef = imageRef
    }
}

extension ContainerUser: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.linux = linux.copied()
    }
}

extension LinuxContainerUser: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.uid = uid
        copy.gid = gid
        copy.supplementalGroups = supplementalGroups
    }
}

extension ResourceStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.resources = resources.map { $0.copied() }
    }
}

extension ResourceHealth: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.resourceID = resourceID
        copy.health = health
        copy.message = message
    }
}

extension PodResourceClaimStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.resourceClaimName = resourceClaimName
    }
}

extension PodExtendedResourceClaimStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.requestMappings = requestMappings.map { $0.copied() }
        copy.resourceClaimName = resourceClaimName
    }
}

extension ContainerExtendedResourceRequest: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.containerName = containerName
        copy.resourceName = resourceName
        copy.requestName = requestName
    }
}

extension NodeAllocatableResourceClaimStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.resourceClaimName = resourceClaimName
        copy.containers = containers
        copy.resources = resources
    }
}

extension PodTemplate: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.template = template.copied()
    }
}

extension PodTemplateSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension ReplicationController: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension ReplicationControllerSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.replicas = replicas
        copy.minReadySeconds = minReadySeconds
        copy.selector = selector
        copy.template = template.copied()
    }
}

extension ReplicationControllerStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.replicas = replicas
        copy.fullyLabeledReplicas = fullyLabeledReplicas
        copy.readyReplicas = readyReplicas
        copy.availableReplicas = availableReplicas
        copy.observedGeneration = observedGeneration
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension ReplicationControllerCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension ResourceQuota: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}
