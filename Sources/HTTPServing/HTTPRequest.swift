package import NIOCore
package import NIOHTTP1

/// The head of a request.
package struct HTTPRequest: Sendable {
    package let method: HTTPMethod
    /// As sent: percent-encoded, without the query.
    package let path: String
    package let query: String?
    package let headers: HTTPHeaders
    /// 1 or 2.
    package let majorVersion: Int
    package let peer: PeerIdentity
    package let isKeepAlive: Bool
    /// `https` when the connection is encrypted.
    package var scheme: String { peer.isEncrypted ? "https" : "http" }
    package var remoteAddress: String { peer.address }

    init(_ head: HTTPRequestHead, peer: PeerIdentity, majorVersion: Int) {
        method = head.method
        var target = head.uri[...]
        if !target.hasPrefix("/"), let scheme = target.range(of: "://") {
            // The absolute form, as proxies send it.
            target = target[scheme.upperBound...].drop { $0 != "/" }
        }
        if let mark = target.firstIndex(of: "?") {
            path = String(target[..<mark])
            query = String(target[target.index(after: mark)...])
        } else {
            path = String(target)
            query = nil
        }
        headers = head.headers
        self.majorVersion = majorVersion
        self.peer = peer
        isKeepAlive = head.isKeepAlive
    }
}

extension Substring {
    fileprivate func range(of text: String) -> Range<Index>? {
        var position = startIndex
        while position < endIndex {
            if self[position...].hasPrefix(text) { return position..<index(position, offsetBy: text.count) }
            position = index(after: position)
        }
        return nil
    }
}

/// Who is at the other end of a connection, found out once.
package final class PeerIdentity: Sendable {
    package let address: String
    /// The verified client certificate, DER; nil when none was shown.
    package let certificate: [UInt8]?
    package let isEncrypted: Bool

    package init(address: String, certificate: [UInt8]? = nil, isEncrypted: Bool = false) {
        self.address = address
        self.certificate = certificate
        self.isEncrypted = isEncrypted
    }
}

/// What to do with the body of a request.
package enum BodyPolicy: Sendable {
    /// Wait for all of it, up to so many bytes.
    case collect(limit: Int)
    /// Hand over at once; the body is of no interest, or follows as a stream after an upgrade.
    case ignore
    /// Hand over at once, with the body as a stream that slows the sender when it is read slowly.
    case stream
}

package enum RequestBody: Sendable {
    case complete(ByteBuffer)
    /// More than the limit; the rest is thrown away and the connection closes after the answer.
    case tooLarge
    /// The body of `.stream`. It fails when the client goes away.
    case stream(InboundBytes)
}

/// What answers requests. Called on the event loop of the connection; must not block.
package protocol HTTPResponder: Sendable {
    func bodyPolicy(for request: HTTPRequest) -> BodyPolicy
    func respond(to request: HTTPRequest, body: RequestBody, on exchange: HTTPExchange)
}
