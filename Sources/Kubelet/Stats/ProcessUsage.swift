#if canImport(Glibc)
import Glibc
#endif

/// What this process uses.
struct ProcessUsage {
    var cpuSeconds = 0.0
    var residentBytes: Int64 = 0
    /// Seconds since 1970.
    var started = 0.0
    var openFiles = 0

    static func read() -> ProcessUsage {
        var usage = ProcessUsage()
        // The command's name, in brackets, may contain anything.
        let line = HostFile.lines("/proc/self/stat").first ?? ""
        guard let end = line.lastIndex(of: ")") else { return usage }
        let fields = line[line.index(after: end)...].split(separator: " ")
        let ticks = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
        func field(_ position: Int) -> Double { position < fields.count ? Double(fields[position]) ?? 0 : 0 }
        usage.cpuSeconds = (field(11) + field(12)) / ticks
        usage.residentBytes = Int64(field(21)) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        let booted = HostFile.lines("/proc/stat").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) } ?? 0
        usage.started = booted + field(19) / ticks
        usage.openFiles = HostFile.names(in: "/proc/self/fd").count
        return usage
    }
}
