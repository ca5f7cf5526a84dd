import KubernetesTypes
import Objects
import Policies
import Schema

/// Asks every ValidatingAdmissionPolicy that is bound; the first denial is the answer, warnings go along.
struct ValidatingPolicyAdmission: ValidatingAdmission {
    let name = "ValidatingAdmissionPolicy"
    let source: PolicySource<ValidatingPolicy>
    let context: PolicyContext

    /// Why a request is refused.
    private struct Denial {
        let message: String
        let reason: String
    }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        let entries = source.entries
        if entries.isEmpty || PolicyContext.isExempt(attributes.resource) { return }
        let subject = context.subject(attributes)
        var denial: Denial?
        var audit = PolicyAudit()
        for entry in entries {
            guard let position = entry.match.position(subject.match) else { continue }
            let found = try await judge(entry, attributes, subject, position, warnings, &audit)
            denial = denial ?? found
        }
        audit.publish(warnings)
        guard let denial else { return }
        throw Self.refusal(attributes, denial.message, denial.reason)
    }

    private func judge(
        _ entry: PolicySource<ValidatingPolicy>.Entry, _ attributes: AdmissionAttributes, _ subject: PolicyContext.Subject,
        _ position: Int, _ warnings: RequestNotes, _ audit: inout PolicyAudit
    ) async throws(StatusError) -> Denial? {
        let isStrict = entry.compiled.failurePolicy == .fail
        let kind: ServedKind?
        do throws(PolicyFailure) {
            kind = try context.parameterKind(entry.paramKind)
        } catch {
            return isStrict ? Denial(message: "ValidatingAdmissionPolicy '\(entry.name)' denied request: \(error.message)", reason: "Invalid") : nil
        }
        let request = try await context.request(attributes, subject, position)
        var denial: Denial?
        for binding in entry.bindings where binding.match.map({ $0.position(subject.match) != nil }) ?? true {
            let head = "ValidatingAdmissionPolicy '\(entry.name)' with binding '\(binding.name)' denied request: "
            var violations: [ValidatingPolicy.Violation] = []
            do throws(PolicyFailure) {
                for params in try context.parameters(kind, binding.spec, namespace: attributes.namespace) {
                    guard let judgement = entry.compiled.judge(request, params: params) else { continue }
                    violations += judgement.violations
                    audit.add(judgement.annotations, of: entry.name)
                }
            } catch {
                // A binding that is set up wrongly denies, whatever its actions are.
                if isStrict { denial = denial ?? Denial(message: head + error.message, reason: "Invalid") }
            }
            for violation in violations {
                if binding.actions.contains("Audit") { audit.add(violation, of: entry.name, binding) }
                if binding.actions.contains("Warn") {
                    warnings.add(
                        "Validation failed for ValidatingAdmissionPolicy '\(entry.name)' with binding '\(binding.name)': \(violation.message)")
                }
                if binding.actions.contains("Deny"), denial == nil {
                    denial = Denial(message: head + violation.message, reason: violation.reason)
                }
            }
        }
        return denial
    }

    /// A refusal looks like one of admission, with the reason and the code that the policy states.
    private static func refusal(_ attributes: AdmissionAttributes, _ message: String, _ reason: String) -> StatusError {
        let base = StatusError.forbidden(attributes.resource, attributes.name, message)
        var details = base.details
        details["causes"] = [["message": .string(message)]]
        let code = ["Unauthorized": 401, "Forbidden": 403, "RequestEntityTooLarge": 413][reason] ?? 422
        return StatusError(code: code, reason: reason, message: base.message, details: details)
    }
}
