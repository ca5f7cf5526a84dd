/// The members of an object, in the order in which they were written.
///
/// Objects of the API have few members, so look-up is a scan; past `indexedFrom` members an index is
/// kept beside them, so that a map of many thousand keys from outside costs no quadratic time.
package struct Members: Sendable {
    package struct Entry: Sendable {
        package let key: String
        package var value: Value

        package init(key: String, value: Value) {
            self.key = key
            self.value = value
        }
    }

    static let indexedFrom = 24

    package internal(set) var entries: [Entry]
    private var index: [String: Int]?

    package init() {
        entries = []
    }

    /// Later members replace earlier ones of the same name.
    package init(_ members: some Sequence<(String, Value)>) {
        entries = []
        entries.reserveCapacity(members.underestimatedCount)
        for (key, value) in members { self[key] = value }
    }

    /// Takes entries whose keys are known to differ, without looking.
    package init(uniqueEntries: [Entry]) {
        entries = uniqueEntries
        if entries.count >= Self.indexedFrom { buildIndex() }
    }

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    package var keys: [String] { entries.map(\.key) }

    package func contains(_ key: String) -> Bool { position(of: key) != nil }

    package subscript(key: String) -> Value? {
        get { position(of: key).map { entries[$0].value } }
        set {
            if let newValue {
                entries[position(insertingIfAbsent: key)].value = newValue
            } else {
                remove(key)
            }
        }
    }

    @discardableResult
    package mutating func remove(_ key: String) -> Value? {
        guard let position = position(of: key) else { return nil }
        let removed = entries.remove(at: position).value
        if index != nil { buildIndex() }
        return removed
    }

    /// Keeps the members for which `isIncluded` holds.
    package mutating func keep(where isIncluded: (Entry) -> Bool) {
        entries.removeAll { !isIncluded($0) }
        index = nil
        if entries.count >= Self.indexedFrom { buildIndex() }
    }

    package mutating func removeAll(where matches: (Entry) -> Bool) { keep { !matches($0) } }

    /// Sorts the members by name, as Go prints maps.
    package mutating func sortByKey() {
        entries.sort { $0.key < $1.key }
        if index != nil { buildIndex() }
    }

    /// Replaces each value in place.
    package mutating func mapValues(_ change: (String, inout Value) throws -> Void) rethrows {
        for position in entries.indices { try change(entries[position].key, &entries[position].value) }
    }

    package func position(of key: String) -> Int? {
        if let index { return index[key] }
        for position in entries.indices where entries[position].key == key { return position }
        return nil
    }

    mutating func position(insertingIfAbsent key: String) -> Int {
        if let position = position(of: key) { return position }
        entries.append(Entry(key: key, value: .null))
        if index != nil {
            index?[key] = entries.count - 1
        } else if entries.count >= Self.indexedFrom {
            buildIndex()
        }
        return entries.count - 1
    }

    private mutating func buildIndex() {
        var built: [String: Int] = [:]
        built.reserveCapacity(entries.count)
        for (position, entry) in entries.enumerated() { built[entry.key] = position }
        index = built
    }
}

extension Members: Sequence {
    package func makeIterator() -> IndexingIterator<[Entry]> { entries.makeIterator() }
    package var underestimatedCount: Int { entries.count }
}

extension Members: Hashable {
    /// Order does not count.
    package static func == (left: Members, right: Members) -> Bool {
        guard left.count == right.count else { return false }
        for (position, entry) in left.entries.enumerated() {
            let other = right.entries[position]
            if other.key == entry.key {
                if other.value != entry.value { return false }
            } else if right[entry.key] != entry.value {
                return false
            }
        }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        var combined = 0
        for entry in entries {
            var inner = Hasher()
            inner.combine(entry.key)
            inner.combine(entry.value)
            combined ^= inner.finalize()
        }
        hasher.combine(combined)
    }
}
