import Objects

/// A claim that is taken as it stands, or an expression over all claims.
package enum ClaimSource: Sendable, Equatable {
    case claim(String, prefix: String)
    case expression(String)

    init?(_ value: Value) {
        if let expression = value["expression"].string, !expression.isEmpty {
            self = .expression(expression)
        } else if let claim = value["claim"].string, !claim.isEmpty {
            self = .claim(claim, prefix: value["prefix"].string ?? "")
        } else {
            return nil
        }
    }
}

/// One issuer of tokens (`jwt[i]` of an AuthenticationConfiguration).
package struct IssuerSettings: Sendable, Equatable {
    package enum ClaimRule: Sendable, Equatable {
        case equals(claim: String, value: String)
        case expression(String, message: String)
    }

    package struct Rule: Sendable, Equatable {
        package let expression: String
        package let message: String
    }

    package struct Extra: Sendable, Equatable {
        package let key: String
        package let expression: String
    }

    package var url: String
    /// Where the discovery document is; empty for the usual place below the issuer.
    package var discoveryURL = ""
    /// PEM; empty for the authorities that the system trusts.
    package var authority = ""
    package var audiences: [String]
    package var claimRules: [ClaimRule] = []
    package var username: ClaimSource
    package var groups: ClaimSource?
    package var uid: ClaimSource?
    package var extra: [Extra] = []
    package var userRules: [Rule] = []
    package var algorithms = Set(SignatureAlgorithm.allCases)

    package init(url: String, audiences: [String], username: ClaimSource) {
        self.url = url
        self.audiences = audiences
        self.username = username
    }

    /// Of a `jwt` entry that was checked before; nil when it names no user.
    init?(_ value: Value) {
        let issuer = value["issuer"], mappings = value["claimMappings"]
        guard let username = ClaimSource(mappings["username"]) else { return nil }
        self.init(url: issuer["url"].string ?? "", audiences: issuer["audiences"].strings, username: username)
        discoveryURL = issuer["discoveryURL"].string ?? ""
        authority = issuer["certificateAuthority"].string ?? ""
        claimRules = value["claimValidationRules"].array.map { rule in
            if let expression = rule["expression"].string, !expression.isEmpty {
                return .expression(expression, message: rule["message"].string ?? "")
            }
            return .equals(claim: rule["claim"].string ?? "", value: rule["requiredValue"].string ?? "")
        }
        groups = ClaimSource(mappings["groups"])
        uid = ClaimSource(mappings["uid"])
        extra = mappings["extra"].array.map {
            Extra(key: $0["key"].string ?? "", expression: $0["valueExpression"].string ?? "")
        }
        userRules = value["userValidationRules"].array.map {
            Rule(expression: $0["expression"].string ?? "", message: $0["message"].string ?? "")
        }
    }

    /// The address of the discovery document.
    package var discovery: String {
        if !discoveryURL.isEmpty { return discoveryURL }
        return (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/.well-known/openid-configuration"
    }
}
