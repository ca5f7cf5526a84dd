import Objects
import Policies
import Synchronization

/// The policies of one kind with their bindings, compiled once a change; what is written is in force at once.
final class PolicySource<Compiled: Sendable>: Sendable {
    /// A binding of a policy.
    struct Binding: Sendable {
        let name: String
        let spec: Value
        /// Nil when it is for whatever the policy is for.
        let match: ResourceMatch?
        let actions: Set<String>
    }

    /// A policy that is bound.
    struct Entry: Sendable {
        let name: String
        let paramKind: Value
        let match: ResourceMatch
        let compiled: Compiled
        let bindings: [Binding]
    }

    private struct Known: Sendable {
        let revision: Int64
        let match: ResourceMatch
        let compiled: Compiled
    }

    private struct State: Sendable {
        var revisions: (Int64, Int64) = (-1, -1)
        var entries: [Entry] = []
        var compiled: [String: Known] = [:]
    }

    private let policies: ResourceStore
    private let bindings: ResourceStore
    private let compile: @Sendable (Value) -> Compiled
    private let state = Mutex(State())

    init(policies: ResourceStore, bindings: ResourceStore, compile: @escaping @Sendable (Value) -> Compiled) {
        self.policies = policies
        self.bindings = bindings
        self.compile = compile
    }

    /// In the order of their names.
    var entries: [Entry] {
        let revisions = (policies.cache.lastChange, bindings.cache.lastChange)
        let known = state.withLock { ($0.revisions == revisions ? $0.entries : nil, $0.compiled) }
        if let entries = known.0 { return entries }
        var compiled: [String: Known] = [:]
        var bound: [String: [Binding]] = [:]
        for binding in bindings.all() {
            let spec = binding.value["spec"]
            bound[spec["policyName"].string ?? "", default: []].append(
                Binding(
                    name: binding.name, spec: spec,
                    match: spec["matchResources"].isObject ? ResourceMatch(spec["matchResources"], needsRule: false) : nil,
                    actions: Set(spec["validationActions"].strings)))
        }
        var entries: [Entry] = []
        for policy in policies.all() {
            guard let bindings = bound[policy.name] else { continue }
            let value = policy.value
            let current: Known
            if let before = known.1[policy.name], before.revision == policy.revision {
                current = before
            } else {
                current = Known(
                    revision: policy.revision, match: ResourceMatch(value["spec"]["matchConstraints"], needsRule: true), compiled: compile(value))
            }
            compiled[policy.name] = current
            entries.append(
                Entry(
                    name: policy.name, paramKind: value["spec"]["paramKind"], match: current.match, compiled: current.compiled,
                    bindings: bindings.sorted { $0.name < $1.name }))
        }
        entries.sort { $0.name < $1.name }
        let result = entries
        let kept = compiled
        state.withLock { $0 = State(revisions: revisions, entries: result, compiled: kept) }
        return entries
    }
}
