import Objects

/// The objects of a resource by the values of the labels that are asked for again and again.
///
/// Which labels those are only shows while the server runs: a label gets its table when lists have asked for it a few times,
/// and loses it when others are asked for instead. Small resources need none.
struct LabelIndex {
    /// From this number of objects on a walk over all costs more than a table.
    static let leastObjects = 1_000
    private static let asksUntilTable = 3
    private static let tableLimit = 8
    private static let askLimit = 64

    private struct Table {
        var objects: [String: SortedObjects]
        var lastUse: UInt64
    }

    private var tables: [String: Table] = [:]
    private var asks: [String: Int] = [:]
    private var turn: UInt64 = 0

    /// The objects that have all the labels which a selector names with one value each, and perhaps more; nil when no table says.
    mutating func objects(_ selector: LabelSelector) -> SortedObjects? {
        if tables.isEmpty { return nil }
        var best: SortedObjects?
        for (key, value) in selector.equalities where tables[key] != nil {
            turn += 1
            tables[key]?.lastUse = turn
            let objects = tables[key]?.objects[value] ?? SortedObjects()
            if best.map({ objects.count < $0.count }) ?? true { best = objects }
        }
        return best
    }

    /// Takes note of a list without a table. Gives the label that has earned one.
    mutating func ask(_ selector: LabelSelector) -> String? {
        guard let key = selector.equalities.first?.key else { return nil }
        if asks[key] == nil, asks.count >= Self.askLimit { asks = [:] }
        asks[key, default: 0] += 1
        return asks[key] == Self.asksUntilTable ? key : nil
    }

    /// A table over `objects`, to be put in with `install`.
    static func table(of key: String, _ objects: SortedObjects) -> [String: SortedObjects] {
        var table: [String: SortedObjects] = [:]
        objects.forEach { object in
            if let value = object.label(key) { table[value, default: SortedObjects()].upsert(object) }
            return true
        }
        return table
    }

    mutating func install(_ key: String, _ objects: [String: SortedObjects]) {
        if tables.count >= Self.tableLimit, let oldest = tables.min(by: { $0.value.lastUse < $1.value.lastUse })?.key {
            tables[oldest] = nil
            asks[oldest] = nil
        }
        turn += 1
        tables[key] = Table(objects: objects, lastUse: turn)
    }

    /// The table of `key` could not be put in: it may be tried again.
    mutating func giveUp(_ key: String) { asks[key] = nil }

    mutating func change(from previous: EncodedObject?, to object: EncodedObject?) {
        for key in tables.keys { change(key, from: previous, to: object) }
    }

    mutating func change(_ key: String, from previous: EncodedObject?, to object: EncodedObject?) {
        let before = previous?.label(key), after = object?.label(key)
        if let previous, let before, before != after {
            tables[key]?.objects[before]?.remove(previous.key)
            if tables[key]?.objects[before]?.count == 0 { tables[key]?.objects[before] = nil }
        }
        if let object, let after { tables[key]?.objects[after, default: SortedObjects()].upsert(object) }
    }
}

extension LabelSelector {
    /// The labels that have to have one certain value.
    var equalities: [(key: String, value: String)] {
        if matchesNothing { return [] }
        return requirements.compactMap { requirement in
            guard requirement.operator == .in, requirement.values.count == 1, let value = requirement.values.first else { return nil }
            return (requirement.key, value)
        }
    }
}
