/// How the etcd cluster is reached. The names of the flags are kube-apiserver's (`--etcd-servers` …).
package struct EtcdSettings: Sendable {
    /// `https://HOST:PORT`, one a member.
    package var endpoints: [EtcdEndpoint]
    /// The PEM file of the authority whose server certificates count; the system's authorities when empty.
    package var authorityFile = ""
    /// PEM files with which this client shows itself; none when empty.
    package var certificateFile = ""
    package var keyFile = ""
    /// For clusters with authentication by name; none when empty.
    package var user = ""
    package var password = ""
    /// How often old revisions are forgotten, as kube-apiserver does it every five minutes. Zero leaves that to others.
    package var compactionInterval: Duration = .seconds(300)

    package init(endpoints: [EtcdEndpoint]) { self.endpoints = endpoints }
}

/// One member's address.
package struct EtcdEndpoint: Sendable, Hashable, CustomStringConvertible {
    package let host: String
    package let port: Int
    package let isEncrypted: Bool

    /// Nil when the text is not `http://HOST:PORT` or `https://HOST:PORT`.
    package init?(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("https://") {
            isEncrypted = true
            rest = rest.dropFirst(8)
        } else if rest.hasPrefix("http://") {
            isEncrypted = false
            rest = rest.dropFirst(7)
        } else {
            return nil
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard let colon = rest.lastIndex(of: ":") else { return nil }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, !host.contains("/"), let port = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(port)
        else { return nil }
        self.host = String(host)
        self.port = port
    }

    package var description: String {
        "\(isEncrypted ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}
