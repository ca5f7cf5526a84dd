import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

/// Failures of connections in the words that clients of Kubernetes know.
enum NetworkFailure {
    static func text(_ error: any Error, timeoutSeconds: Int64) -> String {
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
                return "dial tcp \(address(first.target)): \(connect(first.error))"
            }
            return "dial tcp: lookup \(error.host): no such host"
        }
        if error is CancellationError { return "context canceled" }
        if let error = error as? NIOSSLExtraError { return certificate("\(error)") }
        if let error = error as? NIOSSLError { return certificate("\(error)") }
        return connect(error)
    }

    private static func address(_ address: SocketAddress) -> String {
        let port = address.port.map { ":\($0)" } ?? ""
        guard let text = address.ipAddress else { return "\(address)" }
        return (text.contains(":") ? "[\(text)]" : text) + port
    }

    private static func connect(_ error: any Error) -> String {
        guard let error = error as? IOError else {
            if error is ChannelError { return "context deadline exceeded" }
            return "\(error)"
        }
        switch error.errnoCode {
        case 111: return "connect: connection refused"
        case 113: return "connect: no route to host"
        case 101: return "connect: network is unreachable"
        case 104: return "read: connection reset by peer"
        case 110: return "i/o timeout"
        default: return "connect: \(error)"
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
