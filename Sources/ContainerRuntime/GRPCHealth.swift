import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// The health question of gRPC (`grpc.health.v1.Health/Check`), for probes.
package enum GRPCHealth {
    private struct Raw: MessageSerializer, MessageDeserializer {
        func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }
        func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] { bytes.withUnsafeBytes { Array($0) } }
    }

    /// Nil when the server says that the service is served; else what is wrong.
    package static func check(host: String, port: Int, service: String, timeout: Duration) async -> String? {
        do {
            let transport = try HTTP2ClientTransport.Posix(
                target: .ipv4(address: host, port: port), transportSecurity: .plaintext)
            return try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask {
                    try await withGRPCClient(transport: transport) { client in
                        var options = CallOptions.defaults
                        options.timeout = timeout
                        let bytes: [UInt8] = try await client.unary(
                            request: ClientRequest(message: WireMessage.build { $0.set(1, service) }.bytes),
                            descriptor: MethodDescriptor(fullyQualifiedService: "grpc.health.v1.Health", method: "Check"), serializer: Raw(),
                            deserializer: Raw(), options: options
                        ) { response in try response.message }
                        // 1 is SERVING.
                        return WireFields(bytes).int(1) == 1 ? nil : "service unhealthy (responded with \"\(WireFields(bytes).int(1) == 2 ? "NOT_SERVING" : "UNKNOWN")\")"
                    }
                }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return "timeout: failed to connect service \"\(host):\(port)\" within \(timeout)"
                }
                let first = try await group.next() ?? nil
                group.cancelAll()
                return first
            }
        } catch {
            return "error: \(error)"
        }
    }
}
