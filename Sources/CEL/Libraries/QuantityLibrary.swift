package import Objects

/// An amount of a resource.
struct QuantityValue: CELOpaque {
    let quantity: Quantity
    var typeName: String { "kubernetes.Quantity" }
    func isEqual(to other: any CELOpaque) -> Bool { (other as? QuantityValue)?.quantity == quantity }
}

extension CELType {
    static let quantity = CELType.opaque("kubernetes.Quantity")
}

extension CELValue {
    /// An amount as expressions have it.
    package init(quantity: Quantity) { self = .opaque(QuantityValue(quantity: quantity)) }
}

extension Library {
    /// Amounts: `quantity('1Gi').isGreaterThan(quantity('1G'))`.
    public static let quantities = Library(
        [
            Function("quantity", [Overload("string_to_quantity", [.string], .quantity)]) { arguments throws(CELError) in
                guard case .string(let text) = arguments[0] else { throw .noSuchOverload }
                guard let quantity = Quantity(text) else {
                    throw CELError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
                }
                return CELValue(quantity: quantity)
            },
            Function("isQuantity", [Overload("is_quantity_string", [.string], .bool)]) { arguments throws(CELError) in
                guard case .string(let text) = arguments[0] else { throw .noSuchOverload }
                return .bool(Quantity(text) != nil)
            },
            member("sign", .int) { .int($0.isZero ? 0 : $0.isNegative ? -1 : 1) },
            member("isInteger", .bool) { .bool($0.isInteger) },
            member("asInteger", .int) { quantity throws(CELError) in
                guard quantity.isInteger else { throw CELError("cannot convert value to integer") }
                return .int(quantity.rounded)
            },
            member("asApproximateFloat", .double) { .double(Double($0.nanos) / 1_000_000_000) },
            compared("isGreaterThan", .bool) { .bool($0 > $1) },
            compared("isLessThan", .bool) { .bool($0 < $1) },
            compared("compareTo", .int) { .int($0 < $1 ? -1 : $0 == $1 ? 0 : 1) },
            arithmetic("add") { $0 + $1 },
            arithmetic("sub") { $0 - $1 },
        ], types: [.quantity])

    private static func amount(_ value: CELValue) throws(CELError) -> Quantity {
        guard case .opaque(let opaque) = value, let amount = opaque as? QuantityValue else { throw .noSuchOverload }
        return amount.quantity
    }

    private static func member(_ name: String, _ result: CELType, _ read: @escaping @Sendable (Quantity) throws(CELError) -> CELValue) -> Function {
        Function(name, [Overload("quantity_\(name)", isMember: true, [.quantity], result)]) { arguments throws(CELError) in
            try read(try amount(arguments[0]))
        }
    }

    private static func compared(_ name: String, _ result: CELType, _ read: @escaping @Sendable (Quantity, Quantity) -> CELValue) -> Function {
        Function(name, [Overload("quantity_\(name)", isMember: true, [.quantity, .quantity], result)]) { arguments throws(CELError) in
            read(try amount(arguments[0]), try amount(arguments[1]))
        }
    }

    private static func arithmetic(_ name: String, _ combine: @escaping @Sendable (Quantity, Quantity) -> Quantity) -> Function {
        Function(
            name,
            [
                Overload("quantity_\(name)", isMember: true, [.quantity, .quantity], .quantity),
                Overload("quantity_\(name)_int", isMember: true, [.quantity, .int], .quantity),
            ]
        ) { arguments throws(CELError) in
            if case .int(let whole) = arguments[1] { return CELValue(quantity: combine(try amount(arguments[0]), Quantity(whole))) }
            return CELValue(quantity: combine(try amount(arguments[0]), try amount(arguments[1])))
        }
    }
}
