extension CELValue {
    /// `==`: values of different types are unequal, but for numbers, which compare by what they are worth.
    public func equals(_ other: CELValue) -> Bool {
        switch (self, other) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.int(let left), .int(let right)): return left == right
        case (.string(let left), .string(let right)): return left.isSame(as: right)
        case (.bytes(let left), .bytes(let right)): return left == right
        case (.list(let left), .list(let right)): return left.equals(right)
        case (.map(let left), .map(let right)): return left.equals(right)
        case (.timestamp(let left), .timestamp(let right)): return left == right
        case (.duration(let left), .duration(let right)): return left == right
        case (.type(let left), .type(let right)): return left.name == right.name
        case (.optional(let left), .optional(let right)):
            guard let left, let right else { return left == nil && right == nil }
            return left.equals(right)
        case (.object(let left), .object(let right)): return Self.equal(left, right)
        case (.opaque(let left), .opaque(let right)): return left.typeName == right.typeName && left.isEqual(to: right)
        default: return compareNumbers(other) == .same
        }
    }

    private static func equal(_ left: any CELObject, _ right: any CELObject) -> Bool {
        if let left = left as? AdaptedObject, let right = right as? AdaptedObject { return left.equals(right) }
        let (mine, others) = (left.fields, right.fields)
        guard left.typeName == right.typeName, mine.count == others.count else { return false }
        for field in mine {
            guard let counterpart = try? right.field(field.name), field.value.equals(counterpart) else { return false }
        }
        return true
    }

    enum Order { case less, same, greater }

    /// Nil when one of them is no number, or not a number.
    func compareNumbers(_ other: CELValue) -> Order? {
        switch (self, other) {
        case (.int(let left), .int(let right)): return Self.order(left, right)
        case (.uint(let left), .uint(let right)): return Self.order(left, right)
        case (.int(let left), .uint(let right)): return left < 0 ? .less : Self.order(UInt64(left), right)
        case (.uint(let left), .int(let right)): return right < 0 ? .greater : Self.order(left, UInt64(right))
        case (.double(let left), .double(let right)): return left.isNaN || right.isNaN ? nil : Self.order(left, right)
        case (.double(let left), .int(let right)): return Self.order(left, right)
        case (.double(let left), .uint(let right)): return Self.order(left, right)
        case (.int(let left), .double(let right)): return Self.order(right, left).map(Self.reversed)
        case (.uint(let left), .double(let right)): return Self.order(right, left).map(Self.reversed)
        default: return nil
        }
    }

    /// How two values of one ordered type lie to each other. Throws when they have no order; nil with not-a-number.
    func compare(_ other: CELValue) throws(CELError) -> Order? {
        switch (self, other) {
        case (.bool(let left), .bool(let right)): return Self.order(left ? 1 : 0, right ? 1 : 0)
        case (.string(let left), .string(let right)): return Self.order(left.utf8, right.utf8)
        case (.bytes(let left), .bytes(let right)): return Self.order(left, right)
        case (.timestamp(let left), .timestamp(let right)): return Self.order(left, right)
        case (.duration(let left), .duration(let right)): return Self.order(left, right)
        case (.int, .int), (.int, .uint), (.int, .double), (.uint, .int), (.uint, .uint), (.uint, .double), (.double, .int),
            (.double, .uint), (.double, .double):
            return compareNumbers(other)
        default: throw .noSuchOverload
        }
    }

    private static func order<T: Comparable>(_ left: T, _ right: T) -> Order {
        left < right ? .less : left == right ? .same : .greater
    }

    private static func order(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Order {
        left.lexicographicallyPrecedes(right) ? .less : left.elementsEqual(right) ? .same : .greater
    }

    /// Exact, also where the integer has more digits than a double holds.
    private static func order<T: FixedWidthInteger>(_ left: Double, _ right: T) -> Order? {
        if left.isNaN { return nil }
        if left < Double(T.min) { return .less }
        if left >= Double(sign: .plus, exponent: T.isSigned ? 63 : 64, significand: 1) { return .greater }
        let whole = T(left.rounded(.towardZero))
        if whole != right { return whole < right ? .less : .greater }
        let fraction = left - left.rounded(.towardZero)
        return fraction == 0 ? .same : fraction < 0 ? .less : .greater
    }

    private static func reversed(_ order: Order) -> Order {
        switch order {
        case .less: .greater
        case .same: .same
        case .greater: .less
        }
    }
}

extension String {
    /// Byte by byte: letters that look the same but are written differently differ.
    func isSame(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
