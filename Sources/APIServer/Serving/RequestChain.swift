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
    let dispatcher: Dispatcher
    let discovery: DiscoveryService
    let health: HealthService
    let metrics: MetricsService
    /// Nil when no policy asks for an audit.
    var auditor: Auditor?
    /// What a request waits for when others write to the store too; nil when this server alone does.
    var barrier: ReadBarrier?

    /// The answer of a request whose user is known. Throws what the client is to see.
    package func handle(_ request: ServerRequest, warnings: WarningList) throws(StatusError) -> Outcome {
        var request = request
        if !request.headers.prefixed("impersonate-").isEmpty {
            request.user = try impersonated(request)
            warnings.audit?.impersonate(request.user.value)
        }
        var access = AccessRequest(request.info, user: request.user)
        if access.isResourceRequest {
            if access.resource.isEmpty { access.isResourceRequest = false }
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

    /// The user that `Impersonate-` headers name, when the caller may act as them.
    private func impersonated(_ request: ServerRequest) throws(StatusError) -> UserInfo {
        let headers = request.headers
        guard let name = headers["impersonate-user"], !name.isEmpty else {
            throw .badRequest("requested \(headers.prefixed("impersonate-").map(\.value)) without impersonating a user")
        }
        func check(_ resource: String, _ group: String, _ value: String, _ namespace: String = "", _ sub: String = "") throws(StatusError) {
            var access = AccessRequest(user: request.user, verb: "impersonate", isResourceRequest: true)
            access.group = group
            access.version = "v1"
            access.resource = resource
            access.subresource = sub
            access.namespace = namespace
            access.name = value
            guard authorizer.allows(access) else { throw Self.forbidden(access) }
        }
        var groups = headers.all("impersonate-group")
        let target = UserInfo(name: name)
        if let account = target.serviceAccount {
            try check("serviceaccounts", "", account.name, account.namespace)
            if groups.isEmpty { groups = ["system:serviceaccounts", "system:serviceaccounts:\(account.namespace)"] }
        } else {
            try check("users", "", name)
        }
        for group in headers.all("impersonate-group") { try check("groups", "", group) }
        let uid = headers["impersonate-uid"] ?? ""
        if !uid.isEmpty { try check("uids", "authentication.k8s.io", uid) }
        var extra: [String: [String]] = [:]
        for (header, value) in headers.prefixed("impersonate-extra-") {
            let key = PercentCoding.decode(String(header.dropFirst("impersonate-extra-".count))) ?? header
            try check("userextras", "authentication.k8s.io", value, "", key)
            extra[key, default: []].append(value)
        }
        if name == UserInfo.anonymous.name {
            groups.append("system:unauthenticated")
        } else if !groups.contains(UserInfo.authenticatedGroup) {
            groups.append(UserInfo.authenticatedGroup)
        }
        return UserInfo(name: name, uid: uid, groups: groups, extra: extra)
    }
}
