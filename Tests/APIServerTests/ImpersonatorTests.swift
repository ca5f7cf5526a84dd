import Authentication
import Authorization
import struct KubernetesTypes.StatusError
import Testing

@testable import APIServer

/// Allows what is in its list: `verb group/resource name`, or `verb path`.
private struct ListAuthorizer: Authorizer {
    let allowed: Set<String>

    func decide(_ request: AccessRequest) -> AccessDecision {
        let text = request.isResourceRequest
            ? "\(request.verb) \(request.group)/\(request.fullResource) \(request.name)" : "\(request.verb) \(request.path)"
        return allowed.contains(text) ? .allow(reason: "") : .noOpinion()
    }
}

@Suite struct ImpersonatorTests {
    private func impersonator(_ allowed: Set<String>) -> Impersonator {
        Impersonator(authorizer: AuthorizerChain([ListAuthorizer(allowed: allowed)]))
    }

    private func access(_ user: UserInfo = UserInfo(name: "jane"), verb: String = "list") -> AccessRequest {
        var access = AccessRequest(user: user, verb: verb, isResourceRequest: true)
        access.resource = "pods"
        return access
    }

    private func headers(_ items: [(name: String, value: String)]) throws -> ImpersonationHeaders? {
        try ImpersonationHeaders(RequestHeaders(items))
    }

    @Test func aConstrainedRightIsForOneVerb() throws {
        let impersonator = impersonator(["impersonate-on:user-info:list /pods ", "impersonate:user-info authentication.k8s.io/users joe"])
        let result = try impersonator.user(ImpersonationHeaders(name: "joe"), for: access())
        #expect(result.user == UserInfo(name: "joe", groups: ["system:authenticated"]))
        #expect(result.constraint == "impersonate:user-info")
        let refusal = #expect(throws: StatusError.self) {
            try impersonator.user(ImpersonationHeaders(name: "joe"), for: access(verb: "watch"))
        }
        #expect(refusal?.message.contains("cannot impersonate-on:user-info:watch resource \"pods\"") == true)
    }

    @Test func theModeThatWorkedSpeaksFirst() throws {
        let impersonator = impersonator(["impersonate /users joe"])
        let result = try impersonator.user(ImpersonationHeaders(name: "joe"), for: access())
        #expect(result.constraint == nil)
        let refusal = #expect(throws: StatusError.self) { try impersonator.user(ImpersonationHeaders(name: "jill"), for: access()) }
        #expect(refusal?.message.contains("cannot impersonate resource \"users\" in API group \"\"") == true)
    }

    @Test func anAgentIsItsOwnNodeOnly() throws {
        let agent = UserInfo(
            name: "system:serviceaccount:a:agent", extra: ["authentication.kubernetes.io/node-name": ["n1"]])
        let impersonator = impersonator(["impersonate-on:associated-node:list /pods ", "impersonate:associated-node authentication.k8s.io/nodes *"])
        let result = try impersonator.user(ImpersonationHeaders(name: "system:node:n1"), for: access(agent))
        #expect(result.user.groups == ["system:nodes", "system:authenticated"])
        #expect(throws: StatusError.self) { try impersonator.user(ImpersonationHeaders(name: "system:node:n2"), for: access(agent)) }
    }

    @Test func constrainedModesGiveNobodyTheMastersGroup() throws {
        let rights: Set<String> = [
            "impersonate-on:user-info:list /pods ", "impersonate:user-info authentication.k8s.io/users joe",
            "impersonate:user-info authentication.k8s.io/groups system:masters",
        ]
        let wanted = try #require(try headers([("Impersonate-User", "joe"), ("Impersonate-Group", "system:masters")]))
        let refusal = #expect(throws: StatusError.self) { try impersonator(rights).user(wanted, for: access()) }
        #expect(refusal?.message.contains("impersonating the system:masters group is not allowed") == true)
        let old = try impersonator(["impersonate /users joe", "impersonate /groups system:masters"]).user(wanted, for: access())
        #expect(old.user.groups == ["system:masters", "system:authenticated"])
    }

    @Test func headersWithoutAUserAreRefused() throws {
        #expect(try headers([("Impersonate-User", "")]) == nil)
        let refusal = #expect(throws: StatusError.self) { try headers([("Impersonate-Group", "a"), ("Impersonate-Extra-k%2fx", "v")]) }
        #expect(
            refusal?.message
                == "requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"a\"}, Extra:map[string][]string{\"k/x\":[]string{\"v\"}}} without impersonating a user name")
    }
}
