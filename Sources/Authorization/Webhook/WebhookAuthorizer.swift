package import Authentication
import ComponentMetrics
import Objects
import Synchronization

/// Asks a server whether somebody may do something (SubjectAccessReview), and remembers the answers.
package final class WebhookAuthorizer: Sendable {
    enum Knowledge {
        case decided(AccessDecision)
        case open
    }

    private struct Entry {
        let decision: AccessDecision
        let end: ContinuousClock.Instant
    }

    /// Upstream's number of remembered answers.
    private static let limit = 8192
    /// What is longer is not remembered: whoever asks chooses these texts.
    private static let attributeLimit = 10_000

    private let server: any ReviewServer
    private let settings: WebhookAuthorizerSettings
    private let conditions: ReviewConditions
    private let cache = Mutex<[AccessRequest: Entry]>([:])
    private let metrics: WebhookMetrics

    package init(_ settings: WebhookAuthorizerSettings, name: String, server: any ReviewServer) throws(ConfigurationProblem) {
        self.settings = settings
        self.server = server
        conditions = try ReviewConditions(settings.conditions, path: "matchConditions")
        metrics = WebhookMetrics(name)
    }

    package func close() async { await server.close() }

    /// What this authorizer says when it cannot find out.
    var decisionOnFailure: AccessDecision {
        settings.deniesOnFailure ? .deny(reason: "the authorization webhook cannot be asked") : .noOpinion()
    }

    /// A decision that needs no question.
    func known(_ request: AccessRequest) -> Knowledge {
        switch conditions.outcome(of: request) {
        case .matches: break
        case .excluded:
            metrics.exclusions.increment()
            return .decided(.noOpinion())
        case .failed:
            metrics.conditionFailures.increment()
            return .decided(decisionOnFailure)
        }
        let entry = cache.withLock { $0[request] }
        guard let entry, entry.end > .now else { return .open }
        return .decided(entry.decision)
    }

    func ask(_ request: AccessRequest) async -> AccessDecision {
        let review: Value = [
            "kind": "SubjectAccessReview", "apiVersion": .string("authorization.k8s.io/\(settings.version)"), "metadata": .emptyObject,
            "spec": Self.spec(request, settings.version),
        ]
        let start = ContinuousClock.now
        do throws(ReviewFailure) {
            let decision = try Self.decision(try await server.post(review, timeout: settings.timeout))
            metrics.answered("success", ContinuousClock.now - start)
            remember(decision, request)
            return decision
        } catch {
            metrics.answered("error", ContinuousClock.now - start)
            if !settings.deniesOnFailure { metrics.failOpen("error") }
            return decisionOnFailure
        }
    }

    /// In `v1beta1` the groups have another name.
    private static func spec(_ request: AccessRequest, _ version: String) -> Value {
        var spec = request.reviewSpec
        if version == "v1beta1", let groups = spec.remove("groups") { spec["group"] = groups }
        return spec
    }

    static func decision(_ answer: Value) throws(ReviewFailure) -> AccessDecision {
        let status = answer["status"]
        guard status.isObject else { throw ReviewFailure("the webhook's answer has no status") }
        let reason = status["reason"].string ?? ""
        switch (status["allowed"].bool ?? false, status["denied"].bool ?? false) {
        case (true, true): throw ReviewFailure("webhook subject access review returned both allow and deny response")
        case (true, false): return .allow(reason: reason)
        case (false, true): return .deny(reason: reason)
        case (false, false): return .noOpinion(reason: reason)
        }
    }

    private func remember(_ decision: AccessDecision, _ request: AccessRequest) {
        var lifetime = settings.unauthorizedLifetime
        if case .allow = decision { lifetime = settings.authorizedLifetime }
        guard lifetime > .zero, Self.size(request) < Self.attributeLimit else { return }
        cache.withLock { cache in
            if cache.count >= Self.limit {
                let now = ContinuousClock.now
                cache = cache.filter { $0.value.end > now }
                if cache.count >= Self.limit { cache = [:] }
            }
            cache[request] = Entry(decision: decision, end: .now + lifetime)
        }
    }

    private static func size(_ request: AccessRequest) -> Int {
        let texts = [request.namespace, request.verb, request.group, request.version, request.resource, request.subresource, request.name, request.path]
        return texts.reduce(0) { $0 + $1.utf8.count }
    }
}
