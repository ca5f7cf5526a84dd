/// A domain name in wire form: labels with their lengths in front, without the root's zero.
///
/// Letters keep their case; names that differ in case only are equal by `key`, not by `==`.
package struct DomainName: Sendable, Hashable, CustomStringConvertible {
    package let wire: [UInt8]

    static let root = DomainName(uncheckedWire: [])
    static let longest = 254

    init(uncheckedWire wire: [UInt8]) { self.wire = wire }

    /// Nil when a label is empty or longer than 63 bytes, or the name longer than 255.
    init?(labels: [[UInt8]]) {
        var wire: [UInt8] = []
        for label in labels {
            guard (1...63).contains(label.count) else { return nil }
            wire.append(UInt8(label.count))
            wire += label
        }
        guard wire.count <= Self.longest else { return nil }
        self.wire = wire
    }

    /// From `www.example.org`, with or without the dot at the end.
    package init?(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        if bytes.isEmpty { self = .root } else {
            self.init(labels: bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init))
        }
    }

    package var labels: [ArraySlice<UInt8>] {
        var labels: [ArraySlice<UInt8>] = []
        var position = 0
        while position < wire.count {
            let end = position + 1 + Int(wire[position])
            labels.append(wire[(position + 1)..<end])
            position = end
        }
        return labels
    }

    /// Equal for names that differ in case only.
    var key: [UInt8] { wire.map(Self.lowered) }

    static func lowered(_ byte: UInt8) -> UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte }

    /// The labels in front of `zone`, in lower case; nil when the name does not lie in it.
    func labels(below zone: DomainName) -> [String]? {
        let key = key
        let suffix = zone.key
        guard key.count >= suffix.count, Array(key[(key.count - suffix.count)...]) == suffix else { return nil }
        var labels: [String] = []
        var position = 0
        while position < key.count - suffix.count {
            let end = position + 1 + Int(key[position])
            labels.append(String(decoding: key[(position + 1)..<end], as: UTF8.self))
            position = end
        }
        // A suffix that begins within a label is none.
        return position == key.count - suffix.count ? labels : nil
    }

    /// The name with labels in front.
    func prepending(_ labels: String...) -> DomainName? {
        DomainName(labels: labels.map { Array($0.utf8) } + self.labels.map(Array.init))
    }

    package var description: String {
        wire.isEmpty ? "." : labels.map { String(decoding: $0, as: UTF8.self) + "." }.joined()
    }
}
