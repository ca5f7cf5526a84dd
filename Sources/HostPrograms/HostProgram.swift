import CLinux
#if canImport(Glibc)
import Glibc
#endif

/// A program of the host that is started, given its input, and waited for: `nft`, `ip`, `ctr`.
///
/// No shell is involved: arguments go as they are. Input and output pass through unlinked temporary files, so that no
/// amount of either can block.
package struct HostProgram: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(_ description: String) { self.description = description }
    }

    package struct Outcome: Sendable {
        /// What a shell shows: the exit status, or 128 and the number of the signal that ended it.
        package let status: Int32
        package let output: String
        package let errors: String
    }

    package let arguments: [String]

    package init(_ arguments: String...) { self.arguments = arguments }
    package init(_ arguments: [String]) { self.arguments = arguments }

    private var name: String { arguments.first ?? "" }

    /// Runs to the end. Throws when it cannot be started or does not end with status 0; the error carries what it said.
    @discardableResult
    package func run(input: String = "", limit: Duration = .seconds(120)) async throws(Failure) -> String {
        let outcome = try await outcome(input: input, limit: limit)
        guard outcome.status == 0 else {
            let said = outcome.errors.isEmpty ? outcome.output : outcome.errors
            let end = outcome.status > 128 ? "was ended by signal \(outcome.status - 128)" : "ended with status \(outcome.status)"
            throw Failure("\(name) \(end): \(said.prefix(2000))")
        }
        return outcome.output
    }

    /// Runs to the end, whatever the end. Throws when it cannot be started, or takes longer than `limit` and is killed.
    package func outcome(input: String = "", limit: Duration = .seconds(120)) async throws(Failure) -> Outcome {
        let source = try Self.temporaryFile()
        let output = try Self.temporaryFile()
        let errors = try Self.temporaryFile()
        defer { for file in [source, output, errors] { close(file) } }
        try Self.write(Array(input.utf8), to: source)
        lseek(source, 0, SEEK_SET)
        let child = try spawn(files: [source, output, errors], isOwnSession: false)
        let started = ContinuousClock.now
        var pause = Duration.microseconds(500)
        while true {
            var status: Int32 = 0
            let result = waitpid(child, &status, WNOHANG)
            if result == child {
                let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
                return Outcome(status: code, output: Self.text(output), errors: Self.text(errors))
            }
            if result < 0, errno != EINTR { throw Failure("\(name) got lost: \(Self.reason)") }
            if ContinuousClock.now - started > limit {
                kill(child, SIGKILL)
                waitpid(child, &status, 0)
                throw Failure("\(name) did not end within \(limit)")
            }
            // Sleeping goes on when the task is cancelled: the child must not stay behind as a zombie.
            _ = try? await Task.sleep(for: pause)
            if Task.isCancelled { usleep(1000) }
            pause = min(pause * 2, .milliseconds(4))
        }
    }

    /// Starts it in a session of its own, to outlive this process, with its output appended to a log file.
    package func start(log path: String) throws(Failure) -> Int32 {
        let none = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { for file in [none, log] where file >= 0 { close(file) } }
        guard none >= 0, log >= 0 else { throw Failure("cannot write \(path): \(Self.reason)") }
        return try spawn(files: [none, log, log], isOwnSession: true)
    }

    private static var reason: String { String(cString: strerror(errno)) }

    private func spawn(files: [Int32], isOwnSession: Bool) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, file) in files.enumerated() { posix_spawn_file_actions_adddup2(&actions, file, Int32(number)) }
        // A listening socket that a long-lived child inherits would keep our port after our end.
        martlet_spawn_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // `POSIX_SPAWN_SETSID`, which the C library defines only for GNU sources.
        if isOwnSession { posix_spawnattr_setflags(&attributes, 0x80) }
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, name, &actions, &attributes, &pointers, environ)
        guard code == 0 else { throw Failure("cannot start \(name): \(String(cString: strerror(code)))") }
        return child
    }

    private static func temporaryFile() throws(Failure) -> Int32 {
        var path = Array("/tmp/martlet-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw Failure("cannot make a temporary file: \(reason)") }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private static func write(_ bytes: [UInt8], to file: Int32) throws(Failure) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 { throw Failure("cannot write a temporary file: \(reason)") }
            offset += count
        }
    }

    private static func text(_ file: Int32) -> String {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        lseek(file, 0, SEEK_SET)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count <= 0 { break }
            content += chunk[..<count]
        }
        return String(decoding: content, as: UTF8.self)
    }
}
