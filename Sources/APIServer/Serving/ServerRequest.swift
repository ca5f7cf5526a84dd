import Authentication
package import HTTPServing
package import Objects

/// A request as the chain works on it, whichever transport brought it.
package struct ServerRequest: Sendable {
    package let method: String
    /// As sent, percent-encoded, without the query.
    package let path: String
    package let query: QueryParameters
    /// As sent; for proxies.
    package let rawQuery: String?
    /// Lower-cased names.
    package let headers: RequestHeaders
    package var body: [UInt8]
    /// A decoded body of a caller in the same process; then `body` is empty.
    package var value: Value?
    /// The object that it changes, as a caller in the same process read it from the cache.
    package var known: Value = .null
    package let info: RequestInfo
    package var user: UserInfo
    /// The decoded path; nil when an escape is broken.
    package let segments: [String]
    package let remoteAddress: String

    package init(
        method: String, path: String, rawQuery: String?, headers: RequestHeaders, body: [UInt8] = [], value: Value? = nil,
        user: UserInfo = .anonymous, remoteAddress: String = ""
    ) {
        self.method = method
        self.path = path
        self.rawQuery = rawQuery
        self.query = QueryParameters(parsing: rawQuery)
        self.headers = headers
        self.body = body
        self.value = value
        self.user = user
        self.remoteAddress = remoteAddress
        // Slashes at both ends say nothing, those between stand for empty names.
        let slash = UInt8(ascii: "/")
        var trimmed = path.utf8[...]
        while trimmed.first == slash { trimmed.removeFirst() }
        while trimmed.last == slash { trimmed.removeLast() }
        segments = trimmed.split(separator: slash, omittingEmptySubsequences: false).map { PercentCoding.decode(Substring($0)) ?? String(Substring($0)) }
        info = RequestInfo(method: method, path: path, segments: segments, query: query)
    }

    package var hasBody: Bool { !body.isEmpty || value != nil }

    /// The agent's name before the first slash: the field manager of who names none.
    package var agentName: String {
        let agent = headers["user-agent"] ?? ""
        let name = agent.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
        return name.isEmpty ? "unknown" : String(name.prefix(128))
    }
}

/// The headers that the chain looks at.
package struct RequestHeaders: Sendable {
    private let items: [(name: String, value: String)]

    /// Names are compared without case.
    package init(_ items: [(name: String, value: String)]) {
        self.items = items.map { ($0.name.lowercased(), $0.value) }
    }

    package subscript(name: String) -> String? { items.first { $0.name == name }?.value }
    package func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }
    package func prefixed(_ prefix: String) -> [(name: String, value: String)] { items.filter { $0.name.hasPrefix(prefix) } }
}
