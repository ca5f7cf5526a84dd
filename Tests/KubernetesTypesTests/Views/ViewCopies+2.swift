// Written by generate-views from the schema files. Changes here are lost.

import KubernetesTypes

extension ModifyVolumeStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.targetVolumeAttributesClassName = targetVolumeAttributesClassName
        copy.status = status
    }
}

extension PersistentVolume: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension PersistentVolumeSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.capacity = capacity
        copy.gcePersistentDisk = gcePersistentDisk.copied()
        copy.awsElasticBlockStore = awsElasticBlockStore.copied()
        copy.hostPath = hostPath.copied()
        copy.glusterfs = glusterfs.copied()
        copy.nfs = nfs.copied()
        copy.rbd = rbd.copied()
        copy.iscsi = iscsi.copied()
        copy.cinder = cinder.copied()
        copy.cephfs = cephfs.copied()
        copy.fc = fc.copied()
        copy.flocker = flocker.copied()
        copy.flexVolume = flexVolume.copied()
        copy.azureFile = azureFile.copied()
        copy.vsphereVolume = vsphereVolume.copied()
        copy.quobyte = quobyte.copied()
        copy.azureDisk = azureDisk.copied()
        copy.photonPersistentDisk = photonPersistentDisk.copied()
        copy.portworxVolume = portworxVolume.copied()
        copy.scaleIO = scaleIO.copied()
        copy.local = local.copied()
        copy.storageos = storageos.copied()
        copy.csi = csi.copied()
        copy.accessModes = accessModes
        copy.claimRef = claimRef.copied()
        copy.persistentVolumeReclaimPolicy = persistentVolumeReclaimPolicy
        copy.storageClassName = storageClassName
        copy.mountOptions = mountOptions
        copy.volumeMode = volumeMode
        copy.nodeAffinity = nodeAffinity.copied()
        copy.volumeAttributesClassName = volumeAttributesClassName
    }
}

extension GCEPersistentDiskVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.pdName = pdName
        copy.fsType = fsType
        copy.partition = partition
        copy.readOnly = readOnly
    }
}

extension AWSElasticBlockStoreVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.volumeID = volumeID
        copy.fsType = fsType
        copy.partition = partition
        copy.readOnly = readOnly
    }
}

extension HostPathVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.path = path
        copy.type = type
    }
}

extension GlusterfsPersistentVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.endpoints = endpoints
        copy.path = path
        copy.readOnly = readOnly
        copy.endpointsNamespace = endpointsNamespace
    }
}

extension NFSVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.server = server
        copy.path = path
        copy.readOnly = readOnly
    }
}

extension RBDPersistentVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.monitors = monitors
        copy.image = image
        copy.fsType = fsType
        copy.pool = pool
        copy.user = user
        copy.keyring = keyring
        copy.secretRef = secretRef.copied()
        copy.readOnly = readOnly
    }
}

extension SecretReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.namespace = namespace
    }
}

extension ISCSIPersistentVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.targetPortal = targetPortal
        copy.iqn = iqn
        copy.lun = lun
        copy.iscsiInterface = iscsiInterface
        copy.fsType = fsType
        copy.readOnly = readOnly
        copy.portals = portals
        copy.chapAuthDiscovery = chapAuthDiscovery
        copy.chapAuthSession = chapAuthSession
        copy.secretRef = secretRef.copied()
        copy.initiatorName = initiatorName
    }
}

extension CinderPersistentVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.volumeID = volumeID
        copy.fsType = fsType
        copy.readOnly = readOnly
        copy.secretRef = secretRef.copied()
    }
}

extension CephFSPersistentVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.monitors = monitors
        copy.path = path
        copy.user = user
        copy.secretFile = secretFile
        copy.secretRef = secretRef.copied()
        copy.readOnly = readOnly
    }
}

extension FCVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.targetWWNs = targetWWNs
        copy.lun = lun
        copy.fsType = fsType
        copy.readOnly = readOnly
        copy.wwids = wwids
    }
}

extension FlockerVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.datasetName = datasetName
        copy.datasetUUID = datasetUUID
    }
}

extension FlexPersistentVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.driver = driver
        copy.fsType = fsType
        copy.secretRef = secretRef.copied()
        copy.readOnly = readOnly
        copy.options = options
    }
}

extension AzureFilePersistentVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.secretName = secretName
        copy.shareName = shareName
        copy.readOnly = readOnly
        copy.secretNamespace = secretNamespace
    }
}

extension VsphereVirtualDiskVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.volumePath = volumePath
        copy.fsType = fsType
        copy.storagePolicyName = storagePolicyName
        copy.storagePolicyID = storagePolicyID
    }
}

extension QuobyteVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.registry = registry
        copy.volume = volume
        copy.readOnly = readOnly
        copy.user = user
        copy.group = group
        copy.tenant = tenant
    }
}

extension AzureDiskVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.diskName = diskName
        copy.diskURI = diskURI
        copy.cachingMode = cachingMode
        copy.fsType = fsType
        copy.readOnly = readOnly
        copy.kind = kind
    }
}

extension PhotonPersistentDiskVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.pdID = pdID
        copy.fsType = fsType
    }
}

extension PortworxVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.volumeID = volumeID
        copy.fsType = fsType
        copy.readOnly = readOnly
    }
}

extension ScaleIOPersistentVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.gateway = gateway
        copy.system = system
        copy.secretRef = secretRef.copied()
        copy.sslEnabled = sslEnabled
        copy.protectionDomain = protectionDomain
        copy.storagePool = storagePool
        copy.storageMode = storageMode
        copy.volumeName = volumeName
        copy.fsType = fsType
        copy.readOnly = readOnly
    }
}

extension LocalVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.path = path
        copy.fsType = fsType
    }
}

extension StorageOSPersistentVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.volumeName = volumeName
        copy.volumeNamespace = volumeNamespace
        copy.fsType = fsType
        copy.readOnly = readOnly
        copy.secretRef = secretRef.copied()
    }
}

extension CSIPersistentVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.driver = driver
        copy.volumeHandle = volumeHandle
        copy.readOnly = readOnly
        copy.fsType = fsType
        copy.volumeAttributes = volumeAttributes
        copy.controllerPublishSecretRef = controllerPublishSecretRef.copied()
        copy.nodeStageSecretRef = nodeStageSecretRef.copied()
        copy.nodePublishSecretRef = nodePublishSecretRef.copied()
        copy.controllerExpandSecretRef = controllerExpandSecretRef.copied()
        copy.nodeExpandSecretRef = nodeExpandSecretRef.copied()
    }
}

extension VolumeNodeAffinity: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.required = required.copied()
    }
}

extension NodeSelector: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.nodeSelectorTerms = nodeSelectorTerms.map { $0.copied() }
    }
}

extension NodeSelectorTerm: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.matchExpressions = matchExpressions.map { $0.copied() }
        copy.matchFields = matchFields.map { $0.copied() }
    }
}

extension NodeSelectorRequirement: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.key = key
        copy.`operator` = `operator`
        copy.values = values
    }
}

extension PersistentVolumeStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.phase = phase
        copy.message = message
        copy.reason = reason
        copy.lastPhaseTransitionTime = lastPhaseTransitionTime
    }
}

extension Pod: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension PodSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.volumes = volumes.map { $0.copied() }
        copy.initContainers = initContainers.map { $0.copied() }
        copy.containers = containers.map { $0.copied() }
        copy.ephemeralContainers = ephemeralContainers.map { $0.copied() }
        copy.restartPolicy = restartPolicy
        copy.terminationGracePeriodSeconds = terminationGracePeriodSeconds
        copy.activeDeadlineSeconds = activeDeadlineSeconds
        copy.dnsPolicy = dnsPolicy
        copy.nodeSelector = nodeSelector
        copy.serviceAccountName = serviceAccountName
        copy.serviceAccount = serviceAccount
        copy.automountServiceAccountToken = automountServiceAccountToken
        copy.nodeName = nodeName
        copy.hostNetwork = hostNetwork
        copy.hostPID = hostPID
        copy.hostIPC = hostIPC
        copy.shareProcessNamespace = shareProcessNamespace
        copy.securityContext = securityContext.copied()
        copy.imagePullSecrets = imagePullSecrets.map { $0.copied() }
        copy.hostname = hostname
        copy.subdomain = subdomain
        copy.affinity = affinity.copied()
        copy.schedulerName = schedulerName
        copy.tolerations = tolerations.map { $0.copied() }
        copy.hostAliases = hostAliases.map { $0.copied() }
        copy.priorityClassName = priorityClassName
        copy.priority = priority
        copy.dnsConfig = dnsConfig.copied()
        copy.readinessGates = readinessGates.map { $0.copied() }
        copy.runtimeClassName = runtimeClassName
        copy.enableServiceLinks = enableServiceLinks
        copy.preemptionPolicy = preemptionPolicy
        copy.overhead = overhead
        copy.topologySpreadConstraints = topologySpreadConstraints.map { $0.copied() }
        copy.setHostnameAsFQDN = setHostnameAsFQDN
        copy.os = os.copied()
        copy.hostUsers = hostUsers
        copy.schedulingGates = schedulingGates.map { $0.copied() }
        copy.resourceClaims = resourceClaims.map { $0.copied() }
        copy.resources = resources.copied()
        copy.hostnameOverride = hostnameOverride
        copy.schedulingGroup = schedulingGroup.copied()
    }
}

extension Volume: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.hostPath = hostPath.copied()
        copy.emptyDir = emptyDir.copied()
        copy.gcePersistentDisk = gcePersistentDisk.copied()
        copy.awsElasticBlockStore = awsElasticBlockStore.copied()
        copy.gitRepo = gitRepo.copied()
        copy.secret = secret.copied()
        copy.nfs = nfs.copied()
        copy.iscsi = iscsi.copied()
        copy.glusterfs = glusterfs.copied()
        copy.persistentVolumeClaim = persistentVolumeClaim.copied()
        copy.rbd = rbd.copied()
        copy.flexVolume = flexVolume.copied()
        copy.cinder = cinder.copied()
        copy.cephfs = cephfs.copied()
        copy.flocker = flocker.copied()
        copy.downwardAPI = downwardAPI.copied()
        copy.fc = fc.copied()
        copy.azureFile = azureFile.copied()
        copy.configMap = configMap.copied()
        copy.vsphereVolume = vsphereVolume.copied()
        copy.quobyte = quobyte.copied()
        copy.azureDisk = azureDisk.copied()
        copy.photonPersistentDisk = photonPersistentDisk.copied()
        copy.projected = projected.copied()
        copy.portworxVolume = portworxVolume.copied()
        copy.scaleIO = scaleIO.copied()
        copy.storageos = storageos.copied()
        copy.csi = csi.copied()
        copy.ephemeral = ephemeral.copied()
        copy.image = image.copied()
    }
}

extension EmptyDirVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.medium = medium
        copy.sizeLimit = sizeLimit
    }
}

extension GitRepoVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.repository = repository
        copy.revision = revision
        copy.directory = directory
    }
}

extension SecretVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.secretName = secretName
        copy.items = items.map { $0.copied() }
        copy.defaultMode = defaultMode
        copy.optional = optional
    }
}

extension KeyToPath: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.key = key
        copy.path = path
        copy.mode = mode
    }
}

extension ISCSIVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.targetPortal = targetPortal
        copy.iqn = iqn
        copy.lun = lun
        copy.iscsiInterface = iscsiInterface
        copy.fsType = fsType
        copy.readOnly = readOnly
        copy.portals = portals
        copy.chapAuthDiscovery = chapAuthDiscovery
        copy.chapAuthSession = chapAuthSession
        copy.secretRef = secretRef.copied()
        copy.initiatorName = initiatorName
    }
}

extension LocalObjectReference: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
    }
}

extension GlusterfsVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.endpoints = endpoints
        copy.path = path
        copy.readOnly = readOnly
    }
}
