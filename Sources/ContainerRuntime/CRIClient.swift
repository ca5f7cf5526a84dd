import GRPCCalls
import NIOPosix
import Objects

/// The container runtime, over CRI v1 on its Unix socket.
package final class CRIClient: Sendable {
    private let connection: GRPCConnection

    /// Connects to `socket` when it is first asked, and again when the runtime was away.
    package init(socket: String) {
        connection = GRPCConnection(.unix(socket), group: MultiThreadedEventLoopGroup.singleton)
    }

    package func close() { connection.close() }

    private func call(
        _ service: String, _ method: String, timeout: Duration = .seconds(120), _ fill: (inout WireMessage) -> Void = { _ in }
    ) async throws(RuntimeError) -> WireFields {
        try await send("runtime.v1.\(service)/\(method)", WireMessage.build(fill), timeout)
    }

    /// Asks one of containerd's own services, in the namespace of CRI's containers.
    func askContainerd(_ service: String, _ method: String, _ request: WireMessage) async throws(RuntimeError) -> WireFields {
        try await send("containerd.services.\(service)/\(method)", request, .seconds(60), [("containerd-namespace", "k8s.io")])
    }

    private func send(
        _ method: String, _ request: WireMessage, _ timeout: Duration, _ headers: [(String, String)] = []
    ) async throws(RuntimeError) -> WireFields {
        do {
            return WireFields(try await connection.unary(method, request.bytes, timeout: timeout, headers: headers))
        } catch {
            throw RuntimeError(code: error.code.rawValue, error.message)
        }
    }

    private static let runtime = "RuntimeService"
    private static let images = "ImageService"

    /// The runtime's name and version.
    package func version() async throws(RuntimeError) -> (name: String, version: String) {
        let answer = try await call(Self.runtime, "Version", timeout: .seconds(5))
        return (answer.text(2), answer.text(3))
    }

    /// The conditions that the runtime reports, by type (`RuntimeReady`, `NetworkReady`).
    package func conditions() async throws(RuntimeError) -> [String: (isTrue: Bool, message: String)] {
        let answer = try await call(Self.runtime, "Status", timeout: .seconds(10))
        return Dictionary(
            answer.message(1).messages(1).map { ($0.text(1), ($0.bool(2), $0.text(4))) }, uniquingKeysWith: { $1 })
    }

    /// What the runtime can do beyond what all can.
    package func offer() async throws(RuntimeError) -> RuntimeOffer {
        let answer = try await call(Self.runtime, "Status", timeout: .seconds(10))
        return RuntimeOffer(
            hasGroupsPolicy: answer.message(4).bool(1),
            handlers: answer.messages(3).map { handler in
                let features = handler.message(2)
                return RuntimeOffer.Handler(
                    name: handler.text(1), mountsReadOnlyRecursively: features.bool(1), hasUserNamespaces: features.bool(2))
            })
    }

    // MARK: sandboxes

    package func runSandbox(_ config: SandboxConfig, handler: String = "") async throws(RuntimeError) -> String {
        try await call(Self.runtime, "RunPodSandbox", timeout: .seconds(240)) {
            $0.set(1, config.wire)
            $0.set(2, handler)
        }.text(1)
    }

    package func stopSandbox(_ id: String) async throws(RuntimeError) { _ = try await call(Self.runtime, "StopPodSandbox") { $0.set(1, id) } }

    package func removeSandbox(_ id: String) async throws(RuntimeError) { _ = try await call(Self.runtime, "RemovePodSandbox") { $0.set(1, id) } }

    /// The sandbox's addresses; none with the host's network.
    package func sandboxAddresses(_ id: String) async throws(RuntimeError) -> [String] {
        let network = try await call(Self.runtime, "PodSandboxStatus") { $0.set(1, id) }.message(1).message(5)
        let first = network.text(1)
        return (first.isEmpty ? [] : [first]) + network.messages(2).map { $0.text(1) }
    }

    /// All sandboxes, or those with a label.
    package func sandboxes(label: (name: String, value: String)? = nil) async throws(RuntimeError) -> [SandboxSummary] {
        try await call(Self.runtime, "ListPodSandbox", timeout: .seconds(20)) { request in
            if let label { request.set(1, .build { $0.set(3, [label.name: label.value]) }) }
        }.messages(1).map { fields in
            SandboxSummary(
                id: fields.text(1), attempt: Int(fields.message(2).int(4)), isReady: fields.int(3) == 0, createdAt: fields.int(4),
                labels: fields.map(5), annotations: fields.map(6))
        }
    }

    // MARK: containers

    package func createContainer(_ settings: ContainerSettings, sandbox id: String, _ config: SandboxConfig) async throws(RuntimeError) -> String {
        try await call(Self.runtime, "CreateContainer") {
            $0.set(1, id)
            $0.set(2, settings.wire(in: config))
            $0.set(3, config.wire)
        }.text(1)
    }

    package func startContainer(_ id: String) async throws(RuntimeError) { _ = try await call(Self.runtime, "StartContainer") { $0.set(1, id) } }

    package func stopContainer(_ id: String, graceSeconds: Int64) async throws(RuntimeError) {
        _ = try await call(Self.runtime, "StopContainer", timeout: .seconds(graceSeconds + 120)) {
            $0.set(1, id)
            $0.set(2, graceSeconds)
        }
    }

    package func removeContainer(_ id: String) async throws(RuntimeError) { _ = try await call(Self.runtime, "RemoveContainer") { $0.set(1, id) } }

    /// All containers, or those with a label.
    package func containers(label: (name: String, value: String)? = nil) async throws(RuntimeError) -> [ContainerSummary] {
        try await call(Self.runtime, "ListContainers", timeout: .seconds(20)) { request in
            if let label { request.set(1, .build { $0.set(4, [label.name: label.value]) }) }
        }.messages(1).map { fields in
            ContainerSummary(
                id: fields.text(1), sandbox: fields.text(2), name: fields.message(3).text(1), attempt: Int(fields.message(3).int(2)),
                state: ContainerState(rawValue: fields.int(6)) ?? .unknown, createdAt: fields.int(7), labels: fields.map(8))
        }
    }

    package func containerDetails(_ id: String) async throws(RuntimeError) -> ContainerDetails {
        ContainerDetails(try await call(Self.runtime, "ContainerStatus", timeout: .seconds(20)) { $0.set(1, id) }.message(1))
    }

    /// How much of the disk containers take beyond their images, by their ids.
    package func containerDisks() async throws(RuntimeError) -> [String: ContainerDiskUsage] {
        let stats = try await call(Self.runtime, "ListContainerStats", timeout: .seconds(20)).messages(1)
        return Dictionary(
            stats.map { fields in
                let layer = fields.message(4)
                return (fields.message(1).text(1), ContainerDiskUsage(bytes: layer.message(3).int(1), inodes: layer.message(4).int(1)))
            }, uniquingKeysWith: { $1 })
    }

    /// Changes the limits of a running container.
    package func updateResources(_ id: String, _ resources: ContainerResources) async throws(RuntimeError) {
        _ = try await call(Self.runtime, "UpdateContainerResources") {
            $0.set(1, id)
            $0.set(2, resources.wire)
        }
    }

    /// Makes the runtime write to a new file at the log's path.
    package func reopenLog(_ id: String) async throws(RuntimeError) { _ = try await call(Self.runtime, "ReopenContainerLog") { $0.set(1, id) } }

    /// Calls `onEvent` whenever a task of containerd starts or ends, until the stream breaks.
    ///
    /// CRI of containerd 1.6 has no events; containerd's own stream, on the same socket, has. Throws `RuntimeError`
    /// when it ends, at once (code 12) with a runtime that is not containerd.
    package func taskEvents(_ onEvent: @escaping @Sendable () -> Void) async throws(RuntimeError) {
        let filter = WireMessage.build { $0.set(1, [#"topic~="^/tasks/(start|exit|oom)""#]) }
        do {
            try await connection.stream("containerd.services.events.v1.Events/Subscribe", filter.bytes) { _ in
                onEvent()
                return true
            }
        } catch {
            throw RuntimeError(code: error.code.rawValue, error.message)
        }
        throw RuntimeError(code: 14, "the runtime ended its events")
    }

    /// Runs a command to its end.
    package func execSync(
        _ id: String, _ command: [String], timeoutSeconds: Int64
    ) async throws(RuntimeError) -> (stdout: [UInt8], stderr: [UInt8], exitCode: Int64) {
        let answer = try await call(Self.runtime, "ExecSync", timeout: .seconds(timeoutSeconds + 10)) {
            $0.set(1, id)
            $0.set(2, command)
            $0.set(3, timeoutSeconds)
        }
        return (answer.bytes(1), answer.bytes(2), Int64(Int32(truncatingIfNeeded: answer.int(3))))
    }

    /// The URL of the runtime's streaming server for one exec.
    package func exec(
        _ id: String, _ command: [String], tty: Bool, stdin: Bool, stdout: Bool, stderr: Bool
    ) async throws(RuntimeError) -> String {
        try await call(Self.runtime, "Exec") {
            $0.set(1, id)
            $0.set(2, command)
            $0.set(3, tty)
            $0.set(4, stdin)
            $0.set(5, stdout)
            $0.set(6, stderr)
        }.text(1)
    }

    package func attach(_ id: String, tty: Bool, stdin: Bool, stdout: Bool, stderr: Bool) async throws(RuntimeError) -> String {
        try await call(Self.runtime, "Attach") {
            $0.set(1, id)
            $0.set(2, stdin)
            $0.set(3, tty)
            $0.set(4, stdout)
            $0.set(5, stderr)
        }.text(1)
    }

    package func portForward(_ sandbox: String) async throws(RuntimeError) -> String {
        try await call(Self.runtime, "PortForward") { $0.set(1, sandbox) }.text(1)
    }

    // MARK: images

    package func images() async throws(RuntimeError) -> [ImageSummary] {
        try await call(Self.images, "ListImages", timeout: .seconds(20)).messages(1).map { ImageSummary($0) }
    }

    /// Nil when the image is not here.
    package func image(_ name: String) async throws(RuntimeError) -> ImageSummary? {
        let answer = try await call(Self.images, "ImageStatus", timeout: .seconds(20)) { $0.set(1, .build { $0.set(1, name) }) }
        return answer.has(1) && !answer.message(1).text(1).isEmpty ? ImageSummary(answer.message(1)) : nil
    }

    /// The name of the snapshot that holds the image's file system; nil when the runtime does not tell.
    func imageChain(_ name: String) async throws(RuntimeError) -> String? {
        let answer = try await call(Self.images, "ImageStatus", timeout: .seconds(20)) {
            $0.set(1, .build { $0.set(1, name) })
            $0.set(2, true)
        }
        guard let text = answer.map(2)["info"], let info = try? Value(json: Array(text.utf8)) else { return nil }
        return info["chainID"].string
    }

    /// Returns the reference under which the image can be run.
    package func pull(_ name: String, username: String = "", password: String = "") async throws(RuntimeError) -> String {
        try await call(Self.images, "PullImage", timeout: .seconds(900)) {
            $0.set(1, .build { $0.set(1, name) })
            if !username.isEmpty {
                $0.set(2, .build {
                    $0.set(1, username)
                    $0.set(2, password)
                })
            }
        }.text(1)
    }

    /// The images that containers were made of, as ids or names.
    package func usedImages() async throws(RuntimeError) -> Set<String> {
        let containers = try await call(Self.runtime, "ListContainers", timeout: .seconds(20)).messages(1)
        return Set(containers.flatMap { [$0.message(4).text(1), $0.text(5)] }.filter { !$0.isEmpty })
    }

    /// Where images lie on this machine, and how much they take.
    package func imageFilesystem() async throws(RuntimeError) -> (path: String, bytes: Int64)? {
        let answer = try await call(Self.images, "ImageFsInfo", timeout: .seconds(20))
        return answer.messages(1).first.map { ($0.message(2).text(1), $0.message(3).int(1)) }
    }

    package func removeImage(_ name: String) async throws(RuntimeError) {
        _ = try await call(Self.images, "RemoveImage") { $0.set(1, .build { $0.set(1, name) }) }
    }
}
