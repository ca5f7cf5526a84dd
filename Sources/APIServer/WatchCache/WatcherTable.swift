import Objects

/// The watchers of a resource, by what they can see at all: an event is offered to those only whom it may concern.
///
/// Each kubelet watches the pods of its node, and single Secrets and ConfigMaps: with thousands of nodes almost no event
/// concerns almost any of them.
struct WatcherTable {
    private typealias Group = [ObjectIdentifier: Watcher]

    private enum Place {
        case everything
        case key(String)
        case value(String)
        case label(key: String, place: String)
        case namespace(String)
    }

    private var everything: Group = [:]
    private var byKey: [String: Group] = [:]
    private var byValue: [String: Group] = [:]
    private var byNamespace: [String: Group] = [:]
    /// By a label that has to have one value, and within it by namespace and value.
    private var byLabel: [String: [String: Group]] = [:]
    /// The field by whose value watchers are told apart.
    private let field: CacheField?
    private(set) var count = 0

    init(field: CacheField?) { self.field = field }

    private func place(_ filter: ObjectFilter) -> Place {
        if let key = filter.key { return .key(key) }
        if let field, let value = field.required(by: filter) { return .value(value) }
        if let (key, value) = filter.labels.equalities.first { return .label(key: key, place: Self.place(filter.namespace, value)) }
        return filter.namespace.isEmpty ? .everything : .namespace(filter.namespace)
    }

    /// No name has a slash.
    private static func place(_ namespace: String, _ value: String) -> String { namespace + "/" + value }

    mutating func add(_ watcher: Watcher) {
        let id = ObjectIdentifier(watcher)
        switch place(watcher.filter) {
        case .everything: everything[id] = watcher
        case .key(let key): byKey[key, default: [:]][id] = watcher
        case .value(let value): byValue[value, default: [:]][id] = watcher
        case .namespace(let namespace): byNamespace[namespace, default: [:]][id] = watcher
        case .label(let key, let place): byLabel[key, default: [:]][place, default: [:]][id] = watcher
        }
        count += 1
    }

    mutating func remove(_ watcher: Watcher) {
        let id = ObjectIdentifier(watcher)
        func take(_ groups: inout [String: Group], _ name: String) -> Bool {
            let isGone = groups[name]?.removeValue(forKey: id) != nil
            if groups[name]?.isEmpty == true { groups[name] = nil }
            return isGone
        }
        let isGone: Bool
        switch place(watcher.filter) {
        case .everything: isGone = everything.removeValue(forKey: id) != nil
        case .key(let key): isGone = take(&byKey, key)
        case .value(let value): isGone = take(&byValue, value)
        case .namespace(let namespace): isGone = take(&byNamespace, namespace)
        case .label(let key, let place):
            isGone = take(&byLabel[key, default: [:]], place)
            if byLabel[key]?.isEmpty == true { byLabel[key] = nil }
        }
        if isGone { count -= 1 }
    }

    /// All of them; then there are none.
    mutating func removeAll() -> [Watcher] {
        let groups = [everything] + Array(byKey.values) + Array(byValue.values) + Array(byNamespace.values)
            + byLabel.values.flatMap { Array($0.values) }
        self = WatcherTable(field: field)
        return groups.flatMap { $0.values }
    }

    /// Shows an event to those whom it may concern, and adds to `wakes` who has to be woken for it.
    func offer(_ event: CacheEvent, waking wakes: inout [Watcher.Wake]) {
        for watcher in everything.values { watcher.offer(event, waking: &wakes) }
        let object = event.object
        if !byNamespace.isEmpty, let group = byNamespace[object.namespace] { for watcher in group.values { watcher.offer(event, waking: &wakes) } }
        if !byKey.isEmpty, let group = byKey[object.key] { for watcher in group.values { watcher.offer(event, waking: &wakes) } }
        for (key, groups) in byLabel { Self.offer(event, groups, key, waking: &wakes) }
        guard let field, !byValue.isEmpty else { return }
        let value = field.value(of: object)
        if let group = byValue[value] { for watcher in group.values { watcher.offer(event, waking: &wakes) } }
        // Those who saw it before learn that it has gone.
        guard let previous = event.previous.map(field.value), previous != value, let group = byValue[previous] else { return }
        for watcher in group.values { watcher.offer(event, waking: &wakes) }
    }

    /// Shows an event to those who watch for the value that a label has, or had.
    private static func offer(_ event: CacheEvent, _ groups: [String: Group], _ key: String, waking wakes: inout [Watcher.Wake]) {
        let value = event.object.label(key), before = event.previous?.label(key)
        for value in value == before ? [value] : [value, before] {
            guard let value else { continue }
            for namespace in event.object.namespace.isEmpty ? [""] : ["", event.object.namespace] {
                guard let group = groups[place(namespace, value)] else { continue }
                for watcher in group.values { watcher.offer(event, waking: &wakes) }
            }
        }
    }
}

/// A field by whose value the objects of a resource are found: the node of a pod.
struct CacheField: Sendable {
    let name: String
    /// Where its value stands in `EncodedObject.selectableFields`.
    let position: Int

    func value(of object: EncodedObject) -> String {
        object.selectableFields[position] ?? ""
    }

    /// The value that a filter asks for, when it asks for one.
    func required(by filter: ObjectFilter) -> String? { filter.fields.isEverything ? nil : filter.fields.required(name) }
}
