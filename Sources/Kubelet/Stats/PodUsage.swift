import ContainerRuntime
import KubernetesTypes
import Objects

/// What a pod uses, as its cgroups and folders tell.
struct PodUsage: Sendable {
    struct Container: Sendable {
        let name: String
        let details: ContainerDetails
        let usage: CgroupUsage
        let rate: Int64
        let disk: ContainerDiskUsage?
        let cgroup: String
    }

    let pod: Pod
    let usage: CgroupUsage
    let rate: Int64
    let containers: [Container]
    let network: NetworkUsage?
    let cgroup: String
    let started: Timestamp?
}

/// Reads what pods use now.
struct UsageReader {
    let settings: KubeletSettings
    let disks: [String: ContainerDiskUsage]
    let now: Timestamp

    /// Nil for a pod that has no cgroup any more.
    func pod(_ pod: Pod, _ state: PodRuntimeState, _ rates: inout CPURates) -> PodUsage? {
        let cgroup = QualityOfService.cgroupParent(pod)
        guard let usage = CgroupUsage.read(cgroup) else { return nil }
        let started = pod.value["status"]["startTime"].string.flatMap { Timestamp($0) }
        let running = state.running.sorted { $0.name < $1.name }
        let containers: [PodUsage.Container] = running.compactMap { details in
            let path = cgroup + "/" + details.id
            guard let used = CgroupUsage.read(path) else { return nil }
            let rate = rates.rate(path, used, started: RuntimeTime.timestamp(details.startedAt), now: now)
            return PodUsage.Container(name: details.name, details: details, usage: used, rate: rate, disk: disks[details.id], cgroup: path)
        }
        var network: NetworkUsage?
        if pod.value["spec"]["hostNetwork"].bool != true, let sandbox = state.sandbox, let process = CgroupUsage.process(in: cgroup + "/" + sandbox.id) {
            network = .of(process: process)
        }
        return PodUsage(
            pod: pod, usage: usage, rate: rates.rate(cgroup, usage, started: started, now: now), containers: containers, network: network,
            cgroup: cgroup, started: started)
    }
}
