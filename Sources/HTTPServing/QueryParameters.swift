/// Percent-encoding of URLs (RFC 3986).
package enum PercentCoding {
    /// The decoded text; nil when an escape is broken or the bytes are not UTF-8. `plusIsSpace` for queries.
    package static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String? {
        if !text.utf8.contains(UInt8(ascii: "%")), !plusIsSpace || !text.utf8.contains(UInt8(ascii: "+")) { return String(text) }
        var output: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else { return nil }
                output.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: output.append(0x20)
            default: output.append(byte)
            }
        }
        return String(validating: output, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): return byte - UInt8(ascii: "A") + 10
        default: return nil
        }
    }
}

/// The parameters of a query, in order.
package struct QueryParameters: Sendable {
    private let items: [(name: String, value: String)]

    package init(_ items: [(name: String, value: String)]) { self.items = items }

    /// Items that cannot be decoded are dropped, as Go's parser drops them.
    package init(parsing query: String?) {
        guard let query, !query.isEmpty else {
            items = []
            return
        }
        items = query.utf8.split(separator: UInt8(ascii: "&")).compactMap { item in
            let parts = item.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode(Substring(parts[0]), plusIsSpace: true),
                let value = PercentCoding.decode(parts.count > 1 ? Substring(parts[1]) : "", plusIsSpace: true)
            else { return nil }
            return (name, value)
        }
    }

    /// The first value of that name.
    package subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    package func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    package var isEmpty: Bool { items.isEmpty }

    /// As Kubernetes reads booleans in queries: anything but `0`, `false` and absence is true.
    package func flag(_ name: String) -> Bool {
        guard let value = self[name] else { return false }
        return value != "0" && value.lowercased() != "false"
    }
}
