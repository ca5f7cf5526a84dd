#if canImport(Glibc)
import Glibc
#endif

/// The `process_*` metrics that every Prometheus client has, read from `/proc/self`.
package enum ProcessMetrics {
    package static func collect(_ writer: inout MetricWriter) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        // The name in brackets may hold anything; the figures follow its end.
        let stat = read("/proc/self/stat")
        let fields = stat.lastIndex(of: ")").map { stat[stat.index(after: $0)...].split(separator: " ") } ?? []
        func field(_ number: Int) -> Double { number - 3 < fields.count ? Double(fields[number - 3]) ?? 0 : 0 }
        write(&writer, "process_cpu_seconds_total", .counter, "Seconds of CPU that the process has used.", (field(14) + field(15)) / ticks)
        write(&writer, "process_resident_memory_bytes", .gauge, "Resident memory in bytes.", field(24) * Double(page))
        write(&writer, "process_virtual_memory_bytes", .gauge, "Virtual memory in bytes.", field(23))
        write(&writer, "process_start_time_seconds", .gauge, "When the process started, in seconds since 1970.", bootTime() + field(22) / ticks)
        write(&writer, "process_threads", .gauge, "Threads of the process.", field(20))
        write(&writer, "process_open_fds", .gauge, "Open file descriptors.", Double(openFiles()))
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            write(&writer, "process_max_fds", .gauge, "How many file descriptors may be open.", Double(limit.rlim_cur))
        }
    }

    private static func write(_ writer: inout MetricWriter, _ name: String, _ kind: MetricWriter.Kind, _ help: String, _ value: Double) {
        writer.begin(name, kind, help)
        writer.sample(name, [], value)
    }

    private static func bootTime() -> Double {
        for line in read("/proc/stat").split(separator: "\n") where line.hasPrefix("btime ") { return Double(line.dropFirst(6)) ?? 0 }
        return 0
    }

    private static func openFiles() -> Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // `.`, `..` and the folder itself.
        return max(count - 3, 0)
    }

    private static func read(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
