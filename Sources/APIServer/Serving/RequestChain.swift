import Audit
package import Credentials
import HTTPServing
package import KubernetesTypes
import Logging
import NIOCore
package import Objects
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

    /// The answer of a request whose user is known. Throws what the client is to see.
    package func handle(_ request: ServerRequest, warnings: RequestNotes) throws(StatusError) -> Outcome {
        var request = request
        var access = AccessRequest(request.info, user: request.user)
        if access.isResourceRequest {
            if access.resource.isEmpty { access.isResourceRequest = false }
        }
        if !request.headers.prefixed("impersonate-").isEmpty, let wanted = try ImpersonationHeaders(request.headers) {
            let actor = try impersonator.user(wanted, for: access)
            request.user = actor.user
            access.user = actor.user
            warnings.audit?.impersonate(actor.user.value, constraint: actor.constraint)
        }
        if request.path.hasPrefix("//") { return .ready(.text(404, "404 page not found\n")) }
        switch authorizer.decide(access) {
        case .allow(let reason):
            warnings.annotate("authorization.k8s.io/decision", "allow")
            warnings.annotate("authorization.k8s.io/reason", reason)
        case .deny(let reason), .noOpinion(let reason):
            warnings.annotate("authorization.k8s.io/decision", "forbid")
            warnings.annotate("authorization.k8s.io/reason", reason)
            throw Self.forbidden(access, reason)
        }
        if access.isResourceRequest, request.info.isResourceRequest {
            if request.info.group == ResourceMetricsService.groupVersion.group, request.info.version == ResourceMetricsService.groupVersion.version,
                let local = dispatcher.aggregator.localMetrics
            {
                return .ready(try local.answer(request))
            }
            guard let barrier, Self.needsPresent(request) else { return try dispatcher.dispatch(request, warnings: warnings) }
            return .later { [dispatcher, request] () async throws(StatusError) in
                try await barrier.pass()
                switch try dispatcher.dispatch(request, warnings: warnings) {
                case .ready(let answer): return answer
                case .later(let work): return try await work()
                }
            }
        }
        if let answer = try health.answer(request) { return .ready(answer) }
        if let answer = try metrics.answer(request) { return .ready(answer) }
        if let answer = try discovery.answer(request) { return .ready(answer) }
        return .ready(.text(404, "404 page not found\n"))
    }

    /// Whether the answer has to know of every write that was acknowledged before, by whichever server. A read that
    /// names a version or goes on with a list does not.
    private static func needsPresent(_ request: ServerRequest) -> Bool {
        guard ["get", "list", "watch"].contains(request.info.verb) else { return true }
        return (request.query["resourceVersion"] ?? "").isEmpty && (request.query["continue"] ?? "").isEmpty
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
