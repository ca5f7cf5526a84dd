import KubernetesTypes
import Objects
import Patching
import Schema
import Webhooks

/// Asks the webhooks of all `MutatingWebhookConfiguration`s, one after the other; each sees what those before it changed.
struct MutatingWebhookAdmission: MutatingAdmission {
    let name = "MutatingAdmissionWebhook"
    let callsOthers = true
    let source: WebhookSource
    let invoker: WebhookInvoker

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        let webhooks = source.webhooks
        if webhooks.isEmpty || WebhookInvoker.isExempt(attributes.resource) { return }
        // The steps of the server itself may have changed in the second round what webhooks saw in the first one.
        if attributes.reinvocation.isSecondRound, attributes.reinvocation.output != attributes.object {
            attributes.reinvocation.changed()
        }
        for (position, webhook) in webhooks.enumerated() where attributes.reinvocation.isCalled(webhook.id) {
            guard let call = try await invoker.call(webhook, attributes) else { continue }
            let audit = WebhookAudit(
                webhook: webhook, isMutating: true, isSecondRound: attributes.reinvocation.isSecondRound, position: position)
            let patch = try await invoker.ask(call, audit, warnings)?.patch ?? .null
            let isChanged = patch.isNull ? false : try await apply(patch, call, &attributes)
            if isChanged {
                attributes.reinvocation.changed()
                if !attributes.reinvocation.isSecondRound { attributes.reinvocation.isNeeded = true }
            }
            audit.mutated(isChanged, patch: patch, warnings)
            if webhook.isReinvoked { attributes.reinvocation.called(webhook.id) }
        }
        attributes.reinvocation.output = attributes.object
    }

    /// Changes the object as the webhook wishes; true when it is another one now.
    private func apply(
        _ patch: Value, _ call: WebhookInvoker.Call, _ attributes: inout AdmissionAttributes
    ) async throws(StatusError) -> Bool {
        guard attributes.object.isObject else {
            throw .internalError("admission webhook \"\(call.webhook.name)\" attempted to modify the object, which is not supported for this operation")
        }
        let changed: Value
        do throws(PatchError) {
            changed = try JSONPatch.apply(patch, to: call.question.object)
        } catch {
            throw .internalError("\(error)")
        }
        if changed == call.question.object { return false }
        let stored = try await invoker.forms.stored(changed, from: call.form, before: attributes.object)
        if stored == attributes.object { return false }
        attributes.object = stored
        return true
    }
}

/// Asks the webhooks of all `ValidatingWebhookConfiguration`s, all at once.
struct ValidatingWebhookAdmission: ValidatingAdmission {
    let name = "ValidatingAdmissionWebhook"
    let callsOthers = true
    let source: WebhookSource
    let invoker: WebhookInvoker

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        let webhooks = source.webhooks
        if webhooks.isEmpty || WebhookInvoker.isExempt(attributes.resource) { return }
        var calls: [WebhookInvoker.Call] = []
        for webhook in webhooks {
            if let call = try await invoker.call(webhook, attributes) { calls.append(call) }
        }
        if calls.isEmpty { return }
        if calls.count == 1 {
            _ = try await invoker.ask(calls[0], Self.audit(calls[0], 0), warnings)
            return
        }
        let refusals = await refusals(of: calls, warnings)
        // The first in the order of the configurations, so that the same request gets the same answer.
        if let first = refusals.min(by: { $0.key < $1.key }) { throw first.value }
    }

    private func refusals(of calls: [WebhookInvoker.Call], _ warnings: RequestNotes) async -> [Int: StatusError] {
        await withTaskGroup(of: (Int, StatusError?).self) { group in
            for (position, call) in calls.enumerated() {
                group.addTask { [invoker] in (position, await Self.refusal(call, position, invoker, warnings)) }
            }
            var found: [Int: StatusError] = [:]
            for await (position, refusal) in group { found[position] = refusal }
            return found
        }
    }

    private static func audit(_ call: WebhookInvoker.Call, _ position: Int) -> WebhookAudit {
        WebhookAudit(webhook: call.webhook, isMutating: false, isSecondRound: false, position: position)
    }

    private static func refusal(
        _ call: WebhookInvoker.Call, _ position: Int, _ invoker: WebhookInvoker, _ warnings: RequestNotes
    ) async -> StatusError? {
        do throws(StatusError) {
            _ = try await invoker.ask(call, audit(call, position), warnings)
        } catch {
            return error
        }
        return nil
    }
}
