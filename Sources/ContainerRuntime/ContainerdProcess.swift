#if canImport(Glibc)
import Glibc
#endif
import HostPrograms
package import Logging

/// A containerd of the cluster's own: its root, state and socket lie in the cluster's folders.
///
/// It outlives martlet, so that containers go on while martlet restarts; the next start finds it by its socket.
package struct ContainerdProcess: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let socket: String
    private let root: String
    private let logger: Logger

    /// `root` is the folder for everything. Unix socket paths are short, so the socket lies under /run.
    package init(root: String, name: String, logger: Logger) {
        self.root = root
        self.logger = logger
        socket = "/run/martlet/\(name)/containerd.sock"
    }

    /// Where its socket and the state of running containers lie.
    package var stateFolder: String { String(socket.dropLast("/containerd.sock".count)) }

    package var isRunning: Bool { Self.answers(socket) }

    /// Whether containers run that it started, also when it is gone itself.
    package var hasContainers: Bool {
        guard let folder = opendir(stateFolder + "/state/io.containerd.runtime.v2.task/k8s.io") else { return false }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { return true }
        }
        return false
    }

    /// Ends it. Containers end with their sandboxes, not with it.
    package func stop() async {
        guard let holder = await holder() else { return }
        kill(holder, SIGTERM)
        for _ in 0..<250 where kill(holder, 0) == 0 { try? await Task.sleep(for: .milliseconds(20)) }
        if kill(holder, 0) == 0 { kill(holder, SIGKILL) }
    }

    /// The process that runs with our configuration; found anew each time, since process numbers are used again.
    private func holder() async -> Int32? {
        guard let outcome = try? await HostProgram("pgrep", "-f", "^containerd --config \(root)/config.toml$").outcome() else { return nil }
        return outcome.output.split(separator: "\n").first.flatMap { pid_t($0) }
    }

    /// Starts it again whenever it is gone, until cancelled. `child` is what `start` gave.
    package func supervise(_ child: Int32?, networkFolder: String, pluginFolder: String) async {
        var child = child
        var pause = Duration.seconds(1)
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            if Task.isCancelled { return }
            if isRunning {
                pause = .seconds(1)
                continue
            }
            logger.warning("containerd is gone")
            var status: Int32 = 0
            if let child { waitpid(child, &status, WNOHANG) }
            do {
                child = try await start(networkFolder: networkFolder, pluginFolder: pluginFolder)
            } catch {
                logger.error("containerd cannot be started", metadata: ["reason": "\(error)"])
                pause = min(pause * 2, .seconds(30))
            }
        }
    }

    /// Makes sure that it runs; gives the process if it had to be started. `networkFolder` holds the CNI configuration.
    package func start(networkFolder: String, pluginFolder: String) async throws -> Int32? {
        for folder in [root, stateFolder] { try Self.makeFolder(folder) }
        let configuration = """
            version = 2
            root = "\(root)/root"
            state = "\(stateFolder)/state"
            oom_score = -999
            [grpc]
              address = "\(socket)"
            [plugins."io.containerd.grpc.v1.cri"]
              sandbox_image = "\(PauseImage.name)"
              stream_server_address = "127.0.0.1"
              stream_server_port = "0"
              # Where we may not lower scores (no CAP_SYS_RESOURCE), containers start all the same.
              restrict_oom_score_adj = true
              [plugins."io.containerd.grpc.v1.cri".containerd]
                snapshotter = "overlayfs"
                default_runtime_name = "runc"
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                  runtime_type = "io.containerd.runc.v2"
                  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                    SystemdCgroup = false
              [plugins."io.containerd.grpc.v1.cri".registry]
                # Mirrors and authorities of registries: NAME/hosts.toml, the cluster's own before the machine's.
                config_path = "\(root)/certs.d:/etc/containerd/certs.d"
              [plugins."io.containerd.grpc.v1.cri".cni]
                bin_dir = "\(pluginFolder)"
                conf_dir = "\(networkFolder)"
                max_conf_num = 1
            """
        try Self.write(configuration, to: root + "/config.toml")
        if Self.answers(socket) { return nil }
        logger.info("starting containerd", metadata: ["socket": "\(socket)"])
        let child = try HostProgram("containerd", "--config", root + "/config.toml").start(log: root + "/containerd.log")
        for _ in 0..<1500 {
            if Self.answers(socket) { return child }
            var status: Int32 = 0
            if waitpid(child, &status, WNOHANG) == child {
                throw Failure(description: "containerd ended while it started; see \(root)/containerd.log")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Failure(description: "containerd does not answer on \(socket)")
    }

    /// Brings an image archive into the runtime's store.
    package func importImage(_ path: String) async throws {
        do {
            try await HostProgram("ctr", "-a", socket, "-n", "k8s.io", "images", "import", "--all-platforms", path).run()
        } catch {
            throw Failure(description: "the image cannot be imported: \(error)")
        }
    }

    package func importImage(bytes: [UInt8]) async throws {
        let path = root + "/import-\(UInt64.random(in: .min ... .max)).tar"
        try Self.write(bytes, to: path)
        defer { unlink(path) }
        try await importImage(path)
    }

    private static func answers(_ socket: String) -> Bool {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(socket.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private static func makeFolder(_ path: String) throws {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o755) != 0, errno != EEXIST { throw Failure(description: "cannot create \(made): \(String(cString: strerror(errno)))") }
        }
    }

    private static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw Failure(description: "cannot write \(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 { throw Failure(description: "cannot write \(path): \(String(cString: strerror(errno)))") }
            offset += count
        }
    }
}
