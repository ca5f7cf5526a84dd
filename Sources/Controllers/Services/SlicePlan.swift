import KubernetesTypes
import Objects

/// What an EndpointSlice holds, by the names of its pods; it stays with the slice's bytes.
final class SliceFacts: Sendable {
    let ports: [Value]
    let addressType: String
    /// What each endpoint says, as a number that differs when it says something else.
    let marks: [String: Int]
    /// Whether each endpoint is a pod's and none is there twice.
    let isPlain: Bool
    /// Whether an endpoint is meant for clients of a zone.
    let hasHints: Bool

    init(_ value: Value) {
        ports = value["ports"].array
        addressType = value["addressType"].string ?? ""
        let endpoints = value["endpoints"].array
        var marks: [String: Int] = [:]
        var hasHints = false
        for endpoint in endpoints {
            let state = EndpointState(endpoint)
            if !state.hintedZones.isEmpty { hasHints = true }
            if !state.name.isEmpty { marks[state.name] = state.hashValue }
        }
        self.marks = marks
        self.hasHints = hasHints
        isPlain = marks.count == endpoints.count
    }
}

/// How the slices of a service become what they should be, of one address family: each change touches as few slices as can be.
struct SlicePlan {
    /// Endpoints that serve the same port numbers share slices.
    struct Group {
        let ports: [Value]
        var endpoints: [EndpointState]
    }

    struct Change {
        /// Nil: a slice that is still to be made.
        let slice: EncodedObject?
        let ports: [Value]
        /// Of what is there these go, others come or say something else.
        var removed: Set<String> = []
        var written: [EndpointState] = []
    }

    static let limit = 100

    private(set) var changes: [Change] = []
    private(set) var deletions: [EncodedObject] = []
    /// Slices whose endpoints stay as they are.
    private(set) var unchanged: [EncodedObject] = []

    init(_ groups: [Group], existing: [EncodedObject]) {
        var spare: [EncodedObject] = []
        var known: [[Value]: [EncodedObject]] = [:]
        let wanted = Set(groups.map(\.ports))
        for slice in existing.sorted(by: { $0.name < $1.name }) {
            let facts = slice.derived(SliceFacts.init)
            if wanted.contains(facts.ports), facts.isPlain { known[facts.ports, default: []].append(slice) } else { spare.append(slice) }
        }
        for group in groups { plan(group, known[group.ports] ?? [], &spare) }
        // What is to be made takes the place of what would go.
        for index in changes.indices where changes[index].slice == nil && !spare.isEmpty {
            let slice = spare.removeFirst()
            let change = changes[index]
            changes[index] = Change(slice: slice, ports: change.ports, removed: Set(slice.derived(SliceFacts.init).marks.keys), written: change.written)
        }
        deletions = spare
    }

    private mutating func plan(_ group: Group, _ slices: [EncodedObject], _ spare: inout [EncodedObject]) {
        var missing: [String: EndpointState] = [:]
        for endpoint in group.endpoints { missing[endpoint.name] = endpoint }
        var touched: [(change: Change, room: Int)] = []
        var still: [(slice: EncodedObject, room: Int)] = []
        for slice in slices {
            var change = Change(slice: slice, ports: group.ports)
            let marks = slice.derived(SliceFacts.init).marks
            for (name, mark) in marks {
                if let state = missing.removeValue(forKey: name) {
                    if state.hashValue != mark { change.written.append(state) }
                } else {
                    change.removed.insert(name)
                }
            }
            let left = marks.count - change.removed.count
            if left == 0, !(group.endpoints.isEmpty && slices.count == 1) {
                spare.append(slice)
            } else if change.removed.isEmpty && change.written.isEmpty {
                still.append((slice, Self.limit - left))
            } else {
                touched.append((change, Self.limit - left))
            }
        }
        var rest = missing.values.sorted { $0.name < $1.name }[...]
        for index in touched.indices where !rest.isEmpty && touched[index].room > 0 {
            touched[index].change.written += rest.prefix(touched[index].room)
            rest = rest.dropFirst(touched[index].room)
        }
        changes += touched.map(\.change)
        while rest.count >= Self.limit {
            changes.append(Change(slice: nil, ports: group.ports, written: Array(rest.prefix(Self.limit))))
            rest = rest.dropFirst(Self.limit)
        }
        if !rest.isEmpty {
            // The fullest that has room for all of them.
            if let best = still.indices.filter({ still[$0].room >= rest.count }).min(by: { still[$0].room < still[$1].room }) {
                changes.append(Change(slice: still.remove(at: best).slice, ports: group.ports, written: Array(rest)))
            } else {
                changes.append(Change(slice: nil, ports: group.ports, written: Array(rest)))
            }
        } else if group.endpoints.isEmpty, slices.isEmpty {
            changes.append(Change(slice: nil, ports: group.ports))
        }
        unchanged += still.map(\.slice)
    }

    /// The endpoints of a slice after a change: those that stay keep their order.
    static func endpoints(_ known: [Value], _ change: Change, namespace: String) -> [Value] {
        var written: [String: EndpointState] = [:]
        for state in change.written { written[state.name] = state }
        var list: [Value] = []
        for endpoint in known {
            let name = endpoint["targetRef"]["name"].string ?? ""
            if let state = written.removeValue(forKey: name) {
                list.append(state.value(namespace: namespace))
            } else if !change.removed.contains(name) {
                list.append(endpoint)
            }
        }
        for state in change.written where written[state.name] != nil { list.append(state.value(namespace: namespace)) }
        return list
    }
}
