/// A URL, cut into its parts.
struct URLValue: CELOpaque {
    let written: String
    let scheme: String
    /// With the port, if there is one.
    let host: String
    let path: String
    let query: String

    var typeName: String { "kubernetes.URL" }
    func isEqual(to other: any CELOpaque) -> Bool { (other as? URLValue)?.written == written }
    var text: String? { written }

    /// Reads an absolute URL, or an absolute path.
    init(_ text: String) throws(CELError) {
        written = text
        func problem(_ what: String) -> CELError {
            CELError("URL parse error during conversion from string: parse \(Formatting.quoted(text)): \(what)")
        }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else { throw problem("net/url: invalid control character in URL") }
        if text.isEmpty { throw problem("empty url") }
        var rest = text[...]
        if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
        var scheme = ""
        if !rest.hasPrefix("/") {
            guard let colon = rest.firstIndex(of: ":") else { throw problem("invalid URI for request") }
            let candidate = rest[..<colon]
            guard let first = candidate.unicodeScalars.first, first.isIdentifierStart, first != "_",
                candidate.unicodeScalars.allSatisfy({ ($0.isIdentifierPart && $0 != "_") || $0 == "+" || $0 == "-" || $0 == "." })
            else { throw problem(candidate.isEmpty ? "missing protocol scheme" : "first path segment in URL cannot contain colon") }
            scheme = candidate.lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        self.scheme = scheme
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        } else {
            query = ""
        }
        if rest.hasPrefix("//"), !scheme.isEmpty {
            let authority = rest.dropFirst(2).prefix { $0 != "/" }
            rest = rest.dropFirst(2 + authority.count)
            let start = authority.lastIndex(of: "@").map { authority.index(after: $0) } ?? authority.startIndex
            host = String(authority[start...])
            if let bad = Self.badHost(host) { throw problem(bad) }
        } else {
            host = ""
            // What is neither a path nor has an authority is opaque: it has no path.
            if !rest.hasPrefix("/") { rest = "" }
        }
        path = String(rest)
        guard Self.hasGoodEscapes(path) else { throw problem("invalid URL escape") }
    }

    private static func badHost(_ host: String) -> String? {
        if host.contains(where: { " <>\"{}|\\^`".contains($0) }) { return "invalid character in host name" }
        if host.hasPrefix("["), !host.contains("]") { return "missing ']' in host" }
        if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
            let port = host[host.index(after: colon)...]
            if !port.utf8.allSatisfy({ $0 &- 48 <= 9 }) { return "invalid port \(Formatting.quoted(":" + port)) after host" }
        }
        return nil
    }

    private static func hasGoodEscapes(_ text: String) -> Bool {
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar != "%" { continue }
            guard rest.count >= 2, rest.prefix(2).allSatisfy(\.isHexDigit) else { return false }
            rest = rest.dropFirst(2)
        }
        return true
    }

    private var portMark: String.Index? {
        guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else { return nil }
        return colon
    }

    var port: String { portMark.map { String(host[host.index(after: $0)...]) } ?? "" }

    var hostname: String {
        let name = portMark.map { host[..<$0] } ?? host[...]
        return name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : String(name)
    }

    /// What may not stand in a path is escaped; what is escaped stays.
    var escapedPath: String {
        var output = ""
        for byte in path.utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.isIdentifierPart || "-.~$&+,/:;=@%!'()*[]".unicodeScalars.contains(scalar) {
                output.unicodeScalars.append(scalar)
            } else {
                output += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return output
    }

    var parameters: CELValue {
        var order: [String] = []
        var values: [String: [CELValue]] = [:]
        for pair in query.split(separator: "&") where !pair.contains(";") {
            let equals = pair.firstIndex(of: "=")
            guard let key = Self.unescaped(pair[..<(equals ?? pair.endIndex)]),
                let value = Self.unescaped(equals.map { pair[pair.index(after: $0)...] } ?? "")
            else { continue }
            if values[key] == nil { order.append(key) }
            values[key, default: []].append(.string(value))
        }
        var map = CELMap()
        for key in order { _ = map.insert(.string(key), .list(values[key] ?? [])) }
        return .map(map)
    }

    private static func unescaped(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
                rest = rest.dropFirst(2)
                bytes.append(code)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension CELType {
    static let url = CELType.opaque("kubernetes.URL")
}

extension Library {
    /// URLs and their parts.
    public static let urls = Library(
        [
            Function("url", [Overload("string_to_url", [.string], .url)]) { arguments throws(CELError) in
                guard case .string(let text) = arguments[0] else { throw .noSuchOverload }
                return .opaque(try URLValue(text))
            },
            Function("isURL", [Overload("is_url_string", [.string], .bool)]) { arguments throws(CELError) in
                guard case .string(let text) = arguments[0] else { throw .noSuchOverload }
                return .bool((try? URLValue(text)) != nil)
            },
            part("getScheme", .string) { .string($0.scheme) },
            part("getHost", .string) { .string($0.host) },
            part("getHostname", .string) { .string($0.hostname) },
            part("getPort", .string) { .string($0.port) },
            part("getEscapedPath", .string) { .string($0.escapedPath) },
            part("getQuery", .map(.string, .list(.string))) { $0.parameters },
        ], types: [.url])

    private static func part(_ name: String, _ result: CELType, _ read: @escaping @Sendable (URLValue) -> CELValue) -> Function {
        Function(name, [Overload("url_\(name)", isMember: true, [.url], result)]) { arguments throws(CELError) in
            guard case .opaque(let opaque) = arguments[0], let url = opaque as? URLValue else { throw .noSuchOverload }
            return read(url)
        }
    }
}
