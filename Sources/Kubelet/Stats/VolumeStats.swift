#if canImport(Glibc)
import Glibc
#endif
import KubernetesTypes
import Objects

/// How full the volumes of claims are.
struct VolumeStats {
    struct Entry: Sendable {
        let namespace: String
        let claim: String
        let usage: FilesystemUsage
    }

    let settings: KubeletSettings
    /// What drivers say, by the folders of the volumes.
    let drivers: [String: FilesystemUsage]

    /// What is used at a path of a pod's volume; nil of a device whose driver does not tell.
    func usage(_ path: String) -> FilesystemUsage? {
        if let told = drivers[path] { return told }
        return HostFile.kind(path) == S_IFBLK ? nil : FilesystemUsage.of(path)
    }

    /// The claim behind a pod's volume; nil when it has none.
    static func claim(_ volume: String, _ pod: Pod) -> String? {
        guard let entry = pod.value["spec"]["volumes"].array.first(where: { $0["name"].string == volume }) else { return nil }
        return entry["persistentVolumeClaim"]["claimName"].string ?? (entry["ephemeral"].isObject ? "\(pod.name)-\(volume)" : nil)
    }

    /// The claims of running pods, each once.
    func claims(_ pods: [Pod]) -> [Entry] {
        var found: [String: Entry] = [:]
        for pod in pods {
            for (name, path) in PodVolumes.folders(pod, settings) {
                guard let claim = Self.claim(name, pod), found[pod.namespace + "/" + claim] == nil, let usage = usage(path) else { continue }
                found[pod.namespace + "/" + claim] = Entry(namespace: pod.namespace, claim: claim, usage: usage)
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    static func write(_ entries: [Entry], to text: inout MetricsText) {
        func each(_ name: String, _ help: String, _ value: (FilesystemUsage) -> Int64) {
            text.begin("kubelet_volume_stats_" + name, .gauge, "[ALPHA] " + help)
            for entry in entries { text.add([("namespace", entry.namespace), ("persistentvolumeclaim", entry.claim)], Double(value(entry.usage))) }
        }
        if entries.isEmpty { return }
        each("capacity_bytes", "Capacity in bytes of the volume", \.capacity)
        each("available_bytes", "Number of available bytes in the volume", \.available)
        each("used_bytes", "Number of used bytes in the volume", \.used)
        each("inodes", "Maximum number of inodes in the volume", \.inodes)
        each("inodes_free", "Number of free inodes in the volume", \.inodesFree)
        each("inodes_used", "Number of used inodes in the volume", \.inodesUsed)
    }
}

extension Kubelet {
    /// What is known now of how full volumes are.
    func volumeStats() async -> VolumeStats { VolumeStats(settings: settings, drivers: await driverVolumes.usages()) }

    /// The kubelet's own figures, with those of its volumes.
    func metrics() async -> String {
        let running = allRecords.filter { !$0.state.running.isEmpty }.map(\.pod)
        var text = MetricsText()
        VolumeStats.write(await volumeStats().claims(running), to: &text)
        return ownMetrics + text.text
    }
}
