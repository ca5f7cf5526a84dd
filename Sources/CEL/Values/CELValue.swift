/// A value of the Common Expression Language.
public enum CELValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list(CELList)
    case map(CELMap)
    case timestamp(CELTimestamp)
    case duration(CELDuration)
    case type(CELType)
    indirect case optional(CELValue?)
    indirect case object(any CELObject)
    indirect case opaque(any CELOpaque)
}

/// A value with named fields: an adapted object of the API, or one that an expression made.
public protocol CELObject: Sendable {
    var typeName: String { get }
    /// The value of a field by the name that expressions use; nil when it is not set.
    func field(_ name: String) throws(CELError) -> CELValue?
    /// Every field that is set, for comparison and printing.
    var fields: [(name: String, value: CELValue)] { get }
}

/// A value of a library's own type.
public protocol CELOpaque: Sendable {
    /// The name of its type, such as `net.IP`.
    var typeName: String { get }
    func isEqual(to other: any CELOpaque) -> Bool
    /// What `string(x)` gives; nil when it has no text.
    var text: String? { get }
}

extension CELOpaque {
    public var text: String? { nil }
}

extension CELValue {
    /// The type that `type(x)` gives.
    public var type: CELType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list: .list(.dyn)
        case .map: .map(.dyn, .dyn)
        case .timestamp: .timestamp
        case .duration: .duration
        case .type: .type(.dyn)
        case .optional: .optional(.dyn)
        case .object(let object): .opaque(object.typeName)
        case .opaque(let value): .opaque(value.typeName)
        }
    }

    /// The flag, when this is one.
    public var bool: Bool? {
        if case .bool(let flag) = self { return flag }
        return nil
    }

    /// The text, when this is a string.
    public var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    var list: CELList? {
        if case .list(let list) = self { return list }
        return nil
    }

    static func list(_ elements: [CELValue]) -> CELValue { .list(CELList(elements)) }

    /// Whether `optional.ofNonZeroValue` takes this for nothing.
    var isZero: Bool {
        switch self {
        case .null: return true
        case .bool(let flag): return !flag
        case .int(let number): return number == 0
        case .uint(let number): return number == 0
        case .double(let number): return number == 0
        case .string(let text): return text.isEmpty
        case .bytes(let bytes): return bytes.isEmpty
        case .list(let list): return list.count == 0
        case .map(let map): return map.count == 0
        case .timestamp(let time): return time.seconds == 0 && time.nanoseconds == 0
        case .duration(let duration): return duration.nanoseconds == 0
        case .optional(let inner): return inner.map(\.isZero) ?? true
        case .object(let object): return object.fields.isEmpty
        case .type, .opaque: return false
        }
    }
}

/// A list: elements that an expression made, or an array of an object that is adapted element by element.
public struct CELList: Sendable {
    enum Storage: Sendable {
        case elements([CELValue])
        case adapted(AdaptedElements)
    }

    var storage: Storage
    let topology: DeclaredType.Topology

    public init(_ elements: [CELValue], topology: DeclaredType.Topology = .atomic) {
        storage = .elements(elements)
        self.topology = topology
    }

    init(adapted: AdaptedElements, topology: DeclaredType.Topology) {
        storage = .adapted(adapted)
        self.topology = topology
    }

    public var count: Int {
        switch storage {
        case .elements(let elements): elements.count
        case .adapted(let adapted): adapted.count
        }
    }

    /// The element at a position that is known to exist.
    public subscript(position: Int) -> CELValue {
        switch storage {
        case .elements(let elements): elements[position]
        case .adapted(let adapted): adapted[position]
        }
    }

    public var elements: [CELValue] {
        switch storage {
        case .elements(let elements): elements
        case .adapted(let adapted): (0..<adapted.count).map { adapted[$0] }
        }
    }

    func contains(_ value: CELValue) -> Bool {
        for position in 0..<count where self[position].equals(value) { return true }
        return false
    }

    mutating func append(_ value: CELValue) {
        switch storage {
        case .elements(var elements):
            storage = .elements([])
            elements.append(value)
            storage = .elements(elements)
        case .adapted: storage = .elements(elements + [value])
        }
    }

    /// `+` of lists: sets stay sets, and an element of a keyed list replaces the one of the same keys.
    func joined(_ other: CELList) -> CELList {
        switch topology {
        case .atomic:
            if count == 0 { return other }
            if other.count == 0 { return self }
            return CELList(elements + other.elements)
        case .set:
            var result = elements
            var seen = ValueIndex(result)
            for element in other.elements where seen.insert(element, result) { result.append(element) }
            return CELList(result, topology: topology)
        case .map(let keys):
            var result = elements
            var positions: [[MapKey?]: Int] = [:]
            for (position, element) in result.enumerated() { positions[element.identity(keys)] = position }
            for element in other.elements {
                let identity = element.identity(keys)
                if let position = positions[identity] {
                    result[position] = element
                } else {
                    positions[identity] = result.count
                    result.append(element)
                }
            }
            return CELList(result, topology: topology)
        }
    }

    func equals(_ other: CELList) -> Bool {
        guard count == other.count else { return false }
        switch topology == .atomic ? other.topology : topology {
        case .atomic:
            for position in 0..<count where !self[position].equals(other[position]) { return false }
            return true
        case .set:
            let mine = elements
            let index = ValueIndex(mine)
            return other.elements.allSatisfy { index.contains($0, mine) }
        case .map(let keys):
            var mine: [[MapKey?]: CELValue] = [:]
            for element in elements { mine[element.identity(keys)] = element }
            return other.elements.allSatisfy { element in mine[element.identity(keys)].map { $0.equals(element) } ?? false }
        }
    }
}

/// Finds equal values fast: those that can be keys by hash, others by looking at each.
struct ValueIndex {
    private var keys: Set<MapKey> = []
    private var others: [Int] = []

    init(_ elements: [CELValue]) {
        for (position, element) in elements.enumerated() { note(element, position) }
    }

    private mutating func note(_ element: CELValue, _ position: Int) {
        if let key = MapKey(element) { keys.insert(key) } else { others.append(position) }
    }

    func contains(_ value: CELValue, _ elements: [CELValue]) -> Bool {
        if let key = MapKey(value) {
            if keys.contains(key) { return true }
        }
        return others.contains { elements[$0].equals(value) }
    }

    /// False when it is there already; `elements` is what it will be appended to.
    mutating func insert(_ value: CELValue, _ elements: [CELValue]) -> Bool {
        if contains(value, elements) { return false }
        note(value, elements.count)
        return true
    }
}

extension CELValue {
    /// The values of the members that tell elements of a keyed list apart.
    func identity(_ keys: [String]) -> [MapKey?] {
        keys.map { key in
            let name = PropertyName.escaped(key) ?? key
            switch self {
            case .object(let object as AdaptedObject): return object.member(key).flatMap { MapKey($0) }
            case .object(let object):
                guard let value = try? object.field(name) else { return nil }
                return MapKey(value)
            case .map(let map): return map[.string(key)].flatMap { MapKey($0) }
            default: return nil
            }
        }
    }
}
