import Authentication
import KubernetesTypes
import Logging
import Objects
import Schema
import Webhooks

/// What mutating and validating webhooks have in common: who is called for a request, with what, and what his answer means.
struct WebhookInvoker: Sendable {
    let client: WebhookClient
    let namespaces: ResourceStore
    let forms: AdmissionForms
    let conditions: any MatchConditionEvaluator
    let logger: Logger

    /// The objects of a request in the form in which one webhook gets them.
    struct Call: Sendable {
        let webhook: AdmissionWebhook
        let form: AdmissionForms.Form
        let question: AdmissionQuestion
    }

    /// Nobody is asked about the configuration of those who are asked: it has to stay possible to repair it.
    private static let exempt: Set<String> = [
        "mutatingwebhookconfigurations", "validatingwebhookconfigurations", "validatingadmissionpolicies",
        "validatingadmissionpolicybindings", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
    ]

    static func isExempt(_ resource: GroupResource) -> Bool {
        resource.group == "admissionregistration.k8s.io" && exempt.contains(resource.resource)
    }

    /// The call of a webhook; nil when the request does not concern it.
    func call(_ webhook: AdmissionWebhook, _ attributes: AdmissionAttributes) async throws(StatusError) -> Call? {
        guard try isSelected(webhook, attributes), let form = matchingForm(webhook, attributes) else { return nil }
        let requested = forms.requested(attributes)
        let object = try await forms.object(attributes.object, as: form)
        let old = try await forms.object(attributes.oldObject, as: form)
        guard webhook.selects([object, old]) else { return nil }
        let question = AdmissionQuestion(
            uid: Naming.uid(), kind: form.kindValue, resource: form.resource, requestKind: requested.kindValue,
            requestResource: requested.resource, name: Self.name(attributes), namespace: Self.namespace(attributes),
            operation: attributes.operation.rawValue, user: attributes.user.value, object: object, oldObject: old,
            isDryRun: attributes.isDryRun, options: attributes.options)
        if !webhook.matchConditions.isEmpty {
            guard try await matchesConditions(webhook, attributes, question) else { return nil }
        }
        return Call(webhook: webhook, form: form, question: question)
    }

    private func matchesConditions(
        _ webhook: AdmissionWebhook, _ attributes: AdmissionAttributes, _ question: AdmissionQuestion
    ) async throws(StatusError) -> Bool {
        do throws(WebhookFailure) {
            return try await conditions.matches(
                webhook.matchConditions,
                MatchConditionInput(
                    request: question.value, object: question.object, oldObject: question.oldObject, user: attributes.user))
        } catch {
            if webhook.ignoresFailures { return false }
            throw .forbidden(attributes.resource, attributes.name, error.description)
        }
    }

    /// What is generated has no name yet.
    private static func name(_ attributes: AdmissionAttributes) -> String {
        guard attributes.operation == .create, attributes.subresource.isEmpty else { return attributes.name }
        return attributes.object["metadata"]["name"].string ?? ""
    }

    /// A namespace lies in itself.
    static func namespace(_ attributes: AdmissionAttributes) -> String {
        attributes.resource.description == "namespaces" ? attributes.name : attributes.namespace
    }

    private func matchingForm(_ webhook: AdmissionWebhook, _ attributes: AdmissionAttributes) -> AdmissionForms.Form? {
        let operation = attributes.operation.rawValue
        let namespace = Self.namespace(attributes)
        let requested = forms.requested(attributes)
        if webhook.rules.contains(where: { $0.matches(operation: operation, requested.resource, namespace: namespace) }) {
            return requested
        }
        guard webhook.matchesEquivalents else { return nil }
        let others = forms.equivalents(attributes, of: requested)
        for rule in webhook.rules {
            for other in others where rule.matches(operation: operation, other.resource, namespace: namespace) { return other }
        }
        return nil
    }

    private func isSelected(_ webhook: AdmissionWebhook, _ attributes: AdmissionAttributes) throws(StatusError) -> Bool {
        if webhook.namespaceSelector.isEverything { return true }
        let isNamespace = attributes.resource.description == "namespaces"
        let name = Self.namespace(attributes)
        let labels: Value
        if isNamespace, attributes.subresource.isEmpty, attributes.object.isObject {
            labels = attributes.object["metadata"]["labels"]
        } else if name.isEmpty {
            return true
        } else {
            labels = try namespaces.get("", name).value["metadata"]["labels"]
        }
        return webhook.namespaceSelector.matches { labels[$0].string }
    }

    /// Asks the webhook. Nil when it could not be asked and may be passed over. Throws the refusal.
    func ask(_ call: Call, _ audit: WebhookAudit, _ warnings: RequestNotes) async throws(StatusError) -> AdmissionAnswer? {
        let webhook = call.webhook
        if call.question.isDryRun, !webhook.allowsDryRun {
            throw .badRequest("admission webhook \"\(webhook.name)\" does not support dry run")
        }
        let answer: AdmissionAnswer
        do throws(WebhookFailure) {
            answer = try await reviewed(call, mayPatch: audit.isMutating)
        } catch {
            let failure = "failed calling webhook \"\(webhook.name)\": \(error)"
            logger.warning(
                "a webhook failed", metadata: ["webhook": "\(webhook.name)", "reason": "\(error)", "ignored": "\(webhook.ignoresFailures)"])
            guard webhook.ignoresFailures else { throw .internalError(failure) }
            audit.failedOpen(warnings)
            return nil
        }
        warnings.add(answer.warnings)
        audit.remarks(answer.auditAnnotations, warnings)
        if answer.isAllowed { return answer }
        let status = AdmissionReviewForm.refusal(by: webhook.name, answer.status)
        throw StatusError(
            code: Int(status["code"].int ?? 400), reason: status["reason"].string ?? "", message: status["message"].string ?? "",
            details: status["details"])
    }

    private func reviewed(_ call: Call, mayPatch: Bool) async throws(WebhookFailure) -> AdmissionAnswer {
        guard let target = call.webhook.target else { throw WebhookFailure("could not get REST client: clientConfig names no target") }
        guard let version = call.webhook.reviewVersion else {
            throw WebhookFailure("webhook does not accept known AdmissionReview versions (v1, v1beta1)")
        }
        let review: Value
        do throws(WebhookFailure) {
            review = try await client.post(
                AdmissionReviewForm.encode(call.question, version), to: target, timeoutSeconds: call.webhook.timeoutSeconds)
        } catch {
            throw WebhookFailure("failed to call webhook: \(error)")
        }
        do throws(WebhookFailure) {
            return try AdmissionReviewForm.answer(review, uid: call.question.uid, version, mayPatch: mayPatch)
        } catch {
            throw WebhookFailure("received invalid webhook response: \(error)")
        }
    }
}
