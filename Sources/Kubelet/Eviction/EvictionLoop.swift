import APIClient
import ContainerRuntime
import KubernetesTypes
import Logging
import Objects
import Synchronization

/// What the rest of the kubelet knows of evictions.
final class EvictionRecord: Sendable {
    private let pressures = Mutex<Set<String>>([])
    private let evicted = Mutex<[String: Int]>([:])

    /// The node's conditions that hold now, such as `MemoryPressure`.
    var conditions: Set<String> { pressures.withLock { $0 } }
    /// Evictions, by signal.
    var counts: [String: Int] { evicted.withLock { $0 } }

    func set(_ conditions: Set<String>) { pressures.withLock { $0 = conditions } }
    func count(_ signal: String) { evicted.withLock { $0[signal, default: 0] += 1 } }
}

/// Ends pods when the node runs short, one after the other, and those that use more of its disk than they may.
struct EvictionLoop: Sendable {
    let kubelet: Kubelet
    let garbage: ImageGarbage

    private static let pause: Duration = .seconds(10)

    /// Looks until cancelled.
    func run() async {
        var pressure = NodePressure(kubelet.settings.evictionThresholds)
        var rates = CPURates()
        while !Task.isCancelled {
            let images = await kubelet.imageFolder().path
            let observation = EvictionObservation(NodeUsage.read(root: kubelet.settings.root, images: images, &rates, now: .now()))
            let broken = pressure.observe(observation, now: .now())
            kubelet.evictions.set(pressure.conditions(now: .now()))
            await keepLimits()
            if let first = broken.first, let level = observation.levels[first.signal] { await relieve(first, level, images, &rates) }
            try? await Task.sleep(for: Self.pause)
        }
    }

    /// Removes what nobody needs; when that was not enough, the first of the pods.
    private func relieve(_ threshold: EvictionThreshold, _ level: EvictionObservation.Level, _ images: String, _ rates: inout CPURates) async {
        if threshold.signal.isDisk {
            await garbage.removeAll()
            let after = EvictionObservation(NodeUsage.read(root: kubelet.settings.root, images: images, &rates, now: .now()))
            if let left = after.levels[threshold.signal], left.available >= threshold.least(of: left.capacity) { return }
        }
        let (_, pods) = await kubelet.usage(withDisks: threshold.signal.isDisk)
        let candidates = pods.map { candidate($0, threshold.signal) }
        guard let victim = EvictionRanking.order(candidates, for: threshold.signal).first else { return }
        kubelet.evictions.count(threshold.signal.rawValue)
        kubelet.evict(victim.pod, EvictionRanking.message(threshold, level, victim))
    }

    private func candidate(_ usage: PodUsage, _ signal: EvictionSignal) -> EvictionCandidate {
        let spec = usage.pod.value["spec"]
        let name = signal == .memory ? "memory" : "ephemeral-storage"
        let containers = usage.containers.map { container in
            let specification = PodContainers(spec).container(container.name) ?? .null
            let requested = PodResources.request(specification, name)?.rounded ?? 0
            let used = signal == .memory ? container.usage.workingSet : container.disk?.bytes ?? 0
            return (container.name, used, requested)
        }
        switch signal {
        case .memory:
            return EvictionCandidate(
                pod: usage.pod, used: usage.usage.workingSet, requested: PodResources(spec).request("memory").rounded, containers: containers)
        case .processes: return EvictionCandidate(pod: usage.pod, used: usage.usage.processes, requested: 0, containers: [])
        default:
            let volumes = PodVolumes.folders(usage.pod, kubelet.settings).reduce(Int64(0)) { $0 + FilesystemUsage.folder($1.path).bytes }
            let own = containers.reduce(volumes) { $0 + $1.1 }
            return EvictionCandidate(pod: usage.pod, used: own, requested: PodResources(spec).request("ephemeral-storage").rounded, containers: containers)
        }
    }

    /// Ends pods that use more of the disk than they said they would.
    private func keepLimits() async {
        let concerned = kubelet.allRecords.filter { StorageLimits.concerns($0.pod) && !$0.state.running.isEmpty }
        if concerned.isEmpty { return }
        let disks = (try? await kubelet.runtime.containerDisks()) ?? [:]
        for record in concerned {
            let (pod, state) = (record.pod, record.state)
            var folders: [String: Int64] = [:]
            for (name, path) in PodVolumes.folders(pod, kubelet.settings) { folders[name] = FilesystemUsage.folder(path).bytes }
            var containers: [String: Int64] = [:]
            for details in state.running {
                let logs = FilesystemUsage.folder("\(kubelet.settings.logFolder(pod.namespace, pod.name, pod.uid))/\(details.name)")
                containers[details.name] = (disks[details.id]?.bytes ?? 0) + logs.bytes
            }
            guard let why = StorageLimits.violation(pod, folders: folders, containers: containers) else { continue }
            kubelet.evictions.count("ephemeralstorage")
            kubelet.evict(pod, why)
        }
    }
}

extension Kubelet {
    /// Ends a pod at once, for the node's sake.
    func evict(_ pod: Pod, _ message: String) {
        guard let record = record(pod.uid) else { return }
        let isNew = record.content.withLock { content in
            if content.hasEnded { return false }
            content.memory.failure = Waiting(reason: "Evicted", message: message)
            content.memory.endGrace = 1
            content.hasEnded = true
            return true
        }
        guard isNew else { return }
        recorder.record(pod, type: "Warning", reason: "Evicted", message: message)
        logger.warning("evicted a pod", metadata: ["pod": "\(pod.namespace)/\(pod.name)", "reason": "\(message)"])
        interrupt(pod.uid)
    }
}
