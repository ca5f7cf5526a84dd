/// What is found about a token.
package enum TokenVerdict: Sendable, Equatable {
    /// Whom it stands for, and for which of the wanted audiences it holds.
    case user(UserInfo, audiences: [String])
    /// Nobody here knows tokens of this kind.
    case unknown
    /// Somebody knows tokens of this kind, and this one does not hold, for this reason.
    case refused(String)
}

/// Somebody who knows tokens, and may have to ask others about them.
package protocol TokenAuthenticator: Sendable {
    /// `audiences` are those that the token has to be for, one at least.
    func verdict(_ token: String, audiences: [String]) async -> TokenVerdict
}
