import Cluster
import Credentials
#if canImport(Glibc)
import Glibc
#endif

/// The file that says which process serves a data directory; held by a lock, so that a crash frees it.
struct ProcessLock {
    private let descriptor: Int32
    private let path: String

    /// Throws when another process serves the directory.
    init(_ settings: ClusterSettings) throws {
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

    func release() {
        unlink(path)
        close(descriptor)
    }

    /// The process that serves the directory; nil when none does.
    static func holder(_ settings: ClusterSettings) -> Int32? {
        let descriptor = open(settings.processFile, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return nil }
        let text = (try? PrivateFile.read(settings.processFile)) ?? nil
        return text.flatMap { Int32($0.prefix { $0.isNumber }) }
    }
}
