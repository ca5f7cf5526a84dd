import Objects

/// The headers in which a front proxy says for whom it asks.
package enum FrontProxyHeaders {
    package static let user = "x-remote-user"
    package static let uid = "x-remote-uid"
    package static let group = "x-remote-group"
    package static let extraPrefix = "x-remote-extra-"

    /// Whether a header is one of those that only a front proxy may send.
    package static func isReserved(_ name: String) -> Bool { name.lowercased().hasPrefix("x-remote-") }

    /// The headers that tell a server behind the proxy who asks.
    package static func headers(
        user: String, uid: String, groups: [String], extra: [String: [String]]
    ) -> [(name: String, value: String)] {
        var headers = [(name: "X-Remote-User", value: user)]
        if !uid.isEmpty { headers.append((name: "X-Remote-Uid", value: uid)) }
        for group in groups { headers.append((name: "X-Remote-Group", value: group)) }
        for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
            for value in values { headers.append((name: "X-Remote-Extra-" + escaped(key), value: value)) }
        }
        return headers
    }

    /// What a header's name can carry: other characters are percent-encoded.
    private static func escaped(_ key: String) -> String {
        let legal = Set("!#$&'*+-.^_`|~".utf8)
        var text = ""
        for byte in key.utf8 {
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            if isPlain || legal.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count < 2 ? "0" + digits : digits)
            }
        }
        return text
    }
}
