import CEL
import KubernetesTypes
package import Objects

/// Makes a user of the claims of a verified token, as an issuer's settings say.
package struct ClaimMapping: Sendable {
    private static let userType = DeclaredType(
        object: "kubernetes.UserInfo",
        fields: [
            "username": .string, "uid": .string, "groups": DeclaredType(.list(.string, .atomic)),
            "extra": DeclaredType(.map(DeclaredType(.list(.string, .atomic)))),
        ])
    private static let claims = Environment.kubernetes.extended(variables: [("claims", .map(.string, .dyn))])
    private static let user = Environment.kubernetes.extended(variables: [("user", .object(userType))])

    private let settings: IssuerSettings
    private let programs: [String: Program]
    private let userPrograms: [String: Program]
    private let checksVerifiedAddress: Bool

    /// Compiles all expressions. Throws what is wrong with them; `path` is where the settings stand.
    package init(_ settings: IssuerSettings, path: String = "jwt[0]") throws(ConfigurationProblem) {
        self.settings = settings
        var programs: [String: Program] = [:]
        for (text, place, wanted) in Self.claimExpressions(settings, path) {
            programs[text] = try Self.compile(text, place, Self.claims, wanted)
        }
        var userPrograms: [String: Program] = [:]
        for (index, rule) in settings.userRules.enumerated() {
            userPrograms[rule.expression] = try Self.compile(
                rule.expression, "\(path).userValidationRules[\(index)].expression", Self.user, .bool)
        }
        self.programs = programs
        self.userPrograms = userPrograms
        if case .claim("email", _) = settings.username { checksVerifiedAddress = true } else { checksVerifiedAddress = false }
    }

    private static func claimExpressions(_ settings: IssuerSettings, _ path: String) -> [(text: String, place: String, type: CELType?)] {
        var all: [(text: String, place: String, type: CELType?)] = []
        for (index, rule) in settings.claimRules.enumerated() {
            if case .expression(let text, _) = rule { all.append((text, "\(path).claimValidationRules[\(index)].expression", .bool)) }
        }
        for (name, source) in [("username", settings.username), ("groups", settings.groups), ("uid", settings.uid)] {
            if case .expression(let text) = source { all.append((text, "\(path).claimMappings.\(name).expression", nil)) }
        }
        for (index, extra) in settings.extra.enumerated() {
            all.append((extra.expression, "\(path).claimMappings.extra[\(index)].valueExpression", nil))
        }
        return all
    }

    private static func compile(
        _ text: String, _ place: String, _ environment: Environment, _ wanted: CELType?
    ) throws(ConfigurationProblem) -> Program {
        let checked: CheckedExpression
        do {
            checked = try environment.compile(text)
        } catch {
            throw ConfigurationProblem([.invalid(place, .string(text), "compilation failed: \(error.text)")])
        }
        if let wanted, checked.type != wanted { throw ConfigurationProblem([.invalid(place, .string(text), "must evaluate to \(wanted.name)")]) }
        return Program(checked)
    }

    /// Throws why nobody is who these claims say.
    package func user(_ claims: Value) throws(WebToken.Failure) -> UserInfo {
        for rule in settings.claimRules { try check(rule, claims) }
        let name = try username(claims)
        if name.isEmpty { throw WebToken.Failure("oidc: the username is empty") }
        let groups = try settings.groups.map { source throws(WebToken.Failure) in try texts(source, "groups", claims) } ?? []
        var uid = ""
        if let source = settings.uid { uid = try text(source, "uid", claims) }
        var extra: [String: [String]] = [:]
        for item in settings.extra {
            let values = try Self.list(try value(item.expression, "extra", claims), "extra")
            if !values.isEmpty { extra[item.key] = values }
        }
        let user = UserInfo(name: name, uid: uid, groups: groups, extra: extra)
        try check(user)
        return user
    }

    private func check(_ rule: IssuerSettings.ClaimRule, _ claims: Value) throws(WebToken.Failure) {
        switch rule {
        case .equals(let claim, let wanted):
            guard claims.contains(claim) else { throw WebToken.Failure("oidc: required claim \(claim) not present in ID token") }
            guard let held = claims[claim].string else { throw WebToken.Failure("oidc: parse claim \(claim): it is no string") }
            if held != wanted { throw WebToken.Failure("oidc: required claim \(claim) value does not match. Got = \(held), want = \(wanted)") }
        case .expression(let expression, let message):
            guard try value(expression, "claim validation", claims).bool == true else {
                throw WebToken.Failure("oidc: error evaluating claim validation expression: \(Self.failed(expression, message))")
            }
        }
    }

    private static func failed(_ expression: String, _ message: String) -> String {
        "validation expression '\(expression)' failed" + (message.isEmpty ? "" : ": " + message)
    }

    private func check(_ user: UserInfo) throws(WebToken.Failure) {
        if settings.userRules.isEmpty { return }
        let input = CELValue(adapting: user.value, as: Self.userType)
        for rule in settings.userRules {
            guard let program = userPrograms[rule.expression] else { continue }
            let outcome: Bool?
            do {
                outcome = try program.run([input], costLimit: CostLimits.call).value.bool
            } catch {
                throw WebToken.Failure("oidc: error evaluating user info validation rule: \(error.message)")
            }
            if outcome != true {
                throw WebToken.Failure("oidc: error evaluating user info validation rule: \(Self.failed(rule.expression, rule.message))")
            }
        }
    }

    private func username(_ claims: Value) throws(WebToken.Failure) -> String {
        let name = try text(settings.username, "username", claims)
        if checksVerifiedAddress, claims.contains("email_verified") {
            guard let isVerified = claims["email_verified"].bool else {
                throw WebToken.Failure("oidc: parse 'email_verified' claim: it is no boolean")
            }
            if !isVerified { throw WebToken.Failure("oidc: email not verified") }
        }
        return name
    }

    private func text(_ source: ClaimSource, _ what: String, _ claims: Value) throws(WebToken.Failure) -> String {
        switch source {
        case .claim(let claim, let prefix):
            guard claims.contains(claim) else { throw WebToken.Failure("oidc: parse \(what) claims \"\(claim)\": claim not present") }
            guard let text = claims[claim].string else { throw WebToken.Failure("oidc: parse \(what) claims \"\(claim)\": it is no string") }
            return prefix + text
        case .expression(let expression):
            guard let text = try value(expression, what, claims).string else {
                throw WebToken.Failure("oidc: error evaluating \(what) claim expression: \(what) claim expression must return a string")
            }
            return text
        }
    }

    private func texts(_ source: ClaimSource, _ what: String, _ claims: Value) throws(WebToken.Failure) -> [String] {
        switch source {
        case .claim(let claim, let prefix):
            let held = claims[claim]
            if held.isNull { return [] }
            let list = held.string.map { [$0] } ?? held.strings
            guard held.string != nil || held.isArray && list.count == held.array.count else {
                throw WebToken.Failure("oidc: parse \(what) claim \"\(claim)\": it is neither a string nor a list of strings")
            }
            return list.map { prefix + $0 }
        case .expression(let expression): return try Self.list(try value(expression, what, claims), what)
        }
    }

    private func value(_ expression: String, _ what: String, _ claims: Value) throws(WebToken.Failure) -> CELValue {
        guard let program = programs[expression] else { throw WebToken.Failure("oidc: the \(what) expression was not compiled") }
        do {
            return try program.run([CELValue(adapting: claims)], costLimit: CostLimits.call).value
        } catch {
            throw WebToken.Failure("oidc: error evaluating \(what) claim expression: expression '\(expression)' resulted in error: \(error.message)")
        }
    }

    /// A text, or a list of texts; nothing where the expression gave nothing.
    private static func list(_ value: CELValue, _ what: String) throws(WebToken.Failure) -> [String] {
        let json: Value
        do {
            json = try value.json()
        } catch {
            throw WebToken.Failure("oidc: error evaluating \(what) claim expression: \(error.message)")
        }
        if json.isNull { return [] }
        if let text = json.string { return text.isEmpty ? [] : [text] }
        guard json.isArray, json.strings.count == json.array.count else {
            throw WebToken.Failure("oidc: error evaluating \(what) claim expression: expression must return a string or a list of strings")
        }
        return json.strings.filter { !$0.isEmpty }
    }
}
