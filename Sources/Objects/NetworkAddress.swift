/// An IP address of either family, as a number.
package struct NetworkAddress: Sendable, Hashable, Comparable, CustomStringConvertible {
    package enum Family: String, Sendable, Hashable {
        case v4 = "IPv4"
        case v6 = "IPv6"

        package var bitCount: Int { self == .v4 ? 32 : 128 }
    }

    package let family: Family
    package let bits: UInt128

    package init(v4 bits: UInt32) {
        family = .v4
        self.bits = UInt128(bits)
    }

    package init(v6 bits: UInt128) {
        family = .v6
        self.bits = bits
    }

    /// Reads `192.0.2.1` or `2001:db8::1`; nil for everything else, also for octets with leading zeros and for zones.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 45 else { return nil }
        if bytes.contains(UInt8(ascii: ":")) {
            guard let bits = Self.parseV6(bytes) else { return nil }
            self.init(v6: bits)
        } else {
            guard let bits = Self.parseV4(bytes[...]) else { return nil }
            self.init(v4: bits)
        }
    }

    /// Network byte order: 4 or 16 bytes.
    package var bytes: [UInt8] {
        stride(from: family.bitCount - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt128($0)) }
    }

    /// Whether it is one of 127.0.0.0/8 or `::1`.
    package var isLoopback: Bool { family == .v4 ? bits >> 24 == 127 : bits == 1 }

    package static func < (left: NetworkAddress, right: NetworkAddress) -> Bool {
        left.family == right.family ? left.bits < right.bits : left.family == .v4
    }

    /// The canonical text of RFC 5952.
    package var description: String {
        if family == .v4 { return bytes.map { String($0) }.joined(separator: ".") }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        if bits >> 32 == 0xffff { return "::ffff:" + bytes[12...].map { String($0) }.joined(separator: ".") }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > best.count { best = start..<end }
            start = max(end, start + 1)
        }
        let hex = groups.map { String($0, radix: 16) }
        if best.count < 2 { return hex.joined(separator: ":") }
        return hex[..<best.lowerBound].joined(separator: ":") + "::" + hex[best.upperBound...].joined(separator: ":")
    }

    private static func parseV4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var number: UInt32 = 0
            for digit in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                number = number * 10 + UInt32(digit - UInt8(ascii: "0"))
            }
            guard number <= 255 else { return nil }
            address = address << 8 | number
        }
        return address
    }

    private static func parseV6(_ bytes: [UInt8]) -> UInt128? {
        let colon = UInt8(ascii: ":")
        let parts = bytes.split(separator: colon, omittingEmptySubsequences: false)
        var head: [UInt16] = []
        var tail: [UInt16]?
        for (position, part) in parts.enumerated() {
            if part.isEmpty {
                let isEdge = position == 0 || position == parts.count - 1
                if isEdge {
                    // A colon at the edge is part of `::`.
                    let inner = position == 0 ? 1 : position - 1
                    guard parts.indices.contains(inner), parts[inner].isEmpty else { return nil }
                    if position == 0 || tail != nil { continue }
                    return nil
                }
                if tail != nil { return nil }
                tail = []
                continue
            }
            var groups: [UInt16] = []
            if part.contains(UInt8(ascii: ".")) {
                guard position == parts.count - 1, let v4 = parseV4(part) else { return nil }
                groups = [UInt16(v4 >> 16), UInt16(v4 & 0xffff)]
            } else {
                guard part.count <= 4, part.allSatisfy(isHexDigit), let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
                else { return nil }
                groups = [group]
            }
            if tail == nil { head += groups } else { tail?.append(contentsOf: groups) }
        }
        let count = head.count + (tail?.count ?? 0)
        guard tail == nil ? count == 8 : count < 8 else { return nil }
        let all = head + [UInt16](repeating: 0, count: 8 - count) + (tail ?? [])
        return all.reduce(UInt128(0)) { $0 << 16 | UInt128($1) }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        default: false
        }
    }
}

/// A range of addresses in CIDR notation.
package struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
    /// The first address: bits beyond the prefix are cleared.
    package let base: NetworkAddress
    package let prefix: Int

    /// Reads `10.0.0.0/8` or `fd00::/64`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = NetworkAddress(parts[0]), let prefix = Int(parts[1]), parts[1].first != "+",
            let network = IPNetwork(address, prefix: prefix)
        else { return nil }
        self = network
    }

    package func contains(_ address: NetworkAddress) -> Bool {
        guard address.family == base.family else { return false }
        let host = UInt128(address.family.bitCount - prefix)
        return host == 128 || address.bits >> host == base.bits >> host
    }

    /// The network of `prefix` fixed bits around an address; nil when the family has fewer.
    package init?(_ address: NetworkAddress, prefix: Int) {
        guard (0...address.family.bitCount).contains(prefix) else { return nil }
        self.prefix = prefix
        let host = UInt128(address.family.bitCount - prefix)
        let kept = host == 128 ? 0 : (address.bits >> host) << host
        base = address.family == .v4 ? NetworkAddress(v4: UInt32(truncatingIfNeeded: kept)) : NetworkAddress(v6: kept)
    }

    /// The address at an offset from the first one; nil beyond the end.
    package func address(_ offset: UInt128) -> NetworkAddress? {
        let host = UInt128(base.family.bitCount - prefix)
        guard host == 128 || offset >> host == 0 else { return nil }
        let bits = base.bits + offset
        return base.family == .v4 ? NetworkAddress(v4: UInt32(truncatingIfNeeded: bits)) : NetworkAddress(v6: bits)
    }

    /// The n-th of the equal networks of `prefix` fixed bits that this one consists of; nil when there is none.
    package func part(_ index: Int, prefix: Int) -> IPNetwork? {
        guard index >= 0, prefix >= self.prefix, prefix <= base.family.bitCount else { return nil }
        let count = UInt128(prefix - self.prefix), shift = UInt128(base.family.bitCount - prefix)
        guard count == 128 || UInt128(index) >> count == 0, shift < 128, let first = address(UInt128(index) << shift) else { return nil }
        return IPNetwork(first, prefix: prefix)
    }

    package var description: String { "\(base)/\(prefix)" }
}
