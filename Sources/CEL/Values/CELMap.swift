/// A value as a key of a map; numbers of different types that are equal are the same key.
public enum MapKey: Sendable, Hashable {
    case bool(Bool)
    case int(Int64)
    /// Past the range of `int`.
    case large(UInt64)
    case string(String)

    /// Nil for values that cannot be keys.
    public init?(_ value: CELValue) {
        switch value {
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .int(number)
        case .uint(let number): self = Int64(exactly: number).map { .int($0) } ?? .large(number)
        case .double(let number):
            if let whole = Int64(exactly: number) {
                self = .int(whole)
            } else if let whole = UInt64(exactly: number) {
                self = .large(whole)
            } else {
                return nil
            }
        case .string(let text): self = .string(text)
        default: return nil
        }
    }
}

/// A map: entries that an expression made, or the members of an object that are adapted one by one.
public struct CELMap: Sendable {
    enum Storage: Sendable {
        case entries(keys: [CELValue], values: [CELValue], positions: [MapKey: Int])
        case adapted(AdaptedMembers)
    }

    private var storage: Storage

    public init() { storage = .entries(keys: [], values: [], positions: [:]) }

    init(adapted: AdaptedMembers) { storage = .adapted(adapted) }

    public var count: Int {
        switch storage {
        case .entries(let keys, _, _): keys.count
        case .adapted(let adapted): adapted.count
        }
    }

    public var keys: [CELValue] {
        switch storage {
        case .entries(let keys, _, _): keys
        case .adapted(let adapted): adapted.keys.map { .string($0) }
        }
    }

    public subscript(key: MapKey) -> CELValue? {
        switch storage {
        case .entries(_, let values, let positions): return positions[key].map { values[$0] }
        case .adapted(let adapted):
            guard case .string(let text) = key else { return nil }
            return adapted[text]
        }
    }

    /// The keys with their values, in the order in which they were written.
    public var entries: [(key: CELValue, value: CELValue)] {
        switch storage {
        case .entries(let keys, let values, _): return Array(zip(keys, values)).map { ($0.0, $0.1) }
        case .adapted(let adapted): return adapted.keys.map { (.string($0), adapted[$0] ?? .null) }
        }
    }

    /// False when the key is there already, or can be none.
    public mutating func insert(_ key: CELValue, _ value: CELValue) -> Bool {
        guard let mapKey = MapKey(key) else { return false }
        var (keys, values, positions): ([CELValue], [CELValue], [MapKey: Int]) = ([], [], [:])
        switch storage {
        case .entries(let oldKeys, let oldValues, let oldPositions): (keys, values, positions) = (oldKeys, oldValues, oldPositions)
        case .adapted:
            for entry in entries {
                if let known = MapKey(entry.key) { positions[known] = keys.count }
                keys.append(entry.key)
                values.append(entry.value)
            }
        }
        storage = .entries(keys: [], values: [], positions: [:])
        let isNew = positions[mapKey] == nil
        if isNew {
            positions[mapKey] = keys.count
            keys.append(key)
            values.append(value)
        }
        storage = .entries(keys: keys, values: values, positions: positions)
        return isNew
    }

    func equals(_ other: CELMap) -> Bool {
        guard count == other.count else { return false }
        for (key, value) in entries {
            guard let mapKey = MapKey(key), let counterpart = other[mapKey], value.equals(counterpart) else { return false }
        }
        return true
    }
}
