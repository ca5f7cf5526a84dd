#if canImport(Glibc)
import Glibc
#endif
import Objects

/// How full a file system is, and how much of it one folder takes.
struct FilesystemUsage: Sendable, Equatable {
    var capacity: Int64 = 0
    var available: Int64 = 0
    var used: Int64 = 0
    var inodes: Int64 = 0
    var inodesFree: Int64 = 0
    var inodesUsed: Int64 = 0

    /// The file system that holds a path; nil when nothing is there.
    static func of(_ path: String) -> FilesystemUsage? {
        var info = statvfs()
        guard statvfs(path, &info) == 0 else { return nil }
        let block = Int64(info.f_frsize)
        var usage = FilesystemUsage()
        usage.capacity = Int64(info.f_blocks) * block
        usage.available = Int64(info.f_bavail) * block
        usage.used = (Int64(info.f_blocks) - Int64(info.f_bfree)) * block
        usage.inodes = Int64(info.f_files)
        usage.inodesFree = Int64(info.f_ffree)
        usage.inodesUsed = usage.inodes - usage.inodesFree
        return usage
    }

    /// The same file system with what a part of it uses.
    func with(used: Int64, inodes: Int64) -> FilesystemUsage {
        var copy = self
        copy.used = used
        copy.inodesUsed = inodes
        return copy
    }

    /// Bytes on disk and entries of a folder with all below it, on its own file system; links are not followed.
    static func folder(_ path: String) -> (bytes: Int64, inodes: Int64) {
        var info = stat()
        guard lstat(path, &info) == 0 else { return (0, 0) }
        return size(path, info, device: info.st_dev, depth: 0)
    }

    private static func size(_ path: String, _ info: stat, device: dev_t, depth: Int) -> (bytes: Int64, inodes: Int64) {
        var total = (bytes: Int64(info.st_blocks) * 512, inodes: Int64(1))
        guard info.st_mode & S_IFMT == S_IFDIR, depth < 128 else { return total }
        for name in HostFile.names(in: path) {
            var entry = stat()
            guard lstat(path + "/" + name, &entry) == 0, entry.st_dev == device else { continue }
            let part = size(path + "/" + name, entry, device: device, depth: depth + 1)
            total.bytes += part.bytes
            total.inodes += part.inodes
        }
        return total
    }

    func value(_ time: Value) -> Value {
        [
            "time": time, "availableBytes": .int(available), "capacityBytes": .int(capacity), "usedBytes": .int(used),
            "inodesFree": .int(inodesFree), "inodes": .int(inodes), "inodesUsed": .int(inodesUsed),
        ]
    }
}

/// What went through the interfaces of a network namespace.
struct NetworkUsage: Sendable, Equatable {
    struct Interface: Sendable, Equatable {
        let name: String
        let received: Int64
        let receiveErrors: Int64
        let sent: Int64
        let sendErrors: Int64

        var value: Value {
            [
                "name": .string(name), "rxBytes": .int(received), "rxErrors": .int(receiveErrors), "txBytes": .int(sent),
                "txErrors": .int(sendErrors),
            ]
        }
    }

    let interfaces: [Interface]

    /// Reads a table as `/proc/PID/net/dev` has it; the loopback device is left out.
    init(lines: [String]) {
        interfaces = lines.compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            let name = parts[0].filter { $0 != " " }
            let numbers = parts[1].split(separator: " ").compactMap { Int64($0) }
            guard name != "lo", numbers.count >= 11 else { return nil }
            return Interface(name: name, received: numbers[0], receiveErrors: numbers[2], sent: numbers[8], sendErrors: numbers[10])
        }
    }

    /// Of the network namespace of a process.
    static func of(process: Int64) -> NetworkUsage { NetworkUsage(lines: HostFile.lines("/proc/\(process)/net/dev")) }

    /// The figures of the main interface, with all of them.
    func value(_ time: Value, main: String?) -> Value? {
        guard let first = interfaces.first(where: { $0.name == main }) ?? interfaces.first else { return nil }
        var value: Value = ["time": time]
        for entry in first.value.members { value[entry.key] = entry.value }
        value["interfaces"] = .array(interfaces.map(\.value))
        return value
    }
}
