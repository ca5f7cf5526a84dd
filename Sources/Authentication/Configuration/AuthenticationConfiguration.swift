package import Objects

/// Who may say who somebody is: the file of `--authentication-config`.
package struct AuthenticationConfiguration: Sendable, Equatable {
    package var issuers: [IssuerSettings] = []
    /// Nil when the file says nothing of it.
    package var anonymous: AnonymousAccess?

    static let groupName = "apiserver.config.k8s.io"
    static let versions = ["v1", "v1beta1"]

    package init(issuers: [IssuerSettings] = [], anonymous: AnonymousAccess? = nil) {
        self.issuers = issuers
        self.anonymous = anonymous
    }

    /// Of the file's content. Throws what is wrong with it. `ownIssuers` are those of service accounts, which no other
    /// may claim to be.
    package init(_ document: Value, ownIssuers: [String] = []) throws(ConfigurationProblem) {
        guard document.isObject else { throw ConfigurationProblem("the configuration is no object") }
        let apiVersion = document["apiVersion"].string ?? ""
        guard document["kind"].string == "AuthenticationConfiguration", Self.versions.contains(where: { apiVersion == "\(Self.groupName)/\($0)" })
        else {
            throw ConfigurationProblem(
                "expected an AuthenticationConfiguration of \(Self.groupName)/v1 or v1beta1, not \(document["kind"].string ?? "") of \(apiVersion)")
        }
        try AuthenticationRules.checkNames(document)
        let errors = AuthenticationRules.problems(document, ownIssuers: ownIssuers)
        if !errors.isEmpty { throw ConfigurationProblem(errors) }
        issuers = document["jwt"].array.compactMap { IssuerSettings($0) }
        anonymous = document["anonymous"].isObject ? AnonymousAccess(document["anonymous"]) : nil
        // What cannot be compiled is found now, and not when somebody shows a token.
        for (index, issuer) in issuers.enumerated() { _ = try ClaimMapping(issuer, path: "jwt[\(index)]") }
    }
}
