import ContainerRuntime
#if canImport(Glibc)
import Glibc
#endif
import KubernetesTypes
import Objects

/// The cgroup above the containers of a pod, with the pod's own limits.
///
/// With v1 it exists once for each controller, with v2 once. It lies where `QualityOfService.cgroupParent` says.
struct PodCgroup {
    private let path: String
    private let resources: ContainerResources

    init(_ pod: Pod) {
        path = QualityOfService.cgroupParent(pod)
        resources = PodResources(pod.value["spec"]).limits
    }

    private static let root = "/sys/fs/cgroup"
    private static let controllers = ["cpu", "memory", "pids", "cpuset", "hugetlb", "io"]

    static var isUnified: Bool { HostFile.exists(root + "/cgroup.controllers") }

    /// What containers get besides their limits under cgroup v2: one that runs out of memory ends whole, and none is swapped out
    /// (upstream's `singleProcessOOMKill: false` and `NoSwap`).
    static var containerFiles: [String: String] {
        var files = ["memory.oom.group": "1"]
        if HostFile.exists(root + "/kubepods/memory.swap.max") { files["memory.swap.max"] = "0" }
        return files
    }

    /// Makes the groups and sets the limits. Throws when the kernel refuses.
    func ensure() throws(HostFile.Failure) {
        if Self.isUnified { try ensureUnified() } else { try ensureLegacy() }
    }

    private func ensureUnified() throws(HostFile.Failure) {
        var current = Self.root
        for part in path.split(separator: "/") {
            let available = Set((HostFile.lines(current + "/cgroup.controllers").first ?? "").split(separator: " ").map(String.init))
            for controller in Self.controllers where available.contains(controller) {
                try? HostFile.append("+\(controller)", to: current + "/cgroup.subtree_control")
            }
            current += "/" + part
            try HostFile.makeFolder(current)
        }
        let available = Set((HostFile.lines(current + "/cgroup.controllers").first ?? "").split(separator: " ").map(String.init))
        for controller in Self.controllers where available.contains(controller) {
            try? HostFile.append("+\(controller)", to: current + "/cgroup.subtree_control")
        }
        try HostFile.append("\(Self.weight(shares: resources.cpuShares))", to: current + "/cpu.weight")
        try HostFile.append(resources.cpuQuota > 0 ? "\(resources.cpuQuota) \(resources.cpuPeriod)" : "max 100000", to: current + "/cpu.max")
        try HostFile.append(resources.memoryLimit > 0 ? "\(resources.memoryLimit)" : "max", to: current + "/memory.max")
    }

    private func ensureLegacy() throws(HostFile.Failure) {
        for controller in ["cpu", "memory"] where HostFile.isFolder("\(Self.root)/\(controller)") {
            try HostFile.makeFolder("\(Self.root)/\(controller)\(path)")
        }
        let cpu = "\(Self.root)/cpu\(path)"
        if HostFile.isFolder(cpu) {
            try HostFile.append("\(max(resources.cpuShares, 2))", to: cpu + "/cpu.shares")
            if HostFile.exists(cpu + "/cpu.cfs_quota_us") {
                try HostFile.append("\(resources.cpuQuota > 0 ? resources.cpuQuota : -1)", to: cpu + "/cpu.cfs_quota_us")
            }
        }
        let memory = "\(Self.root)/memory\(path)"
        if HostFile.exists(memory + "/memory.limit_in_bytes") {
            try HostFile.append("\(resources.memoryLimit > 0 ? resources.memoryLimit : -1)", to: memory + "/memory.limit_in_bytes")
        }
    }

    /// Raises the pod's limits to what is wanted, and lowers none: containers may still have more than they will. Throws when the
    /// kernel refuses.
    func widen() throws(HostFile.Failure) {
        if Self.isUnified {
            let folder = Self.root + path
            try raise(folder + "/memory.max", to: resources.memoryLimit, unlimited: "max")
            let present = (HostFile.lines(folder + "/cpu.max").first ?? "").split(separator: " ").first.flatMap { Int64($0) }
            if resources.cpuQuota <= 0 {
                try HostFile.append("max 100000", to: folder + "/cpu.max")
            } else if let present, present < resources.cpuQuota {
                try HostFile.append("\(resources.cpuQuota) \(resources.cpuPeriod)", to: folder + "/cpu.max")
            }
        } else {
            try raise("\(Self.root)/memory\(path)/memory.limit_in_bytes", to: resources.memoryLimit, unlimited: "-1")
            try raise("\(Self.root)/cpu\(path)/cpu.cfs_quota_us", to: resources.cpuQuota, unlimited: "-1")
        }
    }

    /// Writes a limit that is higher than the present one; 0 means none.
    private func raise(_ file: String, to limit: Int64, unlimited: String) throws(HostFile.Failure) {
        guard HostFile.exists(file) else { return }
        if limit <= 0 { return try HostFile.append(unlimited, to: file) }
        guard let present = HostFile.lines(file).first.flatMap({ Int64($0) }), present >= 0, present < limit else { return }
        try HostFile.append("\(limit)", to: file)
    }

    /// What v2 makes of v1's shares: 2…262144 becomes 1…10000.
    static func weight(shares: Int64) -> Int64 { max(1, min(1 + (max(shares, 2) - 2) * 9999 / 262_142, 10_000)) }

    /// Removes a pod's groups, wherever they are.
    static func remove(_ uid: String) {
        let classes = ["", "/burstable", "/besteffort"]
        let roots = isUnified ? [root] : HostFile.names(in: root).map { root + "/" + $0 }
        for base in roots {
            for name in classes {
                let path = "\(base)/kubepods\(name)/pod\(uid)"
                if HostFile.isFolder(path) { rmdir(path) }
            }
        }
    }
}

/// The resources of a whole pod.
struct PodResources {
    private let spec: Value

    init(_ spec: Value) { self.spec = spec }

    /// Shares and limits of the pod's cgroup: a limit only when every container has one.
    var limits: ContainerResources {
        var result = ContainerResources()
        result.cpuShares = max(2, request("cpu").milli * 1024 / 1000)
        if let cpu = limit("cpu") {
            result.cpuPeriod = 100_000
            result.cpuQuota = max(1000, cpu.milli * 100)
        }
        if let memory = limit("memory") { result.memoryLimit = memory.rounded }
        return result
    }

    /// What the pod asks for, as the scheduler counts it: the sum of its containers, or the largest init container with the
    /// sidecars before it, with the overhead.
    func request(_ name: String) -> Quantity { own("requests", name) ?? sum(name) { Self.request($0, name) ?? .zero } }

    /// What all containers may use together; nil unless each has a limit.
    func limit(_ name: String) -> Quantity? {
        if let own = own("limits", name) { return own }
        let containers = spec["containers"].array + spec["initContainers"].array
        for container in containers where Quantity(container["resources"]["limits"][name]).map({ $0.isZero }) ?? true { return nil }
        return sum(name) { Quantity($0["resources"]["limits"][name]) ?? .zero }
    }

    /// Resources of the pod itself (KEP-2837).
    private func own(_ kind: String, _ name: String) -> Quantity? { Quantity(spec["resources"][kind][name]) }

    static func request(_ container: Value, _ name: String) -> Quantity? {
        Quantity(container["resources"]["requests"][name]) ?? Quantity(container["resources"]["limits"][name])
    }

    private func sum(_ name: String, _ amount: (Value) -> Quantity) -> Quantity {
        var total = spec["containers"].array.reduce(Quantity.zero) { $0 + amount($1) }
        var sidecars = Quantity.zero
        var largest = Quantity.zero
        for container in spec["initContainers"].array {
            if PodContainers.isSidecar(container) {
                sidecars = sidecars + amount(container)
                largest = max(largest, sidecars)
            } else {
                largest = max(largest, sidecars + amount(container))
            }
        }
        total = max(total + sidecars, largest)
        return total + (Quantity(spec["overhead"][name]) ?? .zero)
    }
}
