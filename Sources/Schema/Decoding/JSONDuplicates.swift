import Objects

/// Finds members that an object names more than once, which a parsed `Value` does not show any more.
///
/// Meant for bytes that the JSON parser has accepted; from others it returns what it saw until they went wrong.
package struct JSONDuplicates {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var found: [String] = []
    /// Where each member stood last; nil while nobody asks.
    private var places: [String: Int]?
    private static let maximumDepth = 512

    /// The paths of repeated members, such as `spec.containers[0].name`, each repetition once, in order.
    package static func paths(in bytes: UnsafeBufferPointer<UInt8>) -> [String] {
        var search = JSONDuplicates(bytes: bytes)
        search.value("", depth: 0)
        return search.found
    }

    package static func paths(in bytes: [UInt8]) -> [String] {
        bytes.withUnsafeBufferPointer { paths(in: $0) }
    }

    /// Where each member stands, one that is named twice where it is named again.
    package static func places(in bytes: [UInt8]) -> [String: Int] {
        bytes.withUnsafeBufferPointer { buffer in
            var search = JSONDuplicates(bytes: buffer)
            search.places = [:]
            search.value("", depth: 0)
            return search.places ?? [:]
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private mutating func skipSpace() {
        while offset < bytes.count, bytes[offset] <= 0x20 { offset += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func value(_ path: String, depth: Int) {
        skipSpace()
        guard offset < bytes.count, depth <= Self.maximumDepth else {
            offset = bytes.count
            return
        }
        switch bytes[offset] {
        case UInt8(ascii: "{"): object(path, depth: depth + 1)
        case UInt8(ascii: "["): array(path, depth: depth + 1)
        case UInt8(ascii: "\""): _ = string()
        default:
            while offset < bytes.count, !Self.endsLiteral(bytes[offset]) { offset += 1 }
        }
    }

    private static func endsLiteral(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
    }

    private mutating func object(_ path: String, depth: Int) {
        offset += 1
        if take("}") { return }
        var names: Set<String> = []
        repeat {
            skipSpace()
            guard let name = string(), take(":") else { return abandon() }
            let inner = path.isEmpty ? name : path + "." + name
            if !names.insert(name).inserted, !found.contains(inner) { found.append(inner) }
            places?[inner] = offset
            value(inner, depth: depth)
        } while take(",")
        if !take("}") { abandon() }
    }

    private mutating func array(_ path: String, depth: Int) {
        offset += 1
        if take("]") { return }
        var index = 0
        repeat {
            value("\(path)[\(index)]", depth: depth)
            index += 1
        } while take(",")
        if !take("]") { abandon() }
    }

    private mutating func abandon() { offset = bytes.count }

    /// The string at the offset, its escapes resolved only when it has some.
    private mutating func string() -> String? {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { return nil }
        let start = offset
        offset += 1
        var isEscaped = false
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            if bytes[offset] == UInt8(ascii: "\\") {
                isEscaped = true
                offset += 1
            }
            offset += 1
        }
        guard offset < bytes.count else { return nil }
        offset += 1
        if isEscaped, let text = try? JSONParser.parse(UnsafeBufferPointer(rebasing: bytes[start..<offset])).value.string {
            return text
        }
        return String(decoding: bytes[(start + 1)..<(offset - 1)], as: UTF8.self)
    }
}
