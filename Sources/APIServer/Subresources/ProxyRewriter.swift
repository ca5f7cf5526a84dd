/// Makes what a server behind `…/proxy` says about its own paths true for the client: redirects, and links in HTML.
struct ProxyRewriter: Sendable {
    /// The path of the request up to and with `proxy`.
    let prefix: String
    /// How the server is reached, `host:port`, and how the client reached us.
    let hosts: [String]

    /// A link as the client can follow it. Links to other servers, relative ones and such as are right already stay.
    func link(_ text: String) -> String {
        var rest = text[...]
        var isAbsolute = false
        for scheme in ["http://", "https://"] where rest.hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            isAbsolute = true
        }
        if !isAbsolute, rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            isAbsolute = true
        }
        if isAbsolute {
            let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
            guard hosts.contains(String(rest[..<end])) else { return text }
            rest = rest[end...]
        }
        guard rest.first == "/" || (isAbsolute && rest.isEmpty) else { return text }
        if rest == prefix || rest.hasPrefix(prefix + "/") { return text }
        return prefix + rest
    }

    // MARK: HTML

    /// Attributes that hold links, by element.
    private static let attributes: [String: Set<String>] = [
        "a": ["href"], "applet": ["codebase"], "area": ["href"], "audio": ["src"], "base": ["href"], "blockquote": ["cite"],
        "body": ["background"], "button": ["formaction"], "command": ["icon"], "del": ["cite"], "embed": ["src"], "form": ["action"],
        "frame": ["longdesc", "src"], "head": ["profile"], "html": ["manifest"], "iframe": ["longdesc", "src"],
        "img": ["longdesc", "src", "usemap"], "input": ["src", "usemap", "formaction"], "ins": ["cite"], "link": ["href"],
        "object": ["classid", "codebase", "data", "usemap"], "q": ["cite"], "script": ["src"], "source": ["src"],
        "video": ["poster", "src"],
    ]

    /// A document with its links rewritten; everything else stays byte for byte.
    func html(_ document: [UInt8]) -> [UInt8] {
        var scanner = TagScanner(document)
        var output: [UInt8] = []
        output.reserveCapacity(document.count + 256)
        var copied = 0
        while let (element, attribute, range) = scanner.nextAttribute() {
            guard Self.attributes[element]?.contains(attribute) == true else { continue }
            let old = String(decoding: document[range], as: UTF8.self)
            let new = link(old)
            if new == old { continue }
            output += document[copied..<range.lowerBound]
            output += Array(new.utf8)
            copied = range.upperBound
        }
        return output + document[copied...]
    }
}

/// Finds the attributes of the tags of an HTML document, one after the other.
private struct TagScanner {
    private let bytes: [UInt8]
    private var position = 0
    /// The element whose tag is being read; nil between tags.
    private var element: String?

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) }
    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The next attribute with a value, and where the value lies (without quotes). Names are in small letters.
    mutating func nextAttribute() -> (element: String, attribute: String, value: Range<Int>)? {
        while position < bytes.count {
            guard let element else {
                findTag()
                continue
            }
            skipSpaces()
            guard let byte = current else { return nil }
            if byte == UInt8(ascii: ">") {
                position += 1
                self.element = nil
                continue
            }
            if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=") {
                position += 1
                continue
            }
            let name = word { Self.isSpace($0) || "=>/".utf8.contains($0) }
            skipSpaces()
            guard current == UInt8(ascii: "=") else { continue }
            position += 1
            skipSpaces()
            return (element, name, value())
        }
        return nil
    }

    private mutating func findTag() {
        guard let open = bytes[position...].firstIndex(of: UInt8(ascii: "<")) else {
            position = bytes.count
            return
        }
        position = open + 1
        if bytes[position...].starts(with: "!--".utf8) {
            skipComment()
        } else if let byte = current, Self.isLetter(byte) {
            element = word { Self.isSpace($0) || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "/") }
        }
    }

    private mutating func skipComment() {
        while position < bytes.count {
            if bytes[position...].starts(with: "-->".utf8) {
                position += 3
                return
            }
            position += 1
        }
    }

    private mutating func skipSpaces() {
        while let byte = current, Self.isSpace(byte) { position += 1 }
    }

    private mutating func word(until isEnd: (UInt8) -> Bool) -> String {
        let start = position
        while let byte = current, !isEnd(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
    }

    private mutating func value() -> Range<Int> {
        if let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            position += 1
            let start = position
            while let byte = current, byte != quote { position += 1 }
            defer { position = min(position + 1, bytes.count) }
            return start..<position
        }
        let start = position
        while let byte = current, !Self.isSpace(byte), byte != UInt8(ascii: ">") { position += 1 }
        return start..<position
    }
}
