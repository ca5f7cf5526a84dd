import ArgumentParser
import Cluster
import Credentials
#if canImport(Glibc)
import Glibc
#endif

/// Starts the same command again as a process of its own, and waits until it is ready.
struct Detachment {
    private let settings: ClusterSettings
    /// What is said when it is up, with the time that this took.
    private let news: @Sendable (Int64) -> String
    // `POSIX_SPAWN_SETSID`, which the C library defines only for GNU sources.
    private static let newSession: Int16 = 0x80
    private static let patience: Duration = .seconds(120)

    init(_ settings: ClusterSettings, news: @escaping @Sendable (Int64) -> String) {
        self.settings = settings
        self.news = news
    }

    func run() async throws {
        if let holder = ProcessLock.holder(settings) {
            throw ClusterSettings.Problem("martlet runs already (process \(holder)) in \(settings.dataDirectory)")
        }
        try PrivateFile.makeFolder(settings.dataDirectory)
        let logPath = settings.dataDirectory + "/martlet.log"
        let started = ContinuousClock.now
        let child = try spawn(logPath)
        while ContinuousClock.now - started < Self.patience {
            var status: Int32 = 0
            if waitpid(child, &status, WNOHANG) == child {
                throw ClusterSettings.Problem("martlet ended while it started; see \(logPath)")
            }
            if (try? PrivateFile.read(settings.dataDirectory + "/ready")) ?? nil != nil {
                let elapsed = ContinuousClock.now - started
                print(news(elapsed.components.seconds * 1000 + elapsed.components.attoseconds / 1_000_000_000_000_000))
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw ClusterSettings.Problem("martlet was not ready within 120 s; see \(logPath)")
    }

    private func spawn(_ logPath: String) throws -> pid_t {
        unlink(settings.dataDirectory + "/ready")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Self.newSession)
        let arguments = ["/proc/self/exe"] + CommandLine.arguments.dropFirst().filter { $0 != "--detach" }
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, "/proc/self/exe", &actions, &attributes, &pointers, environ)
        guard code == 0 else { throw ClusterSettings.Problem("cannot start: \(String(cString: strerror(code)))") }
        return child
    }
}
