// Written by generate-views from the schema files. Changes here are lost.

import KubernetesTypes

extension PersistentVolumeClaimVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.claimName = claimName
        copy.readOnly = readOnly
    }
}

extension RBDVolumeSource: CopiedView {
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

extension FlexVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.driver = driver
        copy.fsType = fsType
        copy.secretRef = secretRef.copied()
        copy.readOnly = readOnly
        copy.options = options
    }
}

extension CinderVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.volumeID = volumeID
        copy.fsType = fsType
        copy.readOnly = readOnly
        copy.secretRef = secretRef.copied()
    }
}

extension CephFSVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.monitors = monitors
        copy.path = path
        copy.user = user
        copy.secretFile = secretFile
        copy.secretRef = secretRef.copied()
        copy.readOnly = readOnly
    }
}

extension DownwardAPIVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.items = items.map { $0.copied() }
        copy.defaultMode = defaultMode
    }
}

extension DownwardAPIVolumeFile: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.path = path
        copy.fieldRef = fieldRef.copied()
        copy.resourceFieldRef = resourceFieldRef.copied()
        copy.mode = mode
    }
}

extension ObjectFieldSelector: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.apiVersion = apiVersion
        copy.fieldPath = fieldPath
    }
}

extension ResourceFieldSelector: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.containerName = containerName
        copy.resource = resource
        copy.divisor = divisor
    }
}

extension AzureFileVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.secretName = secretName
        copy.shareName = shareName
        copy.readOnly = readOnly
    }
}

extension ConfigMapVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.items = items.map { $0.copied() }
        copy.defaultMode = defaultMode
        copy.optional = optional
    }
}

extension ProjectedVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.sources = sources.map { $0.copied() }
        copy.defaultMode = defaultMode
    }
}

extension VolumeProjection: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.secret = secret.copied()
        copy.downwardAPI = downwardAPI.copied()
        copy.configMap = configMap.copied()
        copy.serviceAccountToken = serviceAccountToken.copied()
        copy.clusterTrustBundle = clusterTrustBundle.copied()
        copy.podCertificate = podCertificate.copied()
    }
}

extension SecretProjection: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.items = items.map { $0.copied() }
        copy.optional = optional
    }
}

extension DownwardAPIProjection: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.items = items.map { $0.copied() }
    }
}

extension ConfigMapProjection: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.items = items.map { $0.copied() }
        copy.optional = optional
    }
}

extension ServiceAccountTokenProjection: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.audience = audience
        copy.expirationSeconds = expirationSeconds
        copy.path = path
    }
}

extension ClusterTrustBundleProjection: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.signerName = signerName
        copy.labelSelector = labelSelector.copied()
        copy.optional = optional
        copy.path = path
    }
}

extension PodCertificateProjection: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.signerName = signerName
        copy.keyType = keyType
        copy.maxExpirationSeconds = maxExpirationSeconds
        copy.credentialBundlePath = credentialBundlePath
        copy.keyPath = keyPath
        copy.certificateChainPath = certificateChainPath
        copy.userAnnotations = userAnnotations
    }
}

extension ScaleIOVolumeSource: CopiedView {
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

extension StorageOSVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.volumeName = volumeName
        copy.volumeNamespace = volumeNamespace
        copy.fsType = fsType
        copy.readOnly = readOnly
        copy.secretRef = secretRef.copied()
    }
}

extension CSIVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.driver = driver
        copy.readOnly = readOnly
        copy.fsType = fsType
        copy.volumeAttributes = volumeAttributes
        copy.nodePublishSecretRef = nodePublishSecretRef.copied()
    }
}

extension EphemeralVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.volumeClaimTemplate = volumeClaimTemplate.copied()
    }
}

extension PersistentVolumeClaimTemplate: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
    }
}

extension ImageVolumeSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.reference = reference
        copy.pullPolicy = pullPolicy
    }
}

extension Container: CopiedView {
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
    }
}

extension ContainerPort: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.hostPort = hostPort
        copy.containerPort = containerPort
        copy.`protocol` = `protocol`
        copy.hostIP = hostIP
    }
}

extension EnvFromSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.prefix = prefix
        copy.configMapRef = configMapRef.copied()
        copy.secretRef = secretRef.copied()
    }
}

extension ConfigMapEnvSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.optional = optional
    }
}

extension SecretEnvSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.optional = optional
    }
}

extension EnvVar: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.valueField = valueField
        copy.valueFrom = valueFrom.copied()
    }
}

extension EnvVarSource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.fieldRef = fieldRef.copied()
        copy.resourceFieldRef = resourceFieldRef.copied()
        copy.configMapKeyRef = configMapKeyRef.copied()
        copy.secretKeyRef = secretKeyRef.copied()
        copy.fileKeyRef = fileKeyRef.copied()
    }
}

extension ConfigMapKeySelector: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.key = key
        copy.optional = optional
    }
}

extension SecretKeySelector: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.key = key
        copy.optional = optional
    }
}

extension FileKeySelector: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.volumeName = volumeName
        copy.path = path
        copy.key = key
        copy.optional = optional
    }
}

extension ResourceRequirements: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.limits = limits
        copy.requests = requests
        copy.claims = claims.map { $0.copied() }
    }
}

extension CoreResourceClaim: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.request = request
    }
}

extension ContainerResizePolicy: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.resourceName = resourceName
        copy.restartPolicy = restartPolicy
    }
}

extension ContainerRestartRule: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.action = action
        copy.exitCodes = exitCodes.copied()
    }
}

extension ContainerRestartRuleOnExitCodes: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.`operator` = `operator`
        copy.values = values
    }
}

extension VolumeMount: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.readOnly = readOnly
        copy.recursiveReadOnly = recursiveReadOnly
        copy.mountPath = mountPath
        copy.subPath = subPath
        copy.mountPropagation = mountPropagation
        copy.subPathExpr = subPathExpr
    }
}

extension VolumeDevice: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.devicePath = devicePath
    }
}

extension Probe: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.exec = exec.copied()
        copy.httpGet = httpGet.copied()
        copy.tcpSocket = tcpSocket.copied()
        copy.grpc = grpc.copied()
        copy.initialDelaySeconds = initialDelaySeconds
        copy.timeoutSeconds = timeoutSeconds
        copy.periodSeconds = periodSeconds
        copy.successThreshold = successThreshold
        copy.failureThreshold = failureThreshold
        copy.terminationGracePeriodSeconds = terminationGracePeriodSeconds
    }
}

extension ExecAction: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.command = command
    }
}

extension HTTPGetAction: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.path = path
        copy.port = port
        copy.host = host
        copy.scheme = scheme
        copy.httpHeaders = httpHeaders.map { $0.copied() }
    }
}

extension HTTPHeader: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.valueField = valueField
    }
}

extension TCPSocketAction: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.port = port
        copy.host = host
    }
}

extension GRPCAction: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.port = port
        copy.service = service
    }
}

extension Lifecycle: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.postStart = postStart.copied()
        copy.preStop = preStop.copied()
        copy.stopSignal = stopSignal
    }
}

extension LifecycleHandler: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.exec = exec.copied()
        copy.httpGet = httpGet.copied()
        copy.tcpSocket = tcpSocket.copied()
        copy.sleep = sleep.copied()
    }
}

extension SleepAction: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.seconds = seconds
    }
}

extension SecurityContext: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.capabilities = capabilities.copied()
        copy.privileged = privileged
        copy.seLinuxOptions = seLinuxOptions.copied()
        copy.windowsOptions = windowsOptions.copied()
        copy.runAsUser = runAsUser
        copy.runAsGroup = runAsGroup
        copy.runAsNonRoot = runAsNonRoot
        copy.readOnlyRootFilesystem = readOnlyRootFilesystem
        copy.allowPrivilegeEscalation = allowPrivilegeEscalation
        copy.procMount = procMount
        copy.seccompProfile = seccompProfile.copied()
        copy.appArmorProfile = appArmorProfile.copied()
    }
}
