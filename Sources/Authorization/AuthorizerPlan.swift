/// The authorizers that a configuration names, as far as they need no store.
package struct AuthorizerPlan: Sendable {
    package let entries: [AuthorizationConfiguration.Entry]
    /// By the names of entries.
    package var webhooks: [String: WebhookAuthorizer] = [:]
    /// For mode ABAC.
    package var policy: AttributePolicy?

    package init(_ configuration: AuthorizationConfiguration) { entries = configuration.entries }

    /// The members of a chain, the masters first. What a mode needs and nobody gave is left out, so that it allows nothing.
    package func members(node: any Authorizer, roles: any Authorizer) -> [AuthorizerChain.Member] {
        [AuthorizerChain.Member(MastersAuthorizer())] + entries.compactMap { entry in
            let type = entry.kind.rawValue
            switch entry.kind {
            case .node: return AuthorizerChain.Member(node, type: type, name: entry.name)
            case .roles: return AuthorizerChain.Member(roles, type: type, name: entry.name)
            case .alwaysAllow: return AuthorizerChain.Member(PermissiveAuthorizer(), type: type, name: entry.name)
            case .alwaysDeny: return AuthorizerChain.Member(RefusingAuthorizer(), type: type, name: entry.name)
            case .attributes: return policy.map { AuthorizerChain.Member($0, type: type, name: entry.name) }
            case .webhook: return webhooks[entry.name].map { AuthorizerChain.Member($0, name: entry.name) }
            }
        }
    }
}
