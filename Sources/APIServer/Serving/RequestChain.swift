import Audit
import Authentication
import Authorization
import Credentials
import HTTPServing
package import KubernetesTypes
import Logging
import NIOCore
import Objects
import Schema

/// What every request goes through: who asks, for whom, whether they may, and then the work.
package struct RequestChain: Sendable {
    let authenticator: Authenticator
    let authorizer: AuthorizerChain
    let impersonator: Impersonator
    let dispatcher: Dispatcher
    let discovery: DiscoveryService
    let health: HealthService
    let metrics: MetricsService
    /// Nil when no policy asks for an audit.
    var auditor: Auditor?
    /// What a request waits for when others write to the store too; nil when this server alone does.
    var barrier: ReadBarrier?
    /// Nil where nothing is limited.
    var limiter: RequestLimiter?
    var flowDebug: FlowDebugService?

    /// The answer of a request whose user is known. Throws what the client is to see.
    package func handle(_ request: ServerRequest, warnings: RequestNotes) throws(StatusError) -> Outcome {
        guard authorizer.asksOthers else { return try limited(try impersonated(request, warnings), warnings) }
        return .later { () async throws(StatusError) in
            let actual = try await authorizer.settled { () throws(StatusError) in try impersonated(request, warnings) }
            return try await limited(actual, warnings).answer()
        }
    }

    /// The request as who it goes on as.
    private func impersonated(_ request: ServerRequest, _ warnings: RequestNotes) throws(StatusError) -> ServerRequest {
        guard !request.headers.prefixed("impersonate-").isEmpty, let wanted = try ImpersonationHeaders(request.headers) else {
            return request
        }
        let actor = try impersonator.user(wanted, for: Self.access(request))
        warnings.audit?.impersonate(actor.user.value, constraint: actor.constraint)
        var request = request
        request.user = actor.user
        return request
    }

    /// The answer when it is the request's turn.
    private func limited(_ request: ServerRequest, _ warnings: RequestNotes) throws(StatusError) -> Outcome {
        guard let limiter else { return try admitted(request, warnings) }
        return try limiter.run(request, warnings) { [self] () throws(StatusError) in try admitted(request, warnings) }
    }

    private func admitted(_ request: ServerRequest, _ warnings: RequestNotes) throws(StatusError) -> Outcome {
        guard authorizer.asksOthers else {
            try permit(request, warnings)
            return try serve(request, warnings: warnings)
        }
        return .later { () async throws(StatusError) in
            try await authorizer.settled { () throws(StatusError) in try permit(request, warnings) }
            return try await serve(request, warnings: warnings).answer()
        }
    }

    private static func access(_ request: ServerRequest) -> AccessRequest {
        var access = AccessRequest(request.info, user: request.user)
        if access.resource.isEmpty { access.isResourceRequest = false }
        return access
    }

    private func permit(_ request: ServerRequest, _ warnings: RequestNotes) throws(StatusError) {
        if request.path.hasPrefix("//") { return }
        let access = Self.access(request)
        switch authorizer.decide(access) {
        case .allow(let reason):
            warnings.annotate("authorization.k8s.io/decision", "allow")
            warnings.annotate("authorization.k8s.io/reason", reason)
        case .deny(let reason), .noOpinion(let reason):
            warnings.annotate("authorization.k8s.io/decision", "forbid")
            warnings.annotate("authorization.k8s.io/reason", reason)
            throw Self.forbidden(access, reason)
        }
    }

    private func serve(_ request: ServerRequest, warnings: RequestNotes) throws(StatusError) -> Outcome {
        if request.path.hasPrefix("//") { return .ready(.text(404, "404 page not found\n")) }
        if request.info.isResourceRequest, !request.info.resource.isEmpty {
            guard let barrier, Self.needsPresent(request, barrier) else { return try dispatcher.dispatch(request, warnings: warnings) }
            return .later { [dispatcher, request] () async throws(StatusError) in
                try await barrier.pass()
                return try await dispatcher.dispatch(request, warnings: warnings).answer()
            }
        }
        if let answer = try health.answer(request) { return .ready(answer) }
        if let answer = try metrics.answer(request) { return .ready(answer) }
        if let answer = try flowDebug?.answer(request) { return .ready(answer) }
        if let answer = try discovery.answer(request) { return .ready(answer) }
        return .ready(.text(404, "404 page not found\n"))
    }

    /// Whether the answer has to know of every write that was acknowledged before, by whichever server. A read that
    /// goes on with a list does not, nor one that names a version which has come here.
    private static func needsPresent(_ request: ServerRequest, _ barrier: ReadBarrier) -> Bool {
        guard ["get", "list", "watch"].contains(request.info.verb) else { return true }
        if !(request.query["continue"] ?? "").isEmpty { return false }
        guard let version = request.query["resourceVersion"], !version.isEmpty else { return true }
        return Int64(version).map { !barrier.knows($0) } ?? false
    }

    static func forbidden(_ access: AccessRequest, _ reason: String = "") -> StatusError {
        let refusal = reason.isEmpty ? access.refusal : "\(access.refusal): \(reason)"
        guard access.isResourceRequest else {
            return StatusError(
                code: 403, reason: "Forbidden", message: "forbidden: \(refusal)", details: .emptyObject)
        }
        return .forbidden(GroupResource(group: access.group, resource: access.resource), access.name, refusal)
    }
}
