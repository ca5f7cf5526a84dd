import Objects
import Policies

/// What the audit is to know of the policies that looked at a request.
struct PolicyAudit {
    private var annotations: [String: [String]] = [:]
    private var failures: [Value] = []

    /// What a policy wants to be told of; several bindings may say several things.
    mutating func add(_ stated: [String: String], of policy: String) {
        for (key, text) in stated {
            let name = policy + "/" + key
            if annotations[name]?.contains(text) != true { annotations[name, default: []].append(text) }
        }
    }

    mutating func add(_ violation: ValidatingPolicy.Violation, of policy: String, _ binding: PolicySource<ValidatingPolicy>.Binding) {
        failures.append([
            "message": .string(violation.message), "policy": .string(policy), "binding": .string(binding.name),
            "expressionIndex": .int(Int64(violation.position)), "validationActions": Value(binding.actions.sorted()),
        ])
    }

    func publish(_ notes: RequestNotes) {
        for (key, texts) in annotations { notes.annotate(key, texts.joined(separator: ", ")) }
        if !failures.isEmpty { notes.annotate("validation.policy.admission.k8s.io/validation_failure", Value.array(failures).jsonString) }
    }
}
