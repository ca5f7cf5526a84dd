#if canImport(Glibc)
import Glibc
#endif
import Objects

/// What a cgroup has used.
struct CgroupUsage: Sendable, Equatable {
    var cpuNanoseconds: Int64 = 0
    var memory: Int64 = 0
    /// Memory that cannot be taken back without harm: without file pages that nobody used lately.
    var workingSet: Int64 = 0
    var residentSet: Int64 = 0
    var swap: Int64 = 0
    var pageFaults: Int64 = 0
    var majorPageFaults: Int64 = 0
    var processes: Int64 = 0

    private static let root = "/sys/fs/cgroup"

    /// Reads the group at a path below the root of the cgroup tree; `/` is the machine. Nil when there is none.
    static func read(_ path: String) -> CgroupUsage? { PodCgroup.isUnified ? unified(root + path) : legacy(path) }

    private static func number(_ file: String) -> Int64? { HostFile.lines(file).first.flatMap { Int64($0) } }

    private static func table(_ file: String) -> [Substring: Int64] {
        var table: [Substring: Int64] = [:]
        for line in HostFile.lines(file) {
            let words = line.split(separator: " ")
            if words.count == 2, let value = Int64(words[1]) { table[words[0]] = value }
        }
        return table
    }

    private static func unified(_ folder: String) -> CgroupUsage? {
        let cpu = table(folder + "/cpu.stat")
        guard let microseconds = cpu["usage_usec"] else { return nil }
        var usage = CgroupUsage()
        usage.cpuNanoseconds = microseconds * 1000
        let stat = table(folder + "/memory.stat")
        usage.memory = number(folder + "/memory.current") ?? (stat["anon"] ?? 0) + (stat["file"] ?? 0)
        usage.residentSet = stat["anon"] ?? 0
        usage.fill(inactive: stat["inactive_file"], faults: stat["pgfault"], major: stat["pgmajfault"])
        usage.swap = number(folder + "/memory.swap.current") ?? 0
        usage.processes = number(folder + "/pids.current") ?? 0
        return usage
    }

    private static func legacy(_ path: String) -> CgroupUsage? {
        let folder = path == "/" ? "" : path
        guard let memory = number("\(root)/memory\(folder)/memory.usage_in_bytes") else { return nil }
        var usage = CgroupUsage()
        usage.cpuNanoseconds = number("\(root)/cpuacct\(folder)/cpuacct.usage") ?? number("\(root)/cpu,cpuacct\(folder)/cpuacct.usage") ?? 0
        usage.memory = memory
        let stat = table("\(root)/memory\(folder)/memory.stat")
        usage.residentSet = stat["total_rss"] ?? 0
        usage.swap = stat["total_swap"] ?? 0
        usage.fill(inactive: stat["total_inactive_file"], faults: stat["total_pgfault"], major: stat["total_pgmajfault"])
        usage.processes = number("\(root)/pids\(folder)/pids.current") ?? 0
        return usage
    }

    private mutating func fill(inactive: Int64?, faults: Int64?, major: Int64?) {
        workingSet = max(memory - (inactive ?? 0), 0)
        pageFaults = faults ?? 0
        majorPageFaults = major ?? 0
    }

    /// One process of a group; nil when it has none.
    static func process(in path: String) -> Int64? {
        number(PodCgroup.isUnified ? "\(root)\(path)/cgroup.procs" : "\(root)/memory\(path)/cgroup.procs")
    }
}

/// How many nanoseconds of CPU a group used in a second, from one look to the next.
struct CPURates: Sendable {
    private struct Sample {
        let time: Timestamp
        let used: Int64
        let rate: Int64
    }

    private var samples: [String: Sample] = [:]
    /// Looks closer together than this would measure noise.
    private static let shortest = 5.0

    /// `started` is when the group began: the first look gives the mean since then.
    mutating func rate(_ key: String, _ usage: CgroupUsage, started: Timestamp?, now: Timestamp) -> Int64 {
        func seconds(_ from: Timestamp) -> Double { Double(now.seconds - from.seconds) + Double(now.nanoseconds - from.nanoseconds) / 1e9 }
        let known = samples[key].flatMap { $0.used <= usage.cpuNanoseconds ? $0 : nil }
        if let known, seconds(known.time) < Self.shortest { return known.rate }
        let passed = known.map { seconds($0.time) } ?? started.map(seconds) ?? 0
        let used = usage.cpuNanoseconds - (known?.used ?? 0)
        let rate = passed > 0 ? Int64(Double(used) / passed) : 0
        samples[key] = Sample(time: now, used: usage.cpuNanoseconds, rate: rate)
        return rate
    }

    /// Forgets groups that are gone.
    mutating func keep(_ keys: Set<String>) { samples = samples.filter { keys.contains($0.key) } }
}
