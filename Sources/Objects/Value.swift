/// The one dynamic tree that every object of the API is while it travels through Martlet.
///
/// It holds what JSON can hold; 64-bit integers stay exact, and members keep the order in which they
/// were written. Byte strings are base64 text here, as they are in JSON.
package enum Value: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([Value])
    case object(Members)
}

extension Value {
    /// An object without members.
    package static var emptyObject: Value { .object(Members()) }

    package var isNull: Bool {
        if case .null = self { return true }
        return false
    }

    /// The text, when this is a string.
    package var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The number, when it is integral (a double without fraction counts, as `1.0` is sent by some clients).
    package var int: Int64? {
        switch self {
        case .int(let number): return number
        case .double(let number): return Int64(exactly: number)
        default: return nil
        }
    }

    package var double: Double? {
        switch self {
        case .int(let number): return Double(number)
        case .double(let number): return number
        default: return nil
        }
    }

    package var bool: Bool? {
        if case .bool(let flag) = self { return flag }
        return nil
    }

    /// The elements, or none when this is not an array.
    package var array: [Value] {
        if case .array(let elements) = self { return elements }
        return []
    }

    /// The members, or none when this is not an object.
    package var members: Members {
        if case .object(let members) = self { return members }
        return Members()
    }

    package var isArray: Bool {
        if case .array = self { return true }
        return false
    }

    package var isObject: Bool {
        if case .object = self { return true }
        return false
    }

    /// The members that are strings, as a dictionary (labels, annotations, ConfigMap data).
    package var stringMap: [String: String] {
        guard case .object(let members) = self else { return [:] }
        var map: [String: String] = [:]
        map.reserveCapacity(members.count)
        for member in members {
            if case .string(let text) = member.value { map[member.key] = text }
        }
        return map
    }

    /// The elements that are strings.
    package var strings: [String] { array.compactMap(\.string) }

    /// The member `key`; `.null` when it is absent or this is not an object.
    ///
    /// Assigning to it makes an object out of a null. Assigning `.null` stores a null: `remove` deletes.
    package subscript(key: String) -> Value {
        get {
            guard case .object(let members) = self else { return .null }
            return members[key] ?? .null
        }
        _modify {
            var members: Members
            if case .object(let existing) = self { members = existing } else { members = Members() }
            self = .null
            let position = members.position(insertingIfAbsent: key)
            yield &members.entries[position].value
            self = .object(members)
        }
    }

    /// The element at `index`; `.null` when there is none. Assigning outside the array does nothing.
    package subscript(index: Int) -> Value {
        get {
            guard case .array(let elements) = self, elements.indices.contains(index) else { return .null }
            return elements[index]
        }
        _modify {
            guard case .array(var elements) = self, elements.indices.contains(index) else {
                var ignored = Value.null
                yield &ignored
                return
            }
            self = .null
            yield &elements[index]
            self = .array(elements)
        }
    }

    /// Whether the member is there, be it null.
    package func contains(_ key: String) -> Bool {
        guard case .object(let members) = self else { return false }
        return members.contains(key)
    }

    /// Removes the member `key` and returns what it was.
    @discardableResult
    package mutating func remove(_ key: String) -> Value? {
        guard case .object(var members) = self else { return nil }
        self = .null
        let removed = members.remove(key)
        self = .object(members)
        return removed
    }

    /// Stores `value` under `key`, or removes the member when `value` is nil.
    package mutating func set(_ key: String, _ value: Value?) {
        if let value { self[key] = value } else { remove(key) }
    }

    /// Appends to an array; a null becomes an array of one.
    package mutating func append(_ element: Value) {
        if case .array(var elements) = self {
            self = .null
            elements.append(element)
            self = .array(elements)
        } else if isNull {
            self = .array([element])
        }
    }

    /// The value at a path of member names, `.null` where the path ends early.
    package func at(_ path: String...) -> Value { at(path[...]) }

    package func at(_ path: ArraySlice<String>) -> Value {
        var current = self
        for key in path { current = current[key] }
        return current
    }

    package func at(_ path: [String]) -> Value { at(path[...]) }

    /// Whether Go's `omitempty` would leave this out: null, false, 0, "", [] and {}.
    package var isEmptyForJSON: Bool {
        switch self {
        case .null: return true
        case .bool(let flag): return !flag
        case .int(let number): return number == 0
        case .double(let number): return number == 0
        case .string(let text): return text.isEmpty
        case .array(let elements): return elements.isEmpty
        case .object(let members): return members.isEmpty
        }
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByFloatLiteral, ExpressibleByStringInterpolation
{
    package init(stringLiteral text: String) { self = .string(text) }
    package init(integerLiteral number: Int64) { self = .int(number) }
    package init(booleanLiteral flag: Bool) { self = .bool(flag) }
    package init(floatLiteral number: Double) { self = .double(number) }
    package init(arrayLiteral elements: Value...) { self = .array(elements) }
    package init(dictionaryLiteral members: (String, Value)...) { self = .object(Members(members)) }

    package init(_ text: String) { self = .string(text) }
    package init(_ number: Int64) { self = .int(number) }
    package init(_ number: Int) { self = .int(Int64(number)) }
    package init(_ flag: Bool) { self = .bool(flag) }
    package init(_ strings: [String]) { self = .array(strings.map(Value.string)) }

    /// The map as an object, its keys sorted, as Go prints maps.
    package init(_ map: [String: String]) {
        self = .object(Members(map.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
}
