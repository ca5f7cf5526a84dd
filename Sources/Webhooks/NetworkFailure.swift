import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

/// Failures of connections in the words that clients of Kubernetes know.
enum NetworkFailure {
    static func text(_ error: any Error, address: String) -> String {
        if let error = error as? HTTPClientError {
            switch error {
            case .deadlineExceeded, .connectTimeout, .readTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout:
                return "context deadline exceeded"
            case .remoteConnectionClosed: return "EOF"
            default: return error.shortDescription
            }
        }
        if let error = error as? NIOConnectionError {
            if let first = error.connectionErrors.last {
                return connect(first.error, Self.address(first.target))
            }
            return "dial tcp: lookup \(error.host): no such host"
        }
        if error is CancellationError { return "context canceled" }
        if let error = error as? NIOSSLExtraError { return certificate("\(error)") }
        if let error = error as? NIOSSLError { return certificate("\(error)") }
        return connect(error, address)
    }

    private static func address(_ address: SocketAddress) -> String {
        let port = address.port.map { ":\($0)" } ?? ""
        guard let text = address.ipAddress else { return "\(address)" }
        return (text.contains(":") ? "[\(text)]" : text) + port
    }

    private static func connect(_ error: any Error, _ address: String) -> String {
        guard let error = error as? IOError else {
            if error is ChannelError { return "context deadline exceeded" }
            return "\(error)"
        }
        switch error.errnoCode {
        case 111: return "dial tcp \(address): connect: connection refused"
        case 113: return "dial tcp \(address): connect: no route to host"
        case 101: return "dial tcp \(address): connect: network is unreachable"
        case 104: return "read tcp \(address): read: connection reset by peer"
        case 110: return "dial tcp \(address): i/o timeout"
        default: return "dial tcp \(address): \(error)"
        }
    }

    private static func certificate(_ text: String) -> String {
        if text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("unableToValidateCertificate") {
            return "tls: failed to verify certificate: x509: certificate signed by unknown authority"
        }
        if text.contains("failedToValidateHostname") {
            return "tls: failed to verify certificate: x509: certificate is not valid for the name of the server"
        }
        return "tls: \(text)"
    }
}
