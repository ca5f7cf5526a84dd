import GRPCCalls
import NIOPosix
import Objects

/// Why a driver refused, as events show it.
struct CSIError: Error, CustomStringConvertible {
    let code: GRPCError.Code
    let message: String
    /// gRPC's names of the codes are written as in Go.
    var description: String { "rpc error: code = \(Self.names[code.rawValue]) desc = \(message)" }

    init(_ error: GRPCError) {
        code = error.code
        message = error.message
    }

    private static let names = [
        "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied",
        "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss",
        "Unauthenticated",
    ]
}

/// What a driver can do on a node beside publishing.
struct CSICapabilities: OptionSet, Sendable {
    let rawValue: Int
    static let stage = CSICapabilities(rawValue: 1 << 1)
    static let stats = CSICapabilities(rawValue: 1 << 2)
    static let expand = CSICapabilities(rawValue: 1 << 3)
    static let singleNodeMultiWriter = CSICapabilities(rawValue: 1 << 5)
    static let mountGroup = CSICapabilities(rawValue: 1 << 6)
}

/// A driver's node service, by CSI v1 on its Unix socket.
final class CSIClient: Sendable {
    /// How a driver calls the node.
    struct Node: Sendable, Equatable {
        var id: String
        var maximumVolumes: Int64
        var topology: [String: String]
    }

    private let connection: GRPCConnection

    init(socket: String) { connection = GRPCConnection(.unix(socket), group: MultiThreadedEventLoopGroup.singleton) }

    func close() { connection.close() }

    private func call(
        _ method: String, seconds: Int64 = 120, _ fill: (inout WireMessage) -> Void = { _ in }
    ) async throws(CSIError) -> WireFields {
        do {
            return WireFields(try await connection.unary("csi.v1.Node/\(method)", WireMessage.build(fill).bytes, timeout: .seconds(seconds)))
        } catch {
            throw CSIError(error)
        }
    }

    func node() async throws(CSIError) -> Node {
        let answer = try await call("NodeGetInfo")
        return Node(id: answer.text(1), maximumVolumes: answer.int(2), topology: answer.message(3).map(1))
    }

    func capabilities() async throws(CSIError) -> CSICapabilities {
        let answer = try await call("NodeGetCapabilities")
        var all: CSICapabilities = []
        for capability in answer.messages(1) {
            let type = capability.message(1).int(1)
            if (1...16).contains(type) { all.insert(CSICapabilities(rawValue: 1 << Int(type))) }
        }
        return all
    }

    func stage(_ volume: CSIVolume, at path: String, _ context: CSIContext) async throws(CSIError) {
        _ = try await call("NodeStageVolume") {
            $0.set(1, volume.handle)
            $0.set(2, context.publish)
            $0.set(3, path)
            $0.set(4, context.capability)
            $0.set(5, context.secrets)
            $0.set(6, volume.attributes)
        }
    }

    func unstage(handle: String, at path: String) async throws(CSIError) {
        _ = try await call("NodeUnstageVolume") {
            $0.set(1, handle)
            $0.set(2, path)
        }
    }

    func publish(_ volume: CSIVolume, at target: String, staged: String, _ context: CSIContext) async throws(CSIError) {
        _ = try await call("NodePublishVolume") {
            $0.set(1, volume.handle)
            $0.set(2, context.publish)
            $0.set(3, staged)
            $0.set(4, target)
            $0.set(5, context.capability)
            $0.set(6, volume.isReadOnly)
            $0.set(7, context.secrets)
            $0.set(8, volume.attributes.merging(context.podFacts, uniquingKeysWith: { $1 }))
        }
    }

    func unpublish(handle: String, at target: String) async throws(CSIError) {
        _ = try await call("NodeUnpublishVolume") {
            $0.set(1, handle)
            $0.set(2, target)
        }
    }

    /// What is used of a volume. Throws what the driver says.
    func usage(handle: String, at path: String, staged: String) async throws(CSIError) -> CSIVolumeUsage {
        let answer = try await call("NodeGetVolumeStats", seconds: 5) {
            $0.set(1, handle)
            $0.set(2, path)
            $0.set(3, staged)
        }
        var usage = CSIVolumeUsage()
        for part in answer.messages(1) {
            let amounts = CSIVolumeUsage.Amounts(available: part.int(1), total: part.int(2), used: part.int(3))
            switch part.int(4) {
            case 1: usage.bytes = amounts
            case 2: usage.inodes = amounts
            default: break
            }
        }
        return usage
    }

    /// Returns the size that the volume has then; 0 when the driver does not say.
    func expand(handle: String, at path: String, staged: String, to bytes: Int64, _ context: CSIContext) async throws(CSIError) -> Int64 {
        try await call("NodeExpandVolume") {
            $0.set(1, handle)
            $0.set(2, path)
            $0.set(3, .build { $0.set(1, bytes) })
            $0.set(4, staged)
            $0.set(5, context.capability)
            $0.set(6, context.secrets)
        }.int(1)
    }
}

/// What goes with a call about a volume.
struct CSIContext: Sendable {
    /// What the attacher learnt.
    var publish: [String: String] = [:]
    var secrets: [String: String] = [:]
    /// The pod, for drivers that want to know it.
    var podFacts: [String: String] = [:]
    var capability = WireMessage()
}

/// What is used of a volume, as its driver says.
struct CSIVolumeUsage: Sendable, Equatable {
    struct Amounts: Sendable, Equatable {
        let available: Int64
        let total: Int64
        let used: Int64
    }

    var bytes: Amounts?
    var inodes: Amounts?
}
