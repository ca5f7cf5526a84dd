import Objects
import Schema

/// Puts an apply configuration over the live object, and takes away what its manager no longer wants.
enum ApplyMerge {
    static func merge(_ live: Value, _ configuration: Value, _ type: MessageType) -> Value {
        merge(live, configuration, FieldShape.structure(type))
    }

    private static func merge(_ live: Value?, _ wanted: Value?, _ shape: FieldShape) -> Value {
        guard let wanted else { return live ?? .null }
        guard let live, !live.isNull else { return wanted }
        switch shape {
        case .leaf: return wanted
        case _ where wanted.isNull: return live
        case .structure, .map, .deduced:
            guard case .object(var members) = live, case .object(let changes) = wanted else { return wanted }
            for change in changes {
                members[change.key] = merge(members[change.key], change.value, shape.member(change.key) ?? .deduced)
            }
            return .object(members)
        case .list(let list):
            guard case .array(let old) = live, case .array(let new) = wanted else { return wanted }
            return .array(merge(old, new, list))
        }
    }

    private struct Item {
        let element: String?
        let value: Value
    }

    /// The items of both. Those that the configuration names come in its order; the others stay in front of the
    /// items that they stood before.
    private static func merge(_ live: [Value], _ wanted: [Value], _ list: ListType) -> [Value] {
        let left = live.map { Item(element: PathElement.item($0, list), value: $0) }
        let right = wanted.map { Item(element: PathElement.item($0, list), value: $0) }
        var liveValues: [String: [Value]] = [:]
        for item in left { if let element = item.element { liveValues[element, default: []].append(item.value) } }
        let wantedNames = Set(right.compactMap(\.element))
        let shape = FieldShape(list.element)
        var shared = right.compactMap(\.element).filter { liveValues[$0] != nil }[...]
        var done: Set<String> = []
        var result: [Value] = []
        var next = 0
        func take(_ item: Item) {
            guard let element = item.element else { return result.append(item.value) }
            done.insert(element)
            if shared.first == element { shared = shared.dropFirst() }
            // An item that the live object has several times is replaced by the one.
            let before = liveValues[element] ?? []
            result.append(merge(before.count == 1 ? before[0] : nil, item.value, shape))
        }
        for item in left {
            guard let element = item.element, wantedNames.contains(element) else {
                result.append(item.value)
                continue
            }
            if done.contains(element) || shared.first != element { continue }
            // The next shared item: everything that the configuration puts before it comes first.
            while next < right.count, right[next].element != element {
                take(right[next])
                next += 1
            }
            if next < right.count {
                take(right[next])
                next += 1
            }
        }
        while next < right.count {
            take(right[next])
            next += 1
        }
        return result
    }

    // MARK: removal

    /// Takes away what `last` owned alone: the paths that `managed` (all owners, the new set among them) has not.
    static func prune(_ merged: Value, last: FieldSet, managed: FieldSet, _ type: MessageType) -> Value {
        guard case .object(let members) = merged else { return merged }
        return object(members, last, managed, .structure(type), isUnder: false, isDead: false)
    }

    private static func object(
        _ members: Members, _ last: FieldSet, _ managed: FieldSet, _ shape: FieldShape, isUnder: Bool, isDead: Bool
    ) -> Value {
        var kept: [Members.Entry] = []
        kept.reserveCapacity(members.count)
        for entry in members {
            let element = PathElement.field(entry.key)
            let isDeclared = shape.declares(entry.key)
            let place = Place(last.node(element), managed.node(element), isDeclared: isDeclared, isUnder, isDead)
            if place.isRemoved { continue }
            let value = pruned(entry.value, place, shape.member(entry.key) ?? .deduced)
            kept.append(Members.Entry(key: entry.key, value: value))
        }
        return kept.isEmpty && !members.isEmpty ? .null : .object(Members(uniqueEntries: kept))
    }

    /// What is known of one path while pruning.
    private struct Place {
        let last: FieldSet
        let managed: FieldSet
        /// It or something above it was the manager's.
        let isUnder: Bool
        /// Nobody holds it.
        let isDead: Bool
        let isRemoved: Bool

        init(_ last: FieldSet.Node?, _ managed: FieldSet.Node?, isDeclared: Bool, _ under: Bool, _ dead: Bool) {
            // A field of a structure counts as owned when something below it is.
            let wasOwned = last.map { $0.isMember || isDeclared } ?? false
            let isOwned = managed.map { $0.isMember || isDeclared } ?? false
            self.last = last?.children ?? FieldSet()
            self.managed = managed?.children ?? FieldSet()
            isUnder = under || wasOwned
            isDead = dead || (isUnder && !isOwned)
            isRemoved = isDead && wasOwned
        }
    }

    private static func pruned(_ value: Value, _ place: Place, _ shape: FieldShape) -> Value {
        if place.last.isEmpty { return value }
        switch (shape, value) {
        case (.structure, .object(let members)), (.map, .object(let members)), (.deduced, .object(let members)):
            return object(members, place.last, place.managed, shape, isUnder: place.isUnder, isDead: place.isDead)
        case (.list(let list), .array(let elements)):
            var kept: [Value] = []
            for item in elements {
                guard let element = PathElement.item(item, list) else {
                    kept.append(item)
                    continue
                }
                let inner = Place(
                    place.last.node(element), place.managed.node(element), isDeclared: false, place.isUnder, place.isDead)
                if !inner.isRemoved { kept.append(pruned(item, inner, FieldShape(list.element))) }
            }
            return kept.isEmpty && !elements.isEmpty ? .null : .array(kept)
        default: return value
        }
    }
}
