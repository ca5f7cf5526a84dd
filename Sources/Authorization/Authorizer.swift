import Authentication

package enum AccessDecision: Sendable, Equatable {
    case allow(reason: String)
    /// This authorizer says nothing; the next one may.
    case noOpinion(reason: String = "")
    case deny(reason: String)
}

/// Decides in memory; called for every request.
package protocol Authorizer: Sendable {
    func decide(_ request: AccessRequest) -> AccessDecision
}

/// Members of `system:masters` may do everything: the way in when roles are broken.
package struct MastersAuthorizer: Authorizer {
    package init() {}

    package func decide(_ request: AccessRequest) -> AccessDecision {
        request.user.groups.contains(UserInfo.mastersGroup) ? .allow(reason: "") : .noOpinion()
    }
}

/// Lets everybody do everything (mode AlwaysAllow): for tests of other things.
package struct PermissiveAuthorizer: Authorizer {
    package init() {}

    package func decide(_ request: AccessRequest) -> AccessDecision { .allow(reason: "") }
}

/// Lets nobody but the masters do anything (mode AlwaysDeny).
package struct RefusingAuthorizer: Authorizer {
    package init() {}

    package func decide(_ request: AccessRequest) -> AccessDecision { .noOpinion(reason: "Everything is forbidden.") }
}
