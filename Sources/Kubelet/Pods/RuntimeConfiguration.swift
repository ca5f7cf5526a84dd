import ContainerRuntime
#if canImport(Glibc)
import Glibc
#endif
import KubernetesTypes
import Objects

/// How a pod and its containers are told to the runtime.
struct RuntimeConfiguration: Sendable {
    let settings: KubeletSettings
    let volumes: PodVolumes

    func sandbox(_ pod: Pod, attempt: Int) throws(PodSetupError) -> SandboxConfig {
        let spec = pod.value["spec"]
        var config = SandboxConfig()
        config.name = pod.name
        config.uid = pod.uid
        config.namespace = pod.namespace
        config.attempt = attempt
        config.usesHostNetwork = spec["hostNetwork"].bool == true
        config.usesHostPID = spec["hostPID"].bool == true
        config.usesHostIPC = spec["hostIPC"].bool == true
        config.sharesPID = spec["shareProcessNamespace"].bool == true
        // A pod on the host's network has the host's name too; the runtime refuses to set another.
        if !config.usesHostNetwork { config.hostname = try PodHostname(pod, clusterDomain: settings.clusterDomain).kernelName }
        config.logDirectory = settings.logFolder(pod.namespace, pod.name, pod.uid)
        config.cgroupParent = QualityOfService.cgroupParent(pod)
        config.labels = [
            KubeletSettings.Label.name: pod.name, KubeletSettings.Label.namespace: pod.namespace, KubeletSettings.Label.uid: pod.uid,
        ]
        for sysctl in spec["securityContext"]["sysctls"].array { config.sysctls[sysctl["name"].string ?? ""] = sysctl["value"].string ?? "" }
        config.isPrivileged = spec["containers"].array.contains { $0["securityContext"]["privileged"].bool == true }
        setDNS(&config, pod)
        if !config.usesHostNetwork {
            for port in spec["containers"].array.flatMap({ $0["ports"].array }) {
                guard let host = port["hostPort"].int, host > 0 else { continue }
                let transports: [String: Int64] = ["TCP": 0, "UDP": 1, "SCTP": 2]
                config.portMappings.append(
                    SandboxConfig.PortMapping(
                        transport: transports[port["protocol"].string ?? "TCP"] ?? 0, containerPort: port["containerPort"].int ?? 0, hostPort: host,
                        hostAddress: port["hostIP"].string ?? ""))
            }
        }
        return config
    }

    private func setDNS(_ config: inout SandboxConfig, _ pod: Pod) {
        let spec = pod.value["spec"]
        let policy = spec["dnsPolicy"].string ?? "ClusterFirst"
        let usesCluster = !settings.clusterDNS.isEmpty
            && (policy == "ClusterFirstWithHostNet" || (policy == "ClusterFirst" && !config.usesHostNetwork))
        if policy != "None" {
            if usesCluster {
                config.dnsServers = [settings.clusterDNS]
                let domain = settings.clusterDomain
                config.dnsSearches = ["\(pod.namespace).svc.\(domain)", "svc.\(domain)", domain]
                config.dnsOptions = ["ndots:5"]
            } else {
                for line in HostFile.lines(settings.resolverFile) {
                    let words = line.split(separator: " ").map(String.init)
                    if words.first == "nameserver" { config.dnsServers += words.dropFirst() }
                    if words.first == "search" { config.dnsSearches += words.dropFirst() }
                    if words.first == "options" { config.dnsOptions += words.dropFirst() }
                }
            }
        }
        let own = spec["dnsConfig"]
        config.dnsServers += own["nameservers"].strings
        config.dnsSearches += own["searches"].strings
        for option in own["options"].array {
            let name = option["name"].string ?? ""
            config.dnsOptions.removeAll { $0 == name || $0.hasPrefix(name + ":") }
            config.dnsOptions.append(option["value"].string.map { "\(name):\($0)" } ?? name)
        }
    }

    func container(
        _ container: Value, _ pod: Pod, attempt: Int, image: ImageSummary, reference: String, environment: [(name: String, value: String)]
    ) throws(PodSetupError) -> ContainerSettings {
        let values = Dictionary(environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        var result = ContainerSettings()
        result.name = container["name"].string ?? ""
        result.attempt = attempt
        result.image = reference
        result.command = container["command"].strings.map { ContainerEnvironment.expand($0, values) }
        result.arguments = container["args"].strings.map { ContainerEnvironment.expand($0, values) }
        result.workingDirectory = container["workingDir"].string ?? ""
        let hostname = pod.value["spec"]["hostNetwork"].bool == true ? settings.nodeName : PodHostname(pod, clusterDomain: settings.clusterDomain).short
        result.environment = environment + [("HOSTNAME", hostname)].filter { values[$0.0] == nil }
        result.logPath = "\(result.name)/\(attempt).log"
        result.hasStdin = container["stdin"].bool == true
        result.isStdinOnce = container["stdinOnce"].bool == true
        result.hasTTY = container["tty"].bool == true
        result.labels = [
            KubeletSettings.Label.name: pod.name, KubeletSettings.Label.namespace: pod.namespace, KubeletSettings.Label.uid: pod.uid,
            KubeletSettings.Label.container: result.name,
        ]
        result.annotations = [
            KubeletSettings.Label.specHash: SpecHash.of(container),
            KubeletSettings.Label.resources: PodResize.resources(container).jsonString,
            "io.kubernetes.container.restartCount": String(attempt),
            "io.kubernetes.container.terminationMessagePath": container["terminationMessagePath"].string ?? "/dev/termination-log",
        ]
        result.resources = resources(container, pod)
        try setSecurity(&result, container, pod, image)
        try setMounts(&result, container, pod, values)
        return result
    }

    /// What a container may use, by its requests and limits and the pod's class.
    func resources(_ container: Value, _ pod: Pod) -> ContainerResources {
        let resources = container["resources"]
        let requested = PodResources.request(container, "cpu") ?? .zero
        var given = ContainerResources()
        given.cpuShares = max(2, requested.milli * 1024 / 1000)
        if let limit = Quantity(resources["limits"]["cpu"]), !limit.isZero {
            given.cpuPeriod = 100_000
            given.cpuQuota = max(1000, limit.milli * 100)
        }
        if let limit = Quantity(resources["limits"]["memory"]) { given.memoryLimit = limit.rounded }
        // Where the machine has huge pages, a container gets none but those that it asks for.
        let pages = HugePages.all()
        if pages.contains(where: { $0.count > 0 }) {
            for one in pages { given.hugePageLimits[one.cgroupName] = Quantity(resources["limits"][one.resource])?.rounded ?? 0 }
        }
        if PodCgroup.isUnified { given.unified = PodCgroup.containerFiles }
        switch QualityOfService.class(of: pod) {
        case _ where EvictionCandidate.isNodeCritical(pod): given.oomScoreAdjustment = -997
        case "Guaranteed": given.oomScoreAdjustment = -997
        case "BestEffort": given.oomScoreAdjustment = 1000
        default:
            let share = (Quantity(resources["requests"]["memory"])?.rounded ?? 0) * 1000 / max(MachineFacts.read().memoryKiB * 1024, 1)
            given.oomScoreAdjustment = min(max(1000 - share, 3), 999)
        }
        return given
    }

    private func setSecurity(
        _ result: inout ContainerSettings, _ container: Value, _ pod: Pod, _ image: ImageSummary
    ) throws(PodSetupError) {
        let own = container["securityContext"]
        let shared = pod.value["spec"]["securityContext"]
        func pick(_ key: String) -> Value { own.contains(key) ? own[key] : shared[key] }
        result.isPrivileged = own["privileged"].bool == true
        result.addedCapabilities = own["capabilities"]["add"].strings
        result.droppedCapabilities = own["capabilities"]["drop"].strings
        result.hasReadOnlyRoot = own["readOnlyRootFilesystem"].bool == true
        result.forbidsPrivilegeEscalation = own["allowPrivilegeEscalation"].bool == false
        let user = ContainerUser(asked: pick("runAsUser").int, uid: image.uid, username: image.username)
        result.runAsUser = user.id
        result.runAsUsername = user.name
        result.runAsGroup = pick("runAsGroup").int
        if let profile = own["appArmorProfile"].isObject ? own["appArmorProfile"] : shared["appArmorProfile"].isObject ? shared["appArmorProfile"] : nil {
            let types: [String: Int64] = ["RuntimeDefault": 0, "Unconfined": 1, "Localhost": 2]
            result.appArmor = types[profile["type"].string ?? ""]
            result.appArmorProfile = profile["localhostProfile"].string ?? ""
        }
        let selinux = pick("seLinuxOptions")
        result.selinux = ["user", "role", "type", "level"].map { selinux[$0].string ?? "" }
        result.hasStrictGroups = shared["supplementalGroupsPolicy"].string == "Strict"
        result.supplementalGroups = shared["supplementalGroups"].array.compactMap(\.int) + (shared["fsGroup"].int.map { [$0] } ?? [])
        if pick("runAsNonRoot").bool == true, let problem = user.rootProblem {
            throw PodSetupError(
                reason: "CreateContainerConfigError",
                description: "\(problem) (pod: \"\(pod.name)_\(pod.namespace)(\(pod.uid))\", container: \(result.name))")
        }
        switch pick("seccompProfile")["type"].string {
        case "RuntimeDefault": result.seccomp = 0
        case "Localhost":
            result.seccomp = 2
            result.seccompProfile = "\(settings.root)/seccomp/\(pick("seccompProfile")["localhostProfile"].string ?? "")"
        default: result.seccomp = 1
        }
    }

    private func setMounts(
        _ result: inout ContainerSettings, _ container: Value, _ pod: Pod, _ values: [String: String]
    ) throws(PodSetupError) {
        let all = pod.value["spec"]["volumes"].array
        for (index, mount) in container["volumeMounts"].array.enumerated() {
            let name = mount["name"].string ?? ""
            if mount["recursiveReadOnly"].string == "Enabled" {
                throw PodSetupError(
                    reason: "CreateContainerConfigError",
                    description: "failed to resolve recursive read-only mode: volume \"\(name)\" requested recursive read-only mode, but it is not supported by the runtime")
            }
            guard let volume = all.first(where: { $0["name"].string == name }) else {
                throw PodSetupError(reason: "CreateContainerConfigError", description: "volume \(name) not found")
            }
            var path = volumes.path(volume, pod)
            let sub = try Self.subPath(mount, values)
            if !sub.isEmpty {
                let binding = SubpathMount(volume: path, path: sub, target: volumes.subpathTarget(pod, result.name, index))
                do throws(HostFile.Failure) {
                    try binding.mount()
                } catch {
                    throw PodSetupError(reason: "CreateContainerConfigError", description: error.description)
                }
                path = binding.target
            } else if !HostFile.exists(path), volume["hostPath"].isObject {
                // As Docker did and people rely on: a missing host path becomes a folder.
                try? HostFile.makeFolder(path)
            }
            let propagation: Int64 = mount["mountPropagation"].string == "Bidirectional" ? 2 : mount["mountPropagation"].string == "HostToContainer" ? 1 : 0
            result.mounts.append(
                ContainerSettings.Mount(
                    containerPath: mount["mountPath"].string ?? "", hostPath: path, isReadOnly: mount["readOnly"].bool == true || volume["image"].isObject, propagation: propagation))
        }
        try setDevices(&result, container, pod)
        if !result.mounts.contains(where: { $0.containerPath == "/etc/hosts" }) {
            let path = settings.podFolder(pod.uid) + "/etc-hosts"
            result.mounts.append(ContainerSettings.Mount(containerPath: "/etc/hosts", hostPath: path, isReadOnly: false))
        }
        let message = "\(settings.podFolder(pod.uid))/containers/\(result.name)/\(result.attempt)"
        do throws(HostFile.Failure) {
            try HostFile.makeFolder(settings.podFolder(pod.uid) + "/containers/\(result.name)")
            try HostFile.write([], to: message, mode: 0o666)
        } catch {
            throw PodSetupError(reason: "CreateContainerError", description: error.description)
        }
        result.mounts.append(
            ContainerSettings.Mount(
                containerPath: container["terminationMessagePath"].string ?? "/dev/termination-log", hostPath: message, isReadOnly: false))
    }

    /// The volumes that a container sees as devices.
    private func setDevices(_ result: inout ContainerSettings, _ container: Value, _ pod: Pod) throws(PodSetupError) {
        for device in container["volumeDevices"].array {
            let name = device["name"].string ?? ""
            guard let volume = pod.value["spec"]["volumes"].array.first(where: { $0["name"].string == name }) else {
                throw PodSetupError(reason: "CreateContainerConfigError", description: "volume \(name) not found")
            }
            let path = volumes.path(volume, pod)
            guard HostFile.kind(path) == S_IFBLK else {
                throw PodSetupError(reason: "CreateContainerConfigError", description: "volume \(name) is no block device")
            }
            let isReadOnly = volume["persistentVolumeClaim"]["readOnly"].bool == true
            result.devices.append(
                .init(containerPath: device["devicePath"].string ?? "", hostPath: path, permissions: isReadOnly ? "r" : "mrw"))
        }
    }

    /// The path inside of a volume that a mount asks for; empty for the whole volume.
    private static func subPath(_ mount: Value, _ values: [String: String]) throws(PodSetupError) -> String {
        var sub = mount["subPath"].string ?? ""
        if let expression = mount["subPathExpr"].string, !expression.isEmpty {
            // A variable without a value is as good as none.
            var missing: Set<String> = []
            sub = ContainerEnvironment.expand(expression, values.filter { !$0.value.isEmpty }) { missing.insert($0) }
            if !missing.isEmpty {
                throw PodSetupError(reason: "CreateContainerConfigError", description: "missing value for \(missing.sorted().joined(separator: ", "))")
            }
        }
        if sub.hasPrefix("/") {
            throw PodSetupError(reason: "CreateContainerConfigError", description: "error SubPath `\(sub)` must not be an absolute path")
        }
        if sub.split(separator: "/").contains("..") {
            throw PodSetupError(reason: "CreateContainerConfigError", description: "unable to provision SubPath `\(sub)`: must not contain '..'")
        }
        return sub
    }

    /// Writes the `/etc/hosts` of a pod.
    func writeHosts(_ pod: Pod, addresses: [String]) throws(HostFile.Failure) {
        let host = pod.value["spec"]["hostNetwork"].bool == true ? HostFile.read("/etc/hosts") : nil
        let text = HostsFile.text(pod, addresses: addresses, hostLines: host, clusterDomain: settings.clusterDomain)
        try HostFile.makeFolder(settings.podFolder(pod.uid))
        try HostFile.write(Array(text.utf8), to: settings.podFolder(pod.uid) + "/etc-hosts")
    }
}

/// The quality-of-service class of a pod and where its cgroup lies.
enum QualityOfService {
    static func `class`(of pod: Pod) -> String {
        let own = pod.value["spec"]["resources"]
        // Resources of the pod itself count instead of its containers'.
        let hasOwn = !own["requests"].members.isEmpty || !own["limits"].members.isEmpty
        let containers = hasOwn ? [pod.value["spec"]] : pod.value["spec"]["containers"].array + pod.value["spec"]["initContainers"].array
        var hasAny = false
        var isGuaranteed = true
        for container in containers {
            let requests = container["resources"]["requests"]
            let limits = container["resources"]["limits"]
            for name in ["cpu", "memory"] {
                let request = Quantity(requests[name]).flatMap { $0.isZero ? nil : $0 }
                let limit = Quantity(limits[name]).flatMap { $0.isZero ? nil : $0 }
                if request != nil || limit != nil { hasAny = true }
                if limit == nil || (request != nil && request != limit) { isGuaranteed = false }
            }
        }
        return !hasAny ? "BestEffort" : isGuaranteed ? "Guaranteed" : "Burstable"
    }

    static func cgroupParent(_ pod: Pod) -> String {
        switch `class`(of: pod) {
        case "Guaranteed": return "/kubepods/pod\(pod.uid)"
        case "Burstable": return "/kubepods/burstable/pod\(pod.uid)"
        default: return "/kubepods/besteffort/pod\(pod.uid)"
        }
    }
}

/// A short text that changes with a container's specification.
enum SpecHash {
    static func of(_ container: Value) -> String {
        // Only the image of a container can change while its pod lives, beside what is changed in place.
        let text = (container["name"].string ?? "") + "\n" + (container["image"].string ?? "")
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(sum, radix: 16)
    }
}
