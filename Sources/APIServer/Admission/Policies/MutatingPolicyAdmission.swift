import KubernetesTypes
import Objects
import Patching
import Policies
import Schema

/// Lets every MutatingAdmissionPolicy that is bound change the object, one after the other.
struct MutatingPolicyAdmission: MutatingAdmission {
    let name = "MutatingAdmissionPolicy"
    let source: PolicySource<MutatingPolicy>
    let context: PolicyContext

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        let entries = source.entries
        if entries.isEmpty || !attributes.object.isObject || PolicyContext.isExempt(attributes.resource) { return }
        for entry in entries {
            guard entry.match.position(context.subject(attributes).match) != nil else { continue }
            for binding in entry.bindings where attributes.reinvocation.isCalled(Self.id(entry.name, binding.name)) {
                try await admit(entry, binding, &attributes)
            }
        }
    }

    private static func id(_ policy: String, _ binding: String) -> String { "policy/\(policy)/\(binding)" }

    private func admit(
        _ entry: PolicySource<MutatingPolicy>.Entry, _ binding: PolicySource<MutatingPolicy>.Binding, _ attributes: inout AdmissionAttributes
    ) async throws(StatusError) {
        // Those before may have changed the labels, or the whole object.
        let subject = context.subject(attributes)
        guard let position = entry.match.position(subject.match), binding.match.map({ $0.position(subject.match) != nil }) ?? true else { return }
        let request = try await context.request(attributes, subject, position)
        let changed: Value
        do throws(PolicyFailure) {
            changed = try mutated(entry, binding, request, namespace: attributes.namespace)
        } catch {
            if entry.compiled.failurePolicy == .ignore { return }
            throw Self.refusal(attributes, "policy '\(entry.name)' with binding '\(binding.name)' denied request: \(error.message)")
        }
        if changed != request.object {
            let stored = try await context.forms.stored(changed, from: subject.forms[position], before: attributes.object)
            if stored != attributes.object {
                attributes.object = stored
                attributes.reinvocation.changed()
                if !attributes.reinvocation.isSecondRound { attributes.reinvocation.isNeeded = true }
            }
        }
        if entry.compiled.isReinvoked { attributes.reinvocation.called(Self.id(entry.name, binding.name)) }
    }

    private func mutated(
        _ entry: PolicySource<MutatingPolicy>.Entry, _ binding: PolicySource<MutatingPolicy>.Binding, _ request: PolicyRequest,
        namespace: String
    ) throws(PolicyFailure) -> Value {
        let kind = try context.parameterKind(entry.paramKind)
        let type = context.kinds.kind(request.kind)?.description.type
        var current = request
        for params in try context.parameters(kind, binding.spec, namespace: namespace) {
            current.object = try entry.compiled.mutate(current, params: params) { change, object throws(PolicyFailure) in
                switch change {
                case .apply(let configuration):
                    guard let type else { throw PolicyFailure("the kind \(request.kind.kind) has no schema to merge by") }
                    return ServerSideApply.merged(object, configuration, type)
                case .patch(let operations):
                    do throws(PatchError) {
                        return try JSONPatch.apply(operations, to: object)
                    } catch {
                        throw PolicyFailure("JSON Patch: \(error)")
                    }
                }
            }
        }
        return current.object
    }

    private static func refusal(_ attributes: AdmissionAttributes, _ message: String) -> StatusError {
        var details = StatusError.forbidden(attributes.resource, attributes.name, message).details
        details["causes"] = [["message": .string(message)]]
        return StatusError(code: 403, reason: "Invalid", message: message, details: details)
    }
}
