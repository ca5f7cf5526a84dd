import KubernetesTypes
import Objects

/// All extenders that have a say about a pod.
struct Consultation: Sendable {
    /// What they said: who may take the pod, and how much nodes gain.
    struct Outcome: Sendable {
        var fitting: Set<String>
        var refusals: [String: Refusal] = [:]
        var gains: [String: Int64] = [:]

        func refusal(_ node: NodeInfo) -> Refusal? {
            if fitting.contains(node.name) { return nil }
            return refusals[node.name] ?? .fixed("node(s) were not offered to an extender")
        }
    }

    let extenders: [Extender]
    let node: @Sendable (String) -> Value?

    /// Asks one after the other about what is left. Throws when one that has to answer does not.
    func ask(_ pod: Value, _ names: [String]) async throws(Extender.Failure) -> Outcome {
        var outcome = Outcome(fitting: Set(names))
        for extender in extenders where !extender.settings.filterVerb.isEmpty && !outcome.fitting.isEmpty {
            do throws(Extender.Failure) {
                let answer = try await extender.filter(pod, names.filter(outcome.fitting.contains), node)
                outcome.refusals.merge(answer.refusals) { $1 }
                outcome.fitting = answer.fitting
            } catch {
                if !extender.settings.isIgnorable { throw error }
            }
        }
        if outcome.fitting.count < 2 { return outcome }
        for extender in extenders where !extender.settings.prioritizeVerb.isEmpty {
            // One that gives no priorities only has no say.
            guard let scores = try? await extender.priorities(pod, names.filter(outcome.fitting.contains), node) else { continue }
            outcome.gains.merge(scores, uniquingKeysWith: +)
        }
        return outcome
    }
}
