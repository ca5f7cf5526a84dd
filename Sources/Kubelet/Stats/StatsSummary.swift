import ContainerRuntime
import KubernetesTypes
import Objects

/// The document at `/stats/summary`.
struct StatsSummary {
    let settings: KubeletSettings
    let now: Timestamp
    /// Leaves out disks and networks, which cost more to find out.
    let isBrief: Bool
    let volumes: VolumeStats

    private var time: Value { .string(now.text) }

    func value(node: NodeUsage, pods: [PodUsage]) -> Value {
        ["node": self.node(node), "pods": .array(pods.map(pod))]
    }

    private func cpu(_ usage: CgroupUsage, _ rate: Int64) -> Value {
        ["time": time, "usageNanoCores": .int(rate), "usageCoreNanoSeconds": .int(usage.cpuNanoseconds)]
    }

    private func memory(_ usage: CgroupUsage, limit: Int64? = nil) -> Value {
        var value: Value = ["time": time]
        if let limit, limit > 0 { value["availableBytes"] = .int(max(limit - usage.workingSet, 0)) }
        value["usageBytes"] = .int(usage.memory)
        value["workingSetBytes"] = .int(usage.workingSet)
        value["rssBytes"] = .int(usage.residentSet)
        value["pageFaults"] = .int(usage.pageFaults)
        value["majorPageFaults"] = .int(usage.majorPageFaults)
        return value
    }

    private func swap(_ usage: CgroupUsage) -> Value { ["time": time, "swapUsageBytes": .int(usage.swap)] }

    private func node(_ usage: NodeUsage) -> Value {
        var value: Value = [
            "nodeName": .string(settings.nodeName), "startTime": .string(usage.booted.text), "cpu": cpu(usage.usage, usage.rate),
            "memory": memory(usage.usage, limit: usage.memoryCapacity),
        ]
        value["systemContainers"] = .array(
            usage.systemContainers.map { name, used, rate in
                ["name": .string(name), "startTime": .string(usage.booted.text), "cpu": cpu(used, rate), "memory": memory(used)]
            })
        if isBrief { return value }
        value.set("network", usage.network.value(time, main: usage.mainInterface))
        if let disk = usage.disk { value["fs"] = disk.value(time) }
        if let images = usage.imageDisk {
            value["runtime"] = ["imageFs": images.with(used: usage.imageBytes, inodes: images.inodesUsed).value(time), "containerFs": images.value(time)]
        }
        value["rlimit"] = ["time": time, "maxpid": .int(usage.maximumProcesses), "curproc": .int(usage.processes)]
        value["swap"] = ["time": time, "swapAvailableBytes": .int(usage.swapAvailable), "swapUsageBytes": .int(usage.swapUsed)]
        return value
    }

    private func pod(_ usage: PodUsage) -> Value {
        let pod = usage.pod
        var value: Value = [
            "podRef": ["name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(pod.uid)],
            "startTime": .string((usage.started ?? now).text), "containers": .array(usage.containers.map { container($0, pod) }),
            "cpu": cpu(usage.usage, usage.rate), "memory": memory(usage.usage, limit: PodResources(pod.value["spec"]).limits.memoryLimit),
            "process_stats": ["process_count": .int(usage.usage.processes)], "swap": swap(usage.usage),
        ]
        if isBrief { return value }
        value.set("network", usage.network?.value(time, main: "eth0"))
        addDisks(&value, usage)
        return value
    }

    private func container(_ container: PodUsage.Container, _ pod: Pod) -> Value {
        let specification = PodContainers(pod.value["spec"]).container(container.name) ?? .null
        let limit = Quantity(specification["resources"]["limits"]["memory"])?.rounded
        var value: Value = [
            "name": .string(container.name), "startTime": RuntimeTime.text(container.details.startedAt),
            "cpu": cpu(container.usage, container.rate), "memory": memory(container.usage, limit: limit), "swap": swap(container.usage),
        ]
        guard !isBrief, let disk = FilesystemUsage.of(settings.root) else { return value }
        value["rootfs"] = disk.with(used: container.disk?.bytes ?? 0, inodes: container.disk?.inodes ?? 0).value(time)
        let logs = FilesystemUsage.folder("\(settings.logFolder(pod.namespace, pod.name, pod.uid))/\(container.name)")
        value["logs"] = disk.with(used: logs.bytes, inodes: logs.inodes).value(time)
        return value
    }

    /// Volumes, and all that a pod takes of the node's own disk.
    private func addDisks(_ value: inout Value, _ usage: PodUsage) {
        guard let disk = FilesystemUsage.of(settings.root) else { return }
        var total = (bytes: Int64(0), inodes: Int64(0))
        var volumes: [Value] = []
        for (name, path) in PodVolumes.folders(usage.pod, settings) {
            guard let own = self.volumes.usage(path) else { continue }
            let isOwnDisk = self.volumes.drivers[path] != nil || own.capacity != disk.capacity || own.inodes != disk.inodes
            let part = isOwnDisk ? (bytes: 0, inodes: 0) : FilesystemUsage.folder(path)
            if !isOwnDisk {
                total.bytes += part.bytes
                total.inodes += part.inodes
            }
            var volume = (isOwnDisk ? own : own.with(used: part.bytes, inodes: part.inodes)).value(time)
            volume["name"] = .string(name)
            if let claim = VolumeStats.claim(name, usage.pod) {
                volume["pvcRef"] = ["name": .string(claim), "namespace": .string(usage.pod.namespace)]
            }
            volumes.append(volume)
        }
        if !volumes.isEmpty { value["volume"] = .array(volumes) }
        for container in value["containers"].array {
            for part in ["rootfs", "logs"] {
                total.bytes += container[part]["usedBytes"].int ?? 0
                total.inodes += container[part]["inodesUsed"].int ?? 0
            }
        }
        value["ephemeral-storage"] = disk.with(used: total.bytes, inodes: total.inodes).value(time)
    }
}
