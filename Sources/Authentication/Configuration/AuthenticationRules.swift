import KubernetesTypes
import Objects

/// What an AuthenticationConfiguration may say.
enum AuthenticationRules {
    private static let issuerLimit = 64

    static func checkNames(_ document: Value) throws(ConfigurationProblem) {
        var fields = StrictFields()
        fields.check(document, "", ["apiVersion", "kind", "jwt", "anonymous"])
        fields.check(document["anonymous"], "anonymous", ["enabled", "conditions"])
        for (index, condition) in document["anonymous"]["conditions"].array.enumerated() {
            fields.check(condition, "anonymous.conditions[\(index)]", ["path"])
        }
        for (index, issuer) in document["jwt"].array.enumerated() { checkNames(issuer, "jwt[\(index)]", &fields) }
        try fields.finish()
    }

    private static func checkNames(_ jwt: Value, _ path: String, _ fields: inout StrictFields) {
        fields.check(jwt, path, ["issuer", "claimValidationRules", "claimMappings", "userValidationRules"])
        fields.check(
            jwt["issuer"], path + ".issuer",
            ["url", "discoveryURL", "certificateAuthority", "audiences", "audienceMatchPolicy", "egressSelectorType"])
        for (index, rule) in jwt["claimValidationRules"].array.enumerated() {
            fields.check(rule, "\(path).claimValidationRules[\(index)]", ["claim", "requiredValue", "expression", "message"])
        }
        for (index, rule) in jwt["userValidationRules"].array.enumerated() {
            fields.check(rule, "\(path).userValidationRules[\(index)]", ["expression", "message"])
        }
        let mappings = jwt["claimMappings"]
        fields.check(mappings, path + ".claimMappings", ["username", "groups", "uid", "extra"])
        fields.check(mappings["username"], path + ".claimMappings.username", ["claim", "prefix", "expression"])
        fields.check(mappings["groups"], path + ".claimMappings.groups", ["claim", "prefix", "expression"])
        fields.check(mappings["uid"], path + ".claimMappings.uid", ["claim", "expression"])
        for (index, extra) in mappings["extra"].array.enumerated() {
            fields.check(extra, "\(path).claimMappings.extra[\(index)]", ["key", "valueExpression"])
        }
    }

    static func problems(_ document: Value, ownIssuers: [String]) -> [FieldError] {
        var errors: [FieldError] = []
        let all = document["jwt"].array
        if all.count > issuerLimit { errors.append(.tooMany("jwt", all.count, issuerLimit)) }
        var issuers: Set<String> = []
        var discoveries: Set<String> = []
        for (index, jwt) in all.enumerated() {
            let path = "jwt[\(index)]"
            errors += issuer(jwt["issuer"], path + ".issuer", ownIssuers, &issuers, &discoveries)
            errors += claimRules(jwt["claimValidationRules"], path + ".claimValidationRules")
            errors += mappings(jwt, path)
            errors += userRules(jwt["userValidationRules"], path + ".userValidationRules")
        }
        return errors + anonymous(document["anonymous"])
    }

    private static func anonymous(_ value: Value) -> [FieldError] {
        if value["enabled"].bool == true || value["conditions"].array.isEmpty { return [] }
        return [.invalid("anonymous.conditions", value["conditions"], "enabled should be set to true when conditions are defined")]
    }

    private static func issuer(
        _ value: Value, _ path: String, _ own: [String], _ issuers: inout Set<String>, _ discoveries: inout Set<String>
    ) -> [FieldError] {
        let url = value["url"].string ?? "", discovery = value["discoveryURL"].string ?? ""
        var errors: [FieldError] = []
        if url.isEmpty {
            errors.append(.required(path + ".url", "URL is required"))
        } else {
            if own.contains(url) { errors.append(.invalid(path + ".url", .string(url), "URL must not overlap with disallowed issuers: \(own)")) }
            if !issuers.insert(url).inserted { errors.append(.duplicate(path + ".url", .string(url))) }
            errors += address(url, path + ".url")
        }
        if !discovery.isEmpty {
            if discovery.trimmedSlash == url.trimmedSlash {
                errors.append(.invalid(path + ".discoveryURL", .string(discovery), "discoveryURL must be different from URL"))
            }
            if !discoveries.insert(discovery.trimmedSlash).inserted { errors.append(.duplicate(path + ".discoveryURL", .string(discovery))) }
            errors += address(discovery, path + ".discoveryURL")
        }
        errors += audiences(value, path)
        if let authority = value["certificateAuthority"].string, !authority.isEmpty, !authority.contains("-----BEGIN CERTIFICATE-----") {
            errors.append(.invalid(path + ".certificateAuthority", "<omitted>", "data does not contain any valid RSA or ECDSA certificates"))
        }
        if let egress = value["egressSelectorType"].string, !["", "controlplane", "cluster"].contains(egress) {
            errors.append(.invalid(path + ".egressSelectorType", .string(egress), "egress selector must be either controlplane or cluster"))
        }
        return errors
    }

    private static func audiences(_ value: Value, _ path: String) -> [FieldError] {
        let audiences = value["audiences"].strings, policy = value["audienceMatchPolicy"].string ?? ""
        var errors: [FieldError] = []
        if audiences.isEmpty { errors.append(.required(path + ".audiences", "at least one jwt.issuer.audiences is required")) }
        var seen: Set<String> = []
        for (index, audience) in audiences.enumerated() {
            let field = "\(path).audiences[\(index)]"
            if audience.isEmpty { errors.append(.required(field, "audience can't be empty")) }
            if !seen.insert(audience).inserted { errors.append(.duplicate(field, .string(audience))) }
        }
        if audiences.count > 1, policy != "MatchAny" {
            errors.append(.invalid(path + ".audienceMatchPolicy", .string(policy), "audienceMatchPolicy must be MatchAny for multiple audiences"))
        }
        if audiences.count == 1, policy != "", policy != "MatchAny" {
            errors.append(
                .invalid(path + ".audienceMatchPolicy", .string(policy), "audienceMatchPolicy must be empty or MatchAny for single audience"))
        }
        return errors
    }

    private static func address(_ text: String, _ path: String) -> [FieldError] {
        func wrong(_ detail: String) -> [FieldError] { [.invalid(path, .string(text), detail)] }
        guard text.hasPrefix("https://") else { return wrong("URL scheme must be https") }
        let rest = text.dropFirst(8)
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if host.isEmpty { return wrong("URL must name a host") }
        if host.contains("@") { return wrong("URL must not contain a username or password") }
        if rest.contains("?") { return wrong("URL must not contain a query") }
        if rest.contains("#") { return wrong("URL must not contain a fragment") }
        return []
    }

    private static func claimRules(_ rules: Value, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var claims: Set<String> = [], expressions: Set<String> = []
        for (index, rule) in rules.array.enumerated() {
            let field = "\(path)[\(index)]"
            let claim = rule["claim"].string ?? "", expression = rule["expression"].string ?? ""
            switch (claim.isEmpty, expression.isEmpty) {
            case (true, true): errors.append(.required(field, "claim or expression is required"))
            case (false, false): errors.append(.invalid(field, .string(claim), "claim and expression can't both be set"))
            case (true, false):
                if !(rule["requiredValue"].string ?? "").isEmpty {
                    errors.append(.invalid(field + ".requiredValue", rule["requiredValue"], "requiredValue can't be set when expression is set"))
                }
                if !expressions.insert(expression).inserted { errors.append(.duplicate(field + ".expression", .string(expression))) }
            case (false, true):
                if !(rule["message"].string ?? "").isEmpty {
                    errors.append(.invalid(field + ".message", rule["message"], "message can't be set when claim is set"))
                }
                if !claims.insert(claim).inserted { errors.append(.duplicate(field + ".claim", .string(claim))) }
            }
        }
        return errors
    }

    private static func userRules(_ rules: Value, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, rule) in rules.array.enumerated() {
            let expression = rule["expression"].string ?? ""
            if expression.isEmpty { errors.append(.required("\(path)[\(index)].expression", "expression is required")) }
            if !seen.insert(expression).inserted { errors.append(.duplicate("\(path)[\(index)].expression", .string(expression))) }
        }
        return errors
    }

    private static func mappings(_ jwt: Value, _ path: String) -> [FieldError] {
        let mappings = jwt["claimMappings"], field = path + ".claimMappings"
        var errors = choice(mappings["username"], field + ".username", isRequired: true)
        errors += choice(mappings["groups"], field + ".groups", isRequired: false)
        let uid = mappings["uid"]
        if !(uid["claim"].string ?? "").isEmpty, !(uid["expression"].string ?? "").isEmpty {
            errors.append(.invalid(field + ".uid", "", "claim and expression can't both be set"))
        }
        var keys: Set<String> = []
        for (index, extra) in mappings["extra"].array.enumerated() {
            let place = "\(field).extra[\(index)]", key = extra["key"].string ?? ""
            errors += extraKey(key, place + ".key")
            if !keys.insert(key).inserted { errors.append(.duplicate(place + ".key", .string(key))) }
            if (extra["valueExpression"].string ?? "").isEmpty { errors.append(.required(place + ".valueExpression", "valueExpression is required")) }
        }
        return errors + verifiedAddress(jwt, path)
    }

    private static func choice(_ value: Value, _ path: String, isRequired: Bool) -> [FieldError] {
        let claim = value["claim"].string ?? "", expression = value["expression"].string ?? ""
        var errors: [FieldError] = []
        switch (claim.isEmpty, expression.isEmpty) {
        case (false, false): errors.append(.invalid(path, "", "claim and expression can't both be set"))
        case (true, true) where isRequired: errors.append(.required(path, "claim or expression is required"))
        default: break
        }
        if !expression.isEmpty, value["prefix"].string != nil {
            errors.append(.invalid(path + ".prefix", value["prefix"], "prefix can't be set when expression is set"))
        }
        if !claim.isEmpty, value["prefix"].string == nil {
            errors.append(.required(path + ".prefix", "prefix is required when claim is set. It can be set to an empty string to disable prefixing"))
        }
        return errors
    }

    private static func extraKey(_ key: String, _ path: String) -> [FieldError] {
        if key.isEmpty { return [.required(path, "key is required")] }
        if key != key.lowercased() { return [.invalid(path, .string(key), "key must be lowercase")] }
        let parts = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[1].isEmpty, NameRules.dns1123Subdomain(parts[0]).isEmpty else {
            return [.invalid(path, .string(key), "must be a domain-prefixed path (such as \"acme.io/foo\")")]
        }
        let isReserved = ["kubernetes.io", "k8s.io"].contains { parts[0] == $0 || parts[0].hasSuffix("." + $0) }
        return isReserved
            ? [.invalid(path, .string(key), "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use")] : []
    }

    /// An address of mail that nobody verified is nobody's name.
    private static func verifiedAddress(_ jwt: Value, _ path: String) -> [FieldError] {
        let mappings = jwt["claimMappings"]
        let expression = mappings["username"]["expression"].string ?? ""
        guard ClaimUse.names("email", expression) else { return [] }
        let others = mappings["extra"].array.map { $0["valueExpression"].string ?? "" }
            + jwt["claimValidationRules"].array.map { $0["expression"].string ?? "" }
        if ([expression] + others).contains(where: { ClaimUse.names("email_verified", $0) }) { return [] }
        return [
            .invalid(
                path + ".claimMappings.username.expression", .string(expression),
                "claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression")
        ]
    }
}

/// Which claims an expression names.
enum ClaimUse {
    static func names(_ claim: String, _ expression: String) -> Bool {
        let text = expression.filter { !$0.isWhitespace }
        for quote in ["\"", "'"] where text.contains("claims[\(quote)\(claim)\(quote)]") || text.contains("claims[?\(quote)\(claim)\(quote)]") {
            return true
        }
        return ["claims.", "claims.?"].contains { prefix in
            text.ranges(of: prefix + claim).contains { range in
                guard range.upperBound < text.endIndex else { return true }
                let next = text[range.upperBound]
                return !(next.isLetter || next.isNumber || next == "_")
            }
        }
    }
}

extension String {
    var trimmedSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
