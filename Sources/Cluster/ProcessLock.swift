import Credentials
#if canImport(Glibc)
import Glibc
#endif

/// The file that says which process serves a data directory; held by a lock, so that a crash frees it.
package struct ProcessLock: Sendable {
    private let descriptor: Int32
    private let path: String

    /// Throws when another process serves the directory.
    package init(_ settings: ClusterSettings) throws {
        try PrivateFile.makeFolder(settings.dataDirectory)
        path = settings.processFile
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw ClusterSettings.Problem("another martlet serves \(settings.dataDirectory) already")
        }
        ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        _ = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    package func release() {
        unlink(path)
        close(descriptor)
    }

    /// The process that serves the directory; nil when none does.
    package static func holder(_ settings: ClusterSettings) -> Int32? { holder(file: settings.processFile) }

    static func holder(file: String) -> Int32? {
        let descriptor = open(file, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return nil }
        let text = (try? PrivateFile.read(file)) ?? nil
        return text.flatMap { Int32($0.prefix { $0.isNumber }) }
    }
}
