import Crypto
package import NIOHTTP1
import Objects

/// The opening of a WebSocket over HTTP/1.1 (RFC 6455, section 4).
package struct WebSocketHandshake: Sendable {
    /// What the client offers, in its order, without bearer tokens that browsers hide there.
    package let offeredProtocols: [String]
    private let key: String

    /// Nil when the request does not ask for a WebSocket in the way the standard says.
    package init?(_ request: HTTPRequest) {
        guard request.method == .GET, request.majorVersion == 1,
            request.headers[canonicalForm: "upgrade"].contains(where: { $0.lowercased() == "websocket" }),
            request.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "upgrade" }),
            request.headers.first(name: "sec-websocket-version") == "13",
            let key = request.headers.first(name: "sec-websocket-key"), Base64.decode(key)?.count == 16
        else { return nil }
        self.key = key
        offeredProtocols = request.headers[canonicalForm: "sec-websocket-protocol"].map { String($0) }
            .filter { !$0.hasPrefix("base64url.bearer.authorization.k8s.io.") }
    }

    /// The first protocol of the client's offer that is among `supported`.
    package func choose(from supported: [String]) -> String? { offeredProtocols.first { supported.contains($0) } }

    /// The headers of the 101 answer.
    package func answer(protocol name: String?) -> HTTPHeaders {
        var headers: HTTPHeaders = ["sec-websocket-accept": Self.accept(key)]
        if let name { headers.add(name: "sec-websocket-protocol", value: name) }
        return headers
    }

    /// The headers with which a client asks.
    package static func request(key: String, protocols: [String]) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "sec-websocket-key": key,
        ]
        if !protocols.isEmpty { headers.add(name: "sec-websocket-protocol", value: protocols.joined(separator: ", ")) }
        return headers
    }

    package static func newKey() -> String { Base64.encode((0..<16).map { _ in UInt8.random(in: 0...255) }) }

    /// What proves that the other side understood: SHA-1 of the key and the standard's constant.
    package static func accept(_ key: String) -> String {
        let text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        return Base64.encode(Array(Insecure.SHA1.hash(data: Array(text.utf8))))
    }
}
