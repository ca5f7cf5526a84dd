import GRPCCalls
import NIOPosix
import Objects

/// The health question of gRPC (`grpc.health.v1.Health/Check`), for probes.
package enum GRPCHealth {
    /// Nil when the server says that the service is served; else what is wrong.
    package static func check(host: String, port: Int, service: String, timeout: Duration) async -> String? {
        let connection = GRPCConnection(.tcp(host: host, port: port), group: MultiThreadedEventLoopGroup.singleton)
        defer { connection.close() }
        do {
            let answer = WireFields(
                try await connection.unary("grpc.health.v1.Health/Check", WireMessage.build { $0.set(1, service) }.bytes, timeout: timeout))
            // 1 is SERVING.
            if answer.int(1) == 1 { return nil }
            return "service unhealthy (responded with \"\(answer.int(1) == 2 ? "NOT_SERVING" : "UNKNOWN")\")"
        } catch {
            if error.code == .deadlineExceeded || !error.wasSent {
                return "timeout: failed to connect service \"\(host):\(port)\" within \(timeout): \(error.message)"
            }
            return "error: \(error.message)"
        }
    }
}
