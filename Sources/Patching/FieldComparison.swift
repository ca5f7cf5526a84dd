import Objects
import Schema

/// What differs between two forms of an object, as paths.
struct FieldChanges {
    /// Added or changed.
    var changed = FieldSet()
    var removed = FieldSet()

    var isEmpty: Bool { changed.isEmpty && removed.isEmpty }

    func leavingOut(_ ignored: FieldSet) -> FieldChanges {
        if ignored.isEmpty { return self }
        return FieldChanges(changed: changed.subtractingAll(below: ignored), removed: removed.subtractingAll(below: ignored))
    }
}

/// Compares two trees of one type and gives the paths that server-side apply tracks.
///
/// Only what differs makes nodes; subtrees that are the same cost a walk and no allocation.
struct FieldComparison {
    /// What nobody owns: identity, and what the server writes.
    static let untracked: Set<String> = [
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields", "resourceVersion",
    ]

    private struct Level {
        var changed: [FieldSet.Node] = []
        var removed: [FieldSet.Node] = []

        mutating func add(_ element: String, _ below: Level, isChanged: Bool, isRemoved: Bool) {
            if isChanged || !below.changed.isEmpty {
                changed.append(FieldSet.Node(element, isMember: isChanged, children: FieldSet(below.changed)))
            }
            if isRemoved || !below.removed.isEmpty {
                removed.append(FieldSet.Node(element, isMember: isRemoved, children: FieldSet(below.removed)))
            }
        }
    }

    static func compare(_ old: Value, _ new: Value, _ type: MessageType) -> FieldChanges {
        var level = Level()
        let shape = FieldShape.structure(type)
        forEachName(old.members, new.members) { name, left, right in
            if name == "kind" || name == "apiVersion" { return }
            if name == "metadata" {
                let below = metadata(left ?? .null, right ?? .null, type)
                level.add("f:metadata", below, isChanged: false, isRemoved: false)
            } else {
                member(name, left, right, shape, &level)
            }
        }
        return FieldChanges(changed: FieldSet(level.changed), removed: FieldSet(level.removed))
    }

    private static func metadata(_ old: Value, _ new: Value, _ type: MessageType) -> Level {
        var level = Level()
        let shape = FieldShape(type.field("metadata")?.type)
        forEachName(old.members, new.members) { name, left, right in
            if !untracked.contains(name) { member(name, left, right, shape, &level) }
        }
        return level
    }

    /// Visits the names of both, each once.
    private static func forEachName(_ old: Members, _ new: Members, _ body: (String, Value?, Value?) -> Void) {
        let left = old.entries
        let right = new.entries
        // Both are mostly in the same order, so that the partner stands at the same place or a little further.
        var next = 0
        var matched = 0
        for entry in left {
            if next < right.count, right[next].key == entry.key {
                body(entry.key, entry.value, right[next].value)
                next += 1
                matched += 1
            } else if let position = new.position(of: entry.key) {
                body(entry.key, entry.value, right[position].value)
                next = position + 1
                matched += 1
            } else {
                body(entry.key, entry.value, nil)
            }
        }
        if matched == right.count { return }
        for entry in right where !old.contains(entry.key) { body(entry.key, nil, entry.value) }
    }

    private static func member(_ name: String, _ old: Value?, _ new: Value?, _ shape: FieldShape, _ level: inout Level) {
        compare(old, new, shape.member(name) ?? .deduced, &level) { PathElement.field(name) }
    }

    /// Compares one place. Absent is nil, in contrast to null.
    private static func compare(
        _ old: Value?, _ new: Value?, _ shape: FieldShape, _ level: inout Level, element: () -> String
    ) {
        var below = Level()
        var isChanged = old == nil
        var isRemoved = new == nil
        switch shape {
        case .structure, .map:
            let left = old?.members ?? Members()
            let right = new?.members ?? Members()
            if left.isEmpty && right.isEmpty { return leaf(old, new, &level, element) }
            forEachName(left, right) { name, one, other in member(name, one, other, shape, &below) }
        case .list(let list):
            let left = old?.array ?? []
            let right = new?.array ?? []
            if left.isEmpty && right.isEmpty { return leaf(old, new, &level, element) }
            if left == right { break }
            items(left, right, list, &below)
        case .deduced:
            guard old?.isObject ?? true, new?.isObject ?? true else { return leaf(old, new, &level, element) }
            let left = old?.members ?? Members()
            let right = new?.members ?? Members()
            if left.isEmpty && right.isEmpty { return leaf(old, new, &level, element) }
            forEachName(left, right) { name, one, other in member(name, one, other, .deduced, &below) }
        case .leaf:
            return leaf(old, new, &level, element)
        }
        if old == nil { isRemoved = false }
        if new == nil { isChanged = false }
        if isChanged || isRemoved || !below.changed.isEmpty || !below.removed.isEmpty {
            level.add(element(), below, isChanged: isChanged, isRemoved: isRemoved)
        }
    }

    private static func leaf(_ old: Value?, _ new: Value?, _ level: inout Level, _ element: () -> String) {
        switch (old, new) {
        case (nil, nil): return
        case (nil, _): level.changed.append(FieldSet.Node(element(), isMember: true))
        case (_, nil): level.removed.append(FieldSet.Node(element(), isMember: true))
        case (let old?, let new?): if old != new { level.changed.append(FieldSet.Node(element(), isMember: true)) }
        }
    }

    /// Compares lists whose items have identities. Items that share one are compared as a whole.
    private static func items(_ old: [Value], _ new: [Value], _ list: ListType, _ level: inout Level) {
        var order: [String] = []
        var left: [String: [Value]] = [:]
        var right: [String: [Value]] = [:]
        for item in old {
            guard let element = PathElement.item(item, list) else { continue }
            if left[element] == nil { order.append(element) }
            left[element, default: []].append(item)
        }
        for item in new {
            guard let element = PathElement.item(item, list) else { continue }
            if left[element] == nil, right[element] == nil { order.append(element) }
            right[element, default: []].append(item)
        }
        let shape = FieldShape(list.element)
        for element in order {
            let (before, after) = (left[element] ?? [], right[element] ?? [])
            switch (before.count > 1, after.count > 1) {
            case (false, false): compare(before.first, after.first, shape, &level) { element }
            case (true, true):
                if before != after { level.changed.append(FieldSet.Node(element, isMember: true)) }
            case (true, false):
                if let single = after.first { compare(nil, single, shape, &level) { element } }
                merge(FieldSet.Node(element, isMember: true), into: &level.removed)
            case (false, true):
                if let single = before.first { compare(single, nil, shape, &level) { element } }
                merge(FieldSet.Node(element, isMember: true), into: &level.changed)
            }
        }
    }

    private static func merge(_ node: FieldSet.Node, into nodes: inout [FieldSet.Node]) {
        if let position = nodes.firstIndex(where: { $0.element == node.element }) {
            nodes[position].isMember = true
        } else {
            nodes.append(node)
        }
    }
}
