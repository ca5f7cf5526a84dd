import APIClient
import ContainerRuntime
#if canImport(Glibc)
import Glibc
#endif
import KubernetesTypes
import Logging
import Objects

/// Tells the API of this node: that it is there, what it has, that it is alive.
struct NodeRegistration: Sendable {
    let settings: KubeletSettings
    let client: APIClient
    let runtime: CRIClient
    let evictions: EvictionRecord
    let volumes: CSIVolumes
    let devices: DevicePlugins
    let logger: Logger

    private static let leaseSeconds: Int64 = 40

    /// Registers and keeps the node's status and lease fresh until cancelled.
    func run() async {
        var reported: Timestamp?
        var last: Value = .null
        while !Task.isCancelled {
            do throws(StatusError) {
                let status = await status()
                let now = Timestamp.now()
                let isDue = reported.map { now.seconds - $0.seconds >= 300 } ?? true
                var isWanted = isDue || stable(status) != stable(last)
                if !isWanted { isWanted = try await !isKnown(status) }
                if isWanted {
                    try await retryingConflicts { () async throws(StatusError) in try await report(status) }
                    reported = now
                    last = status
                }
                try await renewLease()
            } catch {
                logger.warning("the node's status cannot be written", metadata: ["reason": "\(error)"])
                reported = nil
            }
            let isReady = last["conditions"].array.first { $0["type"].string == "Ready" }?["status"].string == "True"
            try? await Task.sleep(for: isReady ? .seconds(10) : .milliseconds(200))
        }
    }

    /// Others write the node too; what was read then is read again.
    private func retryingConflicts(_ work: () async throws(StatusError) -> Void) async throws(StatusError) {
        for _ in 0..<4 {
            do throws(StatusError) {
                return try await work()
            } catch where error.isConflict {
                continue
            }
        }
        try await work()
    }

    /// Whether the API still says of the node what we said: others write its status when our lease was late.
    private func isKnown(_ status: Value) async throws(StatusError) -> Bool {
        do throws(StatusError) {
            let node = try await client.get(Node.self, "", settings.nodeName)
            let known = node.value["status"]["conditions"].array
            return status["conditions"].array.allSatisfy { condition in
                known.contains { $0["type"] == condition["type"] && $0["status"] == condition["status"] }
            } && foreignResources(node.value["status"]["capacity"], status).members.allSatisfy { node.value["status"]["allocatable"][$0.key] == $0.value }
        } catch where error.isNotFound {
            return false
        }
    }

    /// The status without the times of its heartbeats.
    private func stable(_ status: Value) -> Value {
        var status = status
        status["conditions"] = .array(
            status["conditions"].array.map { condition in
                var condition = condition
                condition.remove("lastHeartbeatTime")
                condition.remove("lastTransitionTime")
                return condition
            })
        return status
    }

    private func report(_ status: Value) async throws(StatusError) {
        var labels: Value = [
            "kubernetes.io/hostname": .string(settings.nodeName), "kubernetes.io/os": "linux",
            "kubernetes.io/arch": .string(ImageBuilder.architecture), "beta.kubernetes.io/os": "linux",
            "beta.kubernetes.io/arch": .string(ImageBuilder.architecture),
        ]
        for (key, value) in settings.nodeLabels { labels[key] = .string(value) }
        var node: Node
        do throws(StatusError) {
            node = try await client.get(Node.self, "", settings.nodeName)
            var changed = node
            for entry in labels.members where changed.value["metadata"]["labels"][entry.key] != entry.value {
                changed.value["metadata"]["labels"][entry.key] = entry.value
            }
            let annotations = annotations(changed.annotations)
            if annotations != changed.annotations { changed.annotations = annotations }
            if changed.value["spec"]["podCIDR"].isNull { setCIDR(&changed) }
            if changed.value != node.value { node = try await client.update(changed) }
        } catch where error.isNotFound {
            var new = Node(["metadata": ["name": .string(settings.nodeName), "labels": labels]])
            new.annotations = annotations([:])
            setCIDR(&new)
            node = try await client.create(new)
            logger.info("registered the node", metadata: ["node": "\(settings.nodeName)"])
        }
        var new = node
        var merged = status
        merged["conditions"] = .array(
            status["conditions"].array.map { condition in
                var condition = condition
                let known = node.value["status"]["conditions"].array.first { $0["type"] == condition["type"] }
                if let known, known["status"] == condition["status"] { condition["lastTransitionTime"] = known["lastTransitionTime"] }
                return condition
            })
        for entry in foreignResources(node.value["status"]["capacity"], status).members {
            merged["capacity"][entry.key] = entry.value
            merged["allocatable"][entry.key] = entry.value
        }
        // What others wrote.
        for name in ["volumesAttached", "config"] where node.value["status"].contains(name) { merged[name] = node.value["status"][name] }
        new.value["status"] = merged
        try await client.updateStatus(new)
    }

    /// The node's annotations with those that are its kubelet's.
    private func annotations(_ known: [String: String]) -> [String: String] {
        var annotations = known
        annotations["volumes.kubernetes.io/controller-managed-attach-detach"] = "true"
        annotations[LocalPathNode.rootAnnotation] = LocalPathNode.clean(settings.localPathRoot)
        return annotations
    }

    /// Extended resources that somebody else gave the node by writing its capacity: pods may ask for all of them.
    private func foreignResources(_ capacity: Value, _ own: Value) -> Value {
        var found = Value.emptyObject
        for entry in capacity.members where DeviceInventory.isExtended(entry.key) && own["capacity"][entry.key].isNull { found[entry.key] = entry.value }
        return found
    }

    private func setCIDR(_ node: inout Node) {
        let networks = settings.podCIDR.split(separator: ",").map(String.init)
        if networks.isEmpty { return }
        node.value["spec"]["podCIDR"] = .string(networks.first ?? "")
        node.value["spec"]["podCIDRs"] = Value(networks)
    }

    private func renewLease() async throws(StatusError) {
        let now = Value.string(Timestamp.now().microText)
        do throws(StatusError) {
            try await client.patch(Lease.self, "kube-node-lease", settings.nodeName, ["spec": ["renewTime": now]])
        } catch where error.isNotFound {
            try await client.create(
                Lease([
                    "metadata": ["name": .string(settings.nodeName), "namespace": "kube-node-lease"],
                    "spec": ["holderIdentity": .string(settings.nodeName), "leaseDurationSeconds": .int(Self.leaseSeconds), "renewTime": now],
                ]))
        }
    }

    // MARK: status

    private func status() async -> Value {
        let machine = MachineFacts.read()
        let version = try? await runtime.version()
        let conditions = (try? await runtime.conditions()) ?? [:]
        let problems = ["RuntimeReady", "NetworkReady"].compactMap { type -> String? in
            guard let condition = conditions[type] else { return "container runtime is down" }
            return condition.isTrue ? nil : "container runtime network not ready: \(condition.message)"
        }
        let images = (try? await runtime.images()) ?? []
        let resources = NodeCapacity(machine, maximumPods: settings.maximumPods)
        let inUse = volumes.inUse
        let now = Value.string(Timestamp.now().text)
        let pressures = evictions.conditions
        func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) -> Value {
            [
                "type": .string(type), "status": .string(isTrue ? "True" : "False"), "lastHeartbeatTime": now, "lastTransitionTime": now,
                "reason": .string(reason), "message": .string(message),
            ]
        }
        var status: Value = [
            "capacity": resources.capacity, "allocatable": resources.allocatable,
            "conditions": [
                pressures.contains("MemoryPressure")
                    ? condition("MemoryPressure", true, "KubeletHasInsufficientMemory", "kubelet has insufficient memory available")
                    : condition("MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                pressures.contains("DiskPressure")
                    ? condition("DiskPressure", true, "KubeletHasDiskPressure", "kubelet has disk pressure")
                    : condition("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                pressures.contains("PIDPressure")
                    ? condition("PIDPressure", true, "KubeletHasInsufficientPID", "kubelet has insufficient PID available")
                    : condition("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                problems.isEmpty
                    ? condition("Ready", true, "KubeletReady", "kubelet is posting ready status")
                    : condition("Ready", false, "KubeletNotReady", "[\(problems.joined(separator: ", "))]"),
            ],
            "addresses": .array(
                settings.addresses.map { ["type": "InternalIP", "address": .string($0)] } + [["type": "Hostname", "address": .string(settings.nodeName)]]),
            // What newer pods may need and older kubelets cannot do: the scheduler looks for it.
            "declaredFeatures": ["RestartAllContainersOnContainerExits"],
            "daemonEndpoints": ["kubeletEndpoint": ["Port": Value(settings.port)]],
            "nodeInfo": [
                "machineID": .string(machine.machineID), "systemUUID": .string(machine.machineID), "bootID": .string(machine.bootID),
                "kernelVersion": .string(machine.kernel), "osImage": .string(machine.system),
                "containerRuntimeVersion": .string("\(version?.name ?? "containerd")://\(version?.version ?? "unknown")"),
                "kubeletVersion": "v1.36.2", "kubeProxyVersion": "", "operatingSystem": "linux",
                "architecture": .string(ImageBuilder.architecture),
            ],
            "images": .array(
                images.filter { !$0.digests.isEmpty || !$0.tags.isEmpty }.prefix(50).map { image in
                    ["names": Value(image.digests + image.tags), "sizeBytes": .int(image.size)]
                }),
        ]
        for (resource, capacity, allocatable) in devices.figures {
            status["capacity"][resource] = .string(String(capacity))
            status["allocatable"][resource] = .string(String(allocatable))
        }
        if !inUse.isEmpty { status["volumesInUse"] = Value(inUse) }
        if let offer = try? await runtime.offer() {
            status["features"] = ["supplementalGroupsPolicy": .bool(offer.hasGroupsPolicy)]
            if !offer.handlers.isEmpty {
                status["runtimeHandlers"] = .array(offer.handlers.map { handler in
                    [
                        "name": .string(handler.name),
                        "features": [
                            "recursiveReadOnlyMounts": .bool(handler.mountsReadOnlyRecursively), "userNamespaces": .bool(handler.hasUserNamespaces),
                        ],
                    ]
                })
            }
        }
        return status
    }
}

/// What the node has, and what of it pods may ask for.
struct NodeCapacity {
    let capacity: Value
    let allocatable: Value

    init(_ machine: MachineFacts, maximumPods: Int) {
        var capacity: Value = [
            "cpu": .string(String(machine.processors)), "memory": .string("\(machine.memoryKiB)Ki"),
            "ephemeral-storage": .string("\(machine.diskKiB)Ki"), "pods": .string(String(maximumPods)),
        ]
        for pages in machine.hugePages { capacity[pages.resource] = .string(Quantity(pages.bytes, format: .binarySI).description) }
        self.capacity = capacity
        var allocatable = capacity
        allocatable["memory"] = .string("\(max(machine.memoryKiB - 102_400 - machine.hugePages.reduce(0) { $0 + $1.bytes } / 1024, 0))Ki")
        self.allocatable = allocatable
    }

    static func read() -> NodeCapacity { NodeCapacity(.read(), maximumPods: 0) }
}

/// What this machine is.
struct MachineFacts {
    let processors: Int
    let memoryKiB: Int64
    let diskKiB: Int64
    let machineID: String
    let bootID: String
    let kernel: String
    let system: String
    let hugePages: [HugePages]

    static func read() -> MachineFacts {
        let memory = HostFile.lines("/proc/meminfo").first { $0.hasPrefix("MemTotal:") }?
            .split(separator: " ").compactMap { Int64($0) }.first ?? 0
        var disk = statvfs()
        let hasDisk = statvfs("/", &disk) == 0
        let name = HostFile.lines("/etc/os-release").first { $0.hasPrefix("PRETTY_NAME=") }?
            .dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } ?? "Linux"
        return MachineFacts(
            processors: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), memoryKiB: memory,
            diskKiB: hasDisk ? Int64(disk.f_blocks) * Int64(disk.f_frsize) / 1024 : 0,
            machineID: HostFile.lines("/etc/machine-id").first ?? "", bootID: HostFile.lines("/proc/sys/kernel/random/boot_id").first ?? "",
            kernel: HostFile.lines("/proc/sys/kernel/osrelease").first ?? "", system: String(name), hugePages: HugePages.all())
    }
}
