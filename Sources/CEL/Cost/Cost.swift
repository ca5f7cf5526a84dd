/// What the parts of an expression cost, in the units of Kubernetes' limits.
enum Cost {
    static let select: UInt64 = 1
    static let call: UInt64 = 1
    static let list: UInt64 = 10
    static let map: UInt64 = 30
    static let structure: UInt64 = 40
    /// To look at every character of a text once.
    static let traversalFactor = 0.1
    /// To follow a pattern, a character of its text.
    static let patternFactor = 0.25

    /// How large a value is: characters, bytes, elements, entries; 1 for all else.
    static func size(_ value: CELValue) -> UInt64 {
        switch value {
        case .string(let text): UInt64(text.unicodeScalars.count)
        case .bytes(let bytes): UInt64(bytes.count)
        case .list(let list): UInt64(list.count)
        case .map(let map): UInt64(map.count)
        case .optional(let inner): inner.map { size($0) } ?? 1
        default: 1
        }
    }

    static func scaled(_ size: UInt64, _ factor: Double) -> UInt64 {
        let product = (Double(size) * factor).rounded(.up)
        return product >= 1.8e19 ? .max : UInt64(product)
    }

    static func traversal(_ size: UInt64) -> UInt64 { scaled(size, traversalFactor) }

    /// All of a value, texts by their bytes.
    static func deepTraversal(_ value: CELValue) -> UInt64 {
        switch value {
        case .string(let text): UInt64(Double(text.utf8.count) * traversalFactor)
        case .bytes(let bytes): UInt64(Double(bytes.count) * traversalFactor)
        case .list(let list): list.elements.reduce(0) { sum($0, deepTraversal($1)) }
        case .map(let map): map.entries.reduce(0) { sum($0, deepTraversal($1.value)) }
        default: 1
        }
    }

    static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max : product
    }

    static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}

/// How the cost of a call depends on the sizes of what it is called with.
enum CostRule: Sendable {
    case constant(UInt64)
    /// Every character of an argument is looked at, `times` over.
    case traversal(Int, times: UInt64 = 1)
    /// The begin or the end of a text is compared.
    case affix
    /// Every element of an argument is looked at.
    case elements(Int)
    /// Every element of an argument is looked at, and all of its characters.
    case deep(Int)
    /// All characters of all arguments.
    case concatenation
    case smaller
    case contains
    case pattern
    case result(times: UInt64)
    case pairs(times: UInt64)
    /// A base price, and the text of the argument, if it is one.
    case parsed(UInt64, Int)
    case quadratic

    static func of(_ name: String, _ overload: String) -> CostRule {
        switch name {
        case "startsWith", "endsWith": .affix
        case Operator.contains: overload == "in_list" ? .elements(1) : .constant(1)
        case Operator.less, Operator.lessOrEqual, Operator.greater, Operator.greaterOrEqual:
            overload.hasSuffix("string") || overload.hasSuffix("bytes") ? .smaller : .constant(1)
        case Operator.add: overload == "add_string" || overload == "add_bytes" ? .concatenation : .constant(1)
        case "matches", "find", "findAll": .pattern
        case "contains": overload == "contains_string" ? .contains : .constant(1)
        case "bytes", "string": overload == "string_to_bytes" || overload == "bytes_to_string" ? .traversal(0) : .constant(1)
        case "format", "strings.quote", "lowerAscii", "upperAscii", "substring", "trim", "url", "isURL", "cidr", "isIP", "isCIDR",
            "quantity", "isQuantity", "semver", "isSemver", "jsonpatch.escapeKey", "reverse":
            .traversal(0)
        case "ip": overload == "string_to_ip" ? .traversal(0) : .constant(1)
        case "replace", "split", "ip.isCanonical": .traversal(0, times: 2)
        case "join": .result(times: 2)
        case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf": .deep(0)
        case "flatten", "slice": .result(times: 1)
        case "lists.range": .result(times: 10)
        case "sort", "distinct", "@sortByAssociatedKeys": .quadratic
        case "sets.contains", "sets.intersects": .pairs(times: 1)
        case "sets.equivalent": .pairs(times: 2)
        case "check": overload == "authorizer_check" || overload.hasSuffix("check_string") ? .constant(350_000) : .constant(1)
        case "fieldSelector", "labelSelector": .traversal(1)
        case "containsIP": .parsed(4, 1)
        case "containsCIDR": .parsed(8, 1)
        case "validate": .parsed(1, 1)
        default: .constant(1)
        }
    }

    func price(_ arguments: [CELValue], _ result: CELValue) -> UInt64 {
        func size(_ position: Int) -> UInt64 { arguments.indices.contains(position) ? Cost.size(arguments[position]) : 1 }
        switch self {
        case .constant(let price): return price
        case .traversal(let position, let times): return Cost.traversal(Cost.product(size(position), times))
        case .affix: return Cost.traversal(size(0))
        case .elements(let position): return size(position)
        case .deep(let position): return arguments.indices.contains(position) ? Cost.deepTraversal(arguments[position]) : 1
        case .concatenation: return Cost.traversal(Cost.sum(size(0), size(1)))
        case .smaller: return Cost.traversal(min(size(0), size(1)))
        case .contains: return Cost.product(Cost.traversal(size(0)), Cost.traversal(size(1)))
        case .pattern: return Cost.product(Cost.traversal(Cost.sum(size(0), 1)), Cost.scaled(size(1), Cost.patternFactor))
        case .result(let times): return Cost.traversal(Cost.product(Cost.size(result), times))
        case .pairs(let times): return Cost.product(Cost.product(size(0), size(1)), times)
        case .parsed(let base, let position):
            if arguments.indices.contains(position), case .string = arguments[position] { return Cost.sum(base, Cost.traversal(size(position))) }
            return base
        case .quadratic: return Cost.product(size(0), size(0))
        }
    }
}
