import Glibc
import Objects

/// An IP address, as text of the API is read: strictly, and with a canonical form.
package struct NetworkAddress: Sendable, Hashable {
    /// 4 or 16 bytes.
    package let bytes: [UInt8]

    package init?(_ text: String) {
        if text.contains(":") {
            var address = in6_addr()
            guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
            bytes = withUnsafeBytes(of: &address) { Array($0) }
        } else {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 4 else { return nil }
            var octets: [UInt8] = []
            for part in parts {
                guard !part.isEmpty, part.count <= 3, part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let octet = UInt8(part)
                else { return nil }
                octets.append(octet)
            }
            bytes = octets
        }
    }

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package var isIPv6: Bool { bytes.count == 16 }
    package var isIPv4Mapped: Bool {
        bytes.count == 16 && bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
    }
    package var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
    package var isLoopback: Bool { isIPv6 ? bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1 : bytes[0] == 127 }
    package var isLinkLocal: Bool {
        isIPv6 ? bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 : bytes[0] == 169 && bytes[1] == 254
    }
    package var isLinkLocalMulticast: Bool {
        isIPv6 ? bytes[0] == 0xff && bytes[1] & 0x0f == 0x02 : bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0
    }

    /// The text as RFC 5952 and Go print it.
    package var text: String {
        if !isIPv6 { return bytes.map(String.init).joined(separator: ".") }
        var buffer = [CChar](repeating: 0, count: 64)
        let printed = bytes.withUnsafeBytes { inet_ntop(AF_INET6, $0.baseAddress, &buffer, socklen_t(buffer.count)) }
        guard printed != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a part of a dotted address has leading zeros, which programs read in different ways.
    static func hasLeadingZeros(_ text: String) -> Bool {
        let dotted = text.split(separator: ":").last ?? ""
        guard dotted.contains(".") else { return false }
        return dotted.split(separator: ".").contains { $0.count > 1 && $0.hasPrefix("0") }
    }
}

/// A range of addresses in CIDR form.
package struct NetworkPrefix: Sendable, Hashable {
    package let address: NetworkAddress
    package let length: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = NetworkAddress(String(parts[0])), !parts[1].isEmpty,
            parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let length = Int(parts[1]), length <= address.bytes.count * 8
        else { return nil }
        self.address = address
        self.length = length
    }

    private func bit(_ position: Int, of bytes: [UInt8]) -> Bool { bytes[position / 8] >> UInt8(7 - position % 8) & 1 == 1 }

    /// Whether bits beyond the prefix are set.
    package var hasHostBits: Bool { (length..<address.bytes.count * 8).contains { bit($0, of: address.bytes) } }

    package func contains(_ other: NetworkAddress) -> Bool {
        other.bytes.count == address.bytes.count && (0..<length).allSatisfy { bit($0, of: other.bytes) == bit($0, of: address.bytes) }
    }

    package var text: String { "\(address.text)/\(length)" }
}

enum AddressRules {
    static func address(_ text: String) -> [String] {
        guard let address = NetworkAddress(text) else {
            if NetworkAddress.hasLeadingZeros(text), NetworkAddress(withoutLeadingZeros(text)) != nil {
                return ["must not have leading 0s"]
            }
            return ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]
        }
        if NetworkAddress.hasLeadingZeros(text) { return ["must not have leading 0s"] }
        return address.isIPv4Mapped ? ["must not be an IPv4-mapped IPv6 address"] : []
    }

    static func prefix(_ text: String) -> [String] {
        guard let prefix = NetworkPrefix(text) else {
            return ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]
        }
        var problems: [String] = []
        let length = text.split(separator: "/").last ?? ""
        if NetworkAddress.hasLeadingZeros(String(text.split(separator: "/").first ?? "")) || length.count > 1 && length.hasPrefix("0") {
            problems.append("must not have leading 0s")
        }
        if prefix.address.isIPv4Mapped { problems.append("must not have an IPv4-mapped IPv6 address") }
        if prefix.hasHostBits { problems.append("must not have bits set beyond the prefix length") }
        return problems
    }

    /// As `address`, and in the canonical form of Go.
    static func canonicalAddress(_ text: String) -> [String] {
        let problems = address(text)
        if !problems.isEmpty { return problems }
        let canonical = NetworkAddress(text)?.text ?? text
        return canonical == text ? [] : ["must be in canonical form (\"\(canonical)\")"]
    }

    /// An address with the length of its network's prefix, in canonical form.
    static func interfaceAddress(_ text: String) -> [String] {
        guard let prefix = NetworkPrefix(text) else {
            return ["must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)"]
        }
        return prefix.text == text && !prefix.address.isIPv4Mapped ? [] : ["must be in canonical form (\"\(prefix.text)\")"]
    }

    private static func withoutLeadingZeros(_ text: String) -> String {
        text.split(separator: ".", omittingEmptySubsequences: false).map { part -> String in
            let rest = part.drop { $0 == "0" }
            return rest.isEmpty && !part.isEmpty ? "0" : String(rest)
        }.joined(separator: ".")
    }

    /// What an address that many hosts share may not be.
    static func routable(_ text: String) -> [String] {
        guard let address = NetworkAddress(text) else { return [] }
        if address.isUnspecified { return ["may not be unspecified (\(text))"] }
        if address.isLoopback { return ["may not be in the loopback range (127.0.0.0/8, ::1/128)"] }
        if address.isLinkLocal { return ["may not be in the link-local range (169.254.0.0/16, fe80::/10)"] }
        if address.isLinkLocalMulticast {
            return ["may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"]
        }
        return []
    }
}

extension FieldErrors {
    package mutating func address(_ field: FieldValue) { text(field, AddressRules.address) }
    package mutating func prefix(_ field: FieldValue) { text(field, AddressRules.prefix) }

    /// A number of a port.
    package mutating func portNumber(_ field: FieldValue) { inRange(field, 1...65535) }

    /// A number or a name of a port.
    package mutating func portNumberOrName(_ field: FieldValue) {
        switch field.value {
        case .string(let name): for problem in TextRules.portName(name) { invalid(field, problem) }
        default: portNumber(field)
        }
    }
}
