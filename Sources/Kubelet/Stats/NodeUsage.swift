#if canImport(Glibc)
import Glibc
#endif
import Objects

/// What the whole machine uses.
struct NodeUsage: Sendable {
    var usage = CgroupUsage()
    var rate: Int64 = 0
    var memoryCapacity: Int64 = 0
    /// What new processes can have without harm to others.
    var memoryAvailable: Int64 = 0
    var swapUsed: Int64 = 0
    var swapAvailable: Int64 = 0
    var disk: FilesystemUsage?
    var imageDisk: FilesystemUsage?
    var imageBytes: Int64 = 0
    var processes: Int64 = 0
    var maximumProcesses: Int64 = 0
    var booted = Timestamp(seconds: 0)
    var network = NetworkUsage(lines: [])
    var mainInterface: String?
    /// `pods` and `kubelet`, with their rates.
    var systemContainers: [(name: String, usage: CgroupUsage, rate: Int64)] = []

    /// `root` is the folder of pods' data, `images` that of the runtime.
    static func read(root: String, images: String, _ rates: inout CPURates, now: Timestamp) -> NodeUsage {
        var node = NodeUsage()
        let memory = memoryTable()
        node.memoryCapacity = (memory["MemTotal"] ?? 0) * 1024
        node.swapAvailable = (memory["SwapFree"] ?? 0) * 1024
        node.swapUsed = (memory["SwapTotal"] ?? 0) * 1024 - node.swapAvailable
        node.usage = CgroupUsage.read("/") ?? CgroupUsage()
        readMachine(&node)
        node.usage.swap = node.swapUsed
        // As upstream counts: what is used without inactive file pages.
        let free = (memory["MemFree"] ?? 0) + (memory["Inactive(file)"] ?? 0)
        node.usage.memory = node.memoryCapacity - (memory["MemFree"] ?? 0) * 1024
        node.usage.workingSet = max(node.memoryCapacity - free * 1024, 0)
        node.memoryAvailable = node.memoryCapacity - node.usage.workingSet
        node.rate = rates.rate("/", node.usage, started: node.booted, now: now)
        node.disk = FilesystemUsage.of(root)
        node.imageDisk = FilesystemUsage.of(images) ?? node.disk
        node.network = NetworkUsage(lines: HostFile.lines("/proc/net/dev"))
        node.mainInterface = defaultInterface()
        if let pods = CgroupUsage.read("/kubepods") {
            node.systemContainers.append(("pods", pods, rates.rate("/kubepods", pods, started: node.booted, now: now)))
        }
        return node
    }

    private static func memoryTable() -> [Substring: Int64] {
        var table: [Substring: Int64] = [:]
        for line in HostFile.lines("/proc/meminfo") {
            let words = line.split(separator: " ")
            if words.count >= 2, let value = Int64(words[1]) { table[words[0].dropLast()] = value }
        }
        return table
    }

    private static func readMachine(_ node: inout NodeUsage) {
        var hasCPU = false
        for line in HostFile.lines("/proc/stat") {
            let words = line.split(separator: " ")
            if words.first == "cpu", words.count > 8 {
                // Everything but idle and waiting for disks.
                let ticks = [1, 2, 3, 6, 7, 8].compactMap { Int64(words[$0]) }.reduce(0, +)
                node.usage.cpuNanoseconds = ticks * (1_000_000_000 / Int64(max(sysconf(Int32(_SC_CLK_TCK)), 1)))
                hasCPU = true
            }
            if words.first == "btime", words.count == 2, let seconds = Int64(words[1]) { node.booted = Timestamp(seconds: seconds) }
        }
        if !hasCPU { node.usage.cpuNanoseconds = 0 }
        let load = HostFile.lines("/proc/loadavg").first?.split(separator: " ") ?? []
        if load.count > 3 { node.processes = load[3].split(separator: "/").last.flatMap { Int64($0) } ?? 0 }
        let limits = ["/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max"].compactMap { HostFile.lines($0).first.flatMap { Int64($0) } }
        node.maximumProcesses = limits.min() ?? 0
    }

    /// The interface of the default route.
    private static func defaultInterface() -> String? {
        for line in HostFile.lines("/proc/net/route").dropFirst() {
            let fields = line.split(separator: "\t")
            if fields.count > 1, fields[1] == "00000000" { return String(fields[0]) }
        }
        return nil
    }
}
