import Objects

/// An IP address.
struct AddressValue: CELOpaque {
    let address: NetworkAddress
    var typeName: String { "net.IP" }
    func isEqual(to other: any CELOpaque) -> Bool { (other as? AddressValue)?.address == address }
    var text: String? { address.description }
}

/// A range of addresses; the address keeps the bits that the prefix does not cover.
struct PrefixValue: CELOpaque {
    let address: NetworkAddress
    let length: Int

    init(_ address: NetworkAddress, length: Int) {
        self.address = address
        self.length = length
    }

    var typeName: String { "net.CIDR" }
    func isEqual(to other: any CELOpaque) -> Bool {
        guard let other = other as? PrefixValue else { return false }
        return address == other.address && length == other.length
    }
    var text: String? { "\(address)/\(length)" }

    var masked: PrefixValue {
        let host = UInt128(address.family.bitCount - length)
        let kept = host >= 128 ? 0 : (address.bits >> host) << host
        return PrefixValue(address.family == .v4 ? NetworkAddress(v4: UInt32(truncatingIfNeeded: kept)) : NetworkAddress(v6: kept), length: length)
    }

    func contains(_ other: NetworkAddress) -> Bool {
        guard other.family == address.family else { return false }
        let host = UInt128(address.family.bitCount - length)
        return host >= 128 || other.bits >> host == address.bits >> host
    }
}

extension CELType {
    static let address = CELType.opaque("net.IP")
    static let prefix = CELType.opaque("net.CIDR")
}

extension Library {
    /// IP addresses and ranges of them.
    public static let network = Library(NetworkFunctions.addresses + NetworkFunctions.prefixes, types: [.address, .prefix])
}

enum NetworkFunctions {
    private static func parseAddress(_ text: String) throws(CELError) -> NetworkAddress {
        guard let address = NetworkAddress(text) else {
            throw CELError(
                text.contains("%") ? "IP address with zone value is not allowed" : "IP Address \(Formatting.quoted(text)) parse error during conversion from string: ParseAddr(\(Formatting.quoted(text))): unable to parse IP")
        }
        if address.family == .v6, address.bits >> 32 == 0xffff { throw CELError("IPv4-mapped IPv6 address is not allowed") }
        return address
    }

    private static func parsePrefix(_ text: String) throws(CELError) -> PrefixValue {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = NetworkAddress(parts[0]), !(address.family == .v6 && address.bits >> 32 == 0xffff),
            let length = Int(parts[1]), parts[1].utf8.allSatisfy({ $0 &- 48 <= 9 }), parts[1] == String(length),
            (0...address.family.bitCount).contains(length)
        else { throw CELError("network address parse error during conversion from string: netip.ParsePrefix(\(Formatting.quoted(text))): no '/'") }
        return PrefixValue(address, length: length)
    }

    private static func text(_ value: CELValue) throws(CELError) -> String {
        guard case .string(let text) = value else { throw .noSuchOverload }
        return text
    }

    private static func address(_ value: CELValue) throws(CELError) -> NetworkAddress {
        if case .string(let text) = value { return try parseAddress(text) }
        guard case .opaque(let opaque) = value, let address = opaque as? AddressValue else { throw .noSuchOverload }
        return address.address
    }

    private static func prefix(_ value: CELValue) throws(CELError) -> PrefixValue {
        if case .string(let text) = value { return try parsePrefix(text) }
        guard case .opaque(let opaque) = value, let prefix = opaque as? PrefixValue else { throw .noSuchOverload }
        return prefix
    }

    private static func test(_ name: String, _ holds: @escaping @Sendable (NetworkAddress) -> Bool) -> Function {
        Function(name, [Overload("ip_\(name)", isMember: true, [.address], .bool)]) { arguments throws(CELError) in
            .bool(holds(try address(arguments[0])))
        }
    }

    static let addresses: [Function] = [
        Function(
            "ip", [Overload("string_to_ip", [.string], .address), Overload("cidr_ip", isMember: true, [.prefix], .address)]
        ) { arguments throws(CELError) in
            if case .string(let text) = arguments[0] { return .opaque(AddressValue(address: try parseAddress(text))) }
            return .opaque(AddressValue(address: try prefix(arguments[0]).address))
        },
        Function("isIP", [Overload("is_ip", [.string], .bool)]) { arguments throws(CELError) in
            let text = try text(arguments[0])
            return .bool((try? parseAddress(text)) != nil)
        },
        Function("ip.isCanonical", [Overload("ip_is_canonical", [.string], .bool)]) { arguments throws(CELError) in
            let text = try text(arguments[0])
            return .bool(try parseAddress(text).description == text)
        },
        Function("family", [Overload("ip_family", isMember: true, [.address], .int)]) { arguments throws(CELError) in
            .int(try address(arguments[0]).family == .v4 ? 4 : 6)
        },
        Function("string", [Overload("ip_to_string", [.address], .string), Overload("cidr_to_string", [.prefix], .string)]) {
            arguments throws(CELError) in
            guard case .opaque(let opaque) = arguments[0], let text = opaque.text else { throw .noSuchOverload }
            return .string(text)
        },
        test("isUnspecified") { $0.bits == 0 },
        test("isLoopback") { $0.isLoopback },
        test("isLinkLocalMulticast", isLinkLocalMulticast),
        test("isLinkLocalUnicast", isLinkLocalUnicast),
        test("isGlobalUnicast") { address in
            let isMulticast = address.family == .v4 ? address.bits >> 28 == 14 : address.bits >> 120 == 0xff
            let isBroadcast = address.family == .v4 && address.bits == 0xffff_ffff
            return address.bits != 0 && !address.isLoopback && !isMulticast && !isLinkLocalUnicast(address) && !isBroadcast
        },
    ]

    @Sendable private static func isLinkLocalUnicast(_ address: NetworkAddress) -> Bool {
        address.family == .v4 ? address.bits >> 16 == 0xa9fe : address.bits >> 118 == 0x3fa
    }

    @Sendable private static func isLinkLocalMulticast(_ address: NetworkAddress) -> Bool {
        address.family == .v4 ? address.bits >> 8 == 0xe00000 : address.bits >> 120 == 0xff && (address.bits >> 112) & 0xf == 2
    }

    static let prefixes: [Function] = [
        Function("cidr", [Overload("string_to_cidr", [.string], .prefix)]) { arguments throws(CELError) in
            .opaque(try parsePrefix(try text(arguments[0])))
        },
        Function("isCIDR", [Overload("is_cidr", [.string], .bool)]) { arguments throws(CELError) in
            let text = try text(arguments[0])
            return .bool((try? parsePrefix(text)) != nil)
        },
        Function(
            "containsIP",
            [
                Overload("cidr_contains_ip_string", isMember: true, [.prefix, .string], .bool),
                Overload("cidr_contains_ip_ip", isMember: true, [.prefix, .address], .bool),
            ]
        ) { arguments throws(CELError) in .bool(try prefix(arguments[0]).contains(try address(arguments[1]))) },
        Function(
            "containsCIDR",
            [
                Overload("cidr_contains_cidr_string", isMember: true, [.prefix, .string], .bool),
                Overload("cidr_contains_cidr", isMember: true, [.prefix, .prefix], .bool),
            ]
        ) { arguments throws(CELError) in
            let outer = try prefix(arguments[0]), inner = try prefix(arguments[1])
            return .bool(outer.length <= inner.length && outer.contains(inner.address))
        },
        Function("prefixLength", [Overload("cidr_prefix_length", isMember: true, [.prefix], .int)]) { arguments throws(CELError) in
            .int(Int64(try prefix(arguments[0]).length))
        },
        Function("masked", [Overload("cidr_masked", isMember: true, [.prefix], .prefix)]) { arguments throws(CELError) in
            .opaque(try prefix(arguments[0]).masked)
        },
    ]
}
