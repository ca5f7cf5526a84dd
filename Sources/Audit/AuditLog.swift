#if canImport(Glibc)
import Glibc
#endif
package import Logging
import Objects
import Synchronization

/// A log file of one event a line, which is put aside when it is large.
///
/// A line is written before the request goes on, as kube-apiserver does by default: what was answered is in the log.
package final class AuditLog: AuditSink {
    package struct Limits: Sendable {
        /// Bytes after which the file is put aside; 0 for never.
        package var size: Int
        /// Days after which old files go, and how many of them stay; 0 for all.
        package var days: Int
        package var files: Int

        package init(size: Int = 100 << 20, days: Int = 0, files: Int = 0) {
            self.size = size
            self.days = days
            self.files = files
        }
    }

    private struct State {
        var file: Int32 = -1
        var size = 0
        var hasComplained = false
    }

    private let path: String
    private let limits: Limits
    private let logger: Logger
    private let state = Mutex(State())

    /// Throws when the file cannot be written. `-` is standard output.
    package init(path: String, limits: Limits, logger: Logger) throws(AuditPolicy.Problem) {
        self.path = path
        self.limits = limits
        self.logger = logger
        let opened = state.withLock { open(&$0) }
        if !opened { throw AuditPolicy.Problem(description: "the audit log \(path) cannot be written: \(String(cString: strerror(errno)))") }
    }

    private func open(_ state: inout State) -> Bool {
        if path == "-" {
            state.file = 1
            return true
        }
        state.file = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        var status = stat()
        if state.file >= 0, fstat(state.file, &status) == 0 { state.size = Int(status.st_size) }
        return state.file >= 0
    }

    package func write(_ event: [UInt8]) {
        let line = event + [UInt8(ascii: "\n")]
        state.withLock { state in
            if limits.size > 0, state.size > 0, state.size + line.count > limits.size, path != "-" { rotate(&state) }
            if state.file < 0, !open(&state) { return complain(&state) }
            var offset = 0
            while offset < line.count {
                let count = line[offset...].withUnsafeBytes { Glibc.write(state.file, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return complain(&state) }
                offset += count
            }
            state.size += line.count
            state.hasComplained = false
        }
    }

    /// Once, until it works again: the log that complains lies on the same disk as a rule.
    private func complain(_ state: inout State) {
        if !state.hasComplained {
            logger.error("the audit log cannot be written", metadata: ["path": "\(path)", "reason": "\(String(cString: strerror(errno)))"])
        }
        state.hasComplained = true
    }

    /// `audit.log` becomes `audit-2026-11-27T08-00-00.123.log`.
    private func rotate(_ state: inout State) {
        Glibc.close(state.file)
        state.file = -1
        state.size = 0
        let now = Timestamp.now()
        let time = now.text.dropLast().map { $0 == ":" ? "-" : $0 }
        let milliseconds = String(Int(now.nanoseconds) / 1_000_000 + 1000).dropFirst()
        let (stem, ending) = parts
        rename(path, "\(stem)-\(String(time)).\(milliseconds)\(ending)")
        prune(now)
    }

    private var parts: (stem: String, ending: String) {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return (path, "") }
        let ending = String(name[dot...])
        return (String(path.dropLast(ending.count)), ending)
    }

    private func prune(_ now: Timestamp) {
        let (stem, ending) = parts
        let folder = stem.contains("/") ? String(stem[..<(stem.lastIndex(of: "/") ?? stem.startIndex)]) : "."
        let prefix = (stem.split(separator: "/").last.map(String.init) ?? "") + "-"
        guard let listing = opendir(folder.isEmpty ? "/" : folder) else { return }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name.hasPrefix(prefix), name.hasSuffix(ending) { names.append(name) }
        }
        // Their names are times.
        for (age, name) in names.sorted(by: >).enumerated() {
            var status = stat()
            let isTooOld = limits.days > 0 && stat("\(folder)/\(name)", &status) == 0
                && now.seconds - Int64(status.st_mtim.tv_sec) > Int64(limits.days) * 86_400
            if isTooOld || (limits.files > 0 && age >= limits.files) { unlink("\(folder)/\(name)") }
        }
    }

    package func close() async {
        state.withLock { state in
            if state.file > 2 { Glibc.close(state.file) }
            state.file = -1
        }
    }
}
