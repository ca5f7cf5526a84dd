package import Authentication
package import Objects

/// Who decides what somebody may do, in which order: the file of `--authorization-config`, or what the flags say.
package struct AuthorizationConfiguration: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case alwaysAllow = "AlwaysAllow"
        case alwaysDeny = "AlwaysDeny"
        case attributes = "ABAC"
        case webhook = "Webhook"
        case roles = "RBAC"
        case node = "Node"
    }

    package struct Entry: Sendable, Equatable {
        package let kind: Kind
        package let name: String
        /// Set for webhooks.
        package var webhook: WebhookAuthorizerSettings?

        package init(_ kind: Kind, name: String? = nil, webhook: WebhookAuthorizerSettings? = nil) {
            self.kind = kind
            self.name = name ?? kind.rawValue.lowercased()
            self.webhook = webhook
        }
    }

    package var entries: [Entry]

    static let groupName = "apiserver.config.k8s.io"
    static let versions = ["v1", "v1beta1", "v1alpha1"]

    /// What holds when nobody says anything.
    package static let standard = AuthorizationConfiguration(entries: [Entry(.node), Entry(.roles)])

    package init(entries: [Entry]) { self.entries = entries }

    /// Of the names in `--authorization-mode`. Throws for one that is unknown or comes twice.
    package init(modes: String, webhook: WebhookAuthorizerSettings) throws(ConfigurationProblem) {
        entries = []
        for name in modes.split(separator: ",").map(String.init) {
            guard let kind = Kind(rawValue: name) else {
                let known = Kind.allCases.map(\.rawValue).joined(separator: ",")
                throw ConfigurationProblem("authorization-mode \"\(name)\" is not a valid mode; known are \(known)")
            }
            if entries.contains(where: { $0.kind == kind }) { throw ConfigurationProblem("authorization-mode \"\(name)\" has mode specified more than once") }
            if kind == .webhook, webhook.kubeconfig.isEmpty {
                throw ConfigurationProblem("authorization-mode Webhook's authorization config file not passed")
            }
            entries.append(Entry(kind, webhook: kind == .webhook ? webhook : nil))
        }
        if entries.isEmpty { throw ConfigurationProblem("at least one authorization-mode must be passed") }
    }

    /// Of the file's content. Throws what is wrong with it.
    package init(_ document: Value) throws(ConfigurationProblem) {
        guard document.isObject else { throw ConfigurationProblem("the configuration is no object") }
        let apiVersion = document["apiVersion"].string ?? ""
        guard document["kind"].string == "AuthorizationConfiguration", Self.versions.contains(where: { apiVersion == "\(Self.groupName)/\($0)" })
        else {
            throw ConfigurationProblem(
                "expected an AuthorizationConfiguration of \(Self.groupName)/v1 or v1beta1, not \(document["kind"].string ?? "") of \(apiVersion)")
        }
        try AuthorizationRules.checkNames(document)
        let errors = AuthorizationRules.problems(document)
        if !errors.isEmpty { throw ConfigurationProblem(errors) }
        entries = document["authorizers"].array.compactMap { entry in
            guard let kind = entry["type"].string.flatMap(Kind.init(rawValue:)) else { return nil }
            return Entry(kind, name: entry["name"].string, webhook: kind == .webhook ? WebhookAuthorizerSettings(entry["webhook"]) : nil)
        }
        for (index, entry) in entries.enumerated() {
            if let webhook = entry.webhook {
                _ = try ReviewConditions(webhook.conditions, path: "authorizers[\(index)].webhook.matchConditions")
            }
        }
    }
}
