import APIServer
import Authentication
import Authorization
import Credentials
import Logging
import NIOCore
import Objects

/// Who may come in, who may do what, and what is looked at before something is stored. The names are kube-apiserver's flags.
package struct AccessSettings: Sendable {
    /// Flags by name, as they were given.
    private var given: [String: String] = [:]

    private static let names: Set<String> = [
        "enable-admission-plugins", "disable-admission-plugins", "admission-control-config-file",
        "authentication-config", "anonymous-auth", "api-audiences", "oidc-issuer-url", "oidc-client-id", "oidc-username-claim",
        "oidc-username-prefix", "oidc-groups-claim", "oidc-groups-prefix", "oidc-required-claim", "oidc-signing-algs",
        "oidc-ca-file", "authentication-token-webhook-config-file", "authentication-token-webhook-cache-ttl",
        "authentication-token-webhook-version", "authorization-config", "authorization-mode", "authorization-policy-file",
        "authorization-webhook-config-file", "authorization-webhook-version", "authorization-webhook-cache-authorized-ttl",
        "authorization-webhook-cache-unauthorized-ttl",
    ]

    package init() {}

    package static func knows(_ name: String) -> Bool { names.contains(name) }

    package mutating func set(_ name: String, _ text: String) { given[name] = text }

    subscript(name: String) -> String { given[name] ?? "" }

    private static func problem(_ text: String) -> ClusterSettings.Problem { ClusterSettings.Problem(text) }

    private func duration(_ name: String, _ otherwise: Duration) throws(ClusterSettings.Problem) -> Duration {
        if self[name].isEmpty { return otherwise }
        guard let duration = GoDuration.parse(self[name]) else { throw Self.problem("--\(name) takes a time such as 2m, not \(self[name])") }
        return duration
    }

    // MARK: authentication

    var authenticationFile: String { self["authentication-config"] }
    var audiences: [String] { self["api-audiences"].split(separator: ",").map(String.init) }

    func anonymous() throws(ClusterSettings.Problem) -> AnonymousAccess {
        switch self["anonymous-auth"] {
        case "", "true": return AnonymousAccess(isEnabled: true)
        case "false": return AnonymousAccess(isEnabled: false)
        case let other: throw Self.problem("--anonymous-auth takes true or false, not \(other)")
        }
    }

    func reviewLifetime() throws(ClusterSettings.Problem) -> Duration {
        try duration("authentication-token-webhook-cache-ttl", .seconds(120))
    }

    /// The server that reviews tokens; nil when there is none.
    func reviewer(_ group: any EventLoopGroup) throws -> TokenReviewer? {
        let file = self["authentication-token-webhook-config-file"]
        if file.isEmpty { return nil }
        let version = self["authentication-token-webhook-version"]
        return TokenReviewer(server: try Self.reviewServer(file, group), version: version.isEmpty ? "v1beta1" : version)
    }

    /// What the flags say of issuers. Throws when they contradict each other.
    func flaggedIssuers() throws -> [IssuerSettings] {
        let url = self["oidc-issuer-url"]
        let isGiven = given.keys.contains { $0.hasPrefix("oidc-") }
        if !isGiven { return [] }
        if !authenticationFile.isEmpty { throw Self.problem("authentication-config file and oidc-* flags are mutually exclusive") }
        guard !url.isEmpty, !self["oidc-client-id"].isEmpty else {
            throw Self.problem("oidc-issuer-url and oidc-client-id must be specified together when any oidc-* flags are set")
        }
        let document: Value = [
            "apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthenticationConfiguration", "jwt": [try issuer(url)],
        ]
        var issuers = try AuthenticationConfiguration(document).issuers
        let algorithms = self["oidc-signing-algs"].isEmpty ? "RS256" : self["oidc-signing-algs"]
        for (index, _) in issuers.enumerated() {
            issuers[index].algorithms = Set(try algorithms.split(separator: ",").map { name in
                guard let known = SignatureAlgorithm(rawValue: String(name)) else { throw Self.problem("--oidc-signing-algs: unsupported signing alg \(name)") }
                return known
            })
        }
        return issuers
    }

    /// The flags as an issuer of the configuration file.
    private func issuer(_ url: String) throws -> Value {
        let claim = self["oidc-username-claim"].isEmpty ? "sub" : self["oidc-username-claim"]
        var prefix = self["oidc-username-prefix"]
        // Names that are no addresses of mail could be those of others.
        if prefix.isEmpty, claim != "email" { prefix = url + "#" }
        if prefix == "-" { prefix = "" }
        var value: Value = [
            "issuer": ["url": .string(url), "audiences": [.string(self["oidc-client-id"])]],
            "claimMappings": ["username": ["claim": .string(claim), "prefix": .string(prefix)]],
        ]
        if !self["oidc-groups-claim"].isEmpty {
            value["claimMappings"]["groups"] = [
                "claim": .string(self["oidc-groups-claim"]), "prefix": .string(self["oidc-groups-prefix"]),
            ]
        }
        var rules: [Value] = []
        for pair in self["oidc-required-claim"].split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw Self.problem("--oidc-required-claim takes key=value pairs, not \(pair)") }
            rules.append(["claim": .string(parts[0]), "requiredValue": .string(parts[1])])
        }
        if !rules.isEmpty { value["claimValidationRules"] = .array(rules) }
        if !self["oidc-ca-file"].isEmpty { value["issuer"]["certificateAuthority"] = .string(try Self.text(self["oidc-ca-file"])) }
        return value
    }

    // MARK: authorization

    var authorizationFile: String { self["authorization-config"] }

    /// What the flags say; the file counts when there is one.
    func authorizationConfiguration() throws -> AuthorizationConfiguration {
        let modes = self["authorization-mode"]
        if !authorizationFile.isEmpty {
            if !modes.isEmpty { throw Self.problem("--authorization-config can not be specified when --authorization-mode is specified") }
            return try AuthorizationConfiguration(try YAML.parse(try Self.text(authorizationFile)))
        }
        if modes.isEmpty { return .standard }
        var webhook = WebhookAuthorizerSettings(kubeconfig: self["authorization-webhook-config-file"])
        webhook.version = self["authorization-webhook-version"].isEmpty ? "v1beta1" : self["authorization-webhook-version"]
        webhook.authorizedLifetime = try duration("authorization-webhook-cache-authorized-ttl", .seconds(300))
        webhook.unauthorizedLifetime = try duration("authorization-webhook-cache-unauthorized-ttl", .seconds(30))
        return try AuthorizationConfiguration(modes: modes, webhook: webhook)
    }

    /// The authorizers of a configuration. Throws when a file that they need is missing or wrong.
    func plan(_ configuration: AuthorizationConfiguration, _ group: any EventLoopGroup) throws -> AuthorizerPlan {
        var plan = AuthorizerPlan(configuration)
        for entry in configuration.entries {
            if let webhook = entry.webhook {
                plan.webhooks[entry.name] = try WebhookAuthorizer(webhook, name: entry.name, server: try Self.reviewServer(webhook.kubeconfig, group))
            }
            if entry.kind == .attributes {
                guard !self["authorization-policy-file"].isEmpty else {
                    throw Self.problem("authorization-mode ABAC's authorization policy file not passed")
                }
                plan.policy = try AttributePolicy(try Self.text(self["authorization-policy-file"]))
            }
        }
        return plan
    }

    // MARK: admission

    /// Which steps of admission are on, and what they are told.
    func admission(_ group: any EventLoopGroup) throws -> AdmissionSettings {
        var settings = AdmissionSettings()
        try settings.choose(enable: self["enable-admission-plugins"], disable: self["disable-admission-plugins"])
        let file = self["admission-control-config-file"]
        if file.isEmpty {
            _ = try settings.imagePolicy()
            return settings
        }
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        try settings.apply(try YAML.parse(try Self.text(file))) { path in
            // Relative to the file that names it.
            try YAML.parse(try Self.text(path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path))
        }
        if let images = try settings.imagePolicy() {
            let path = images.kubeconfig
            settings.imageReviewer = try Self.reviewServer(path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path, group)
        }
        return settings
    }

    // MARK: files

    static func text(_ path: String) throws -> String {
        guard let text = try PrivateFile.read(path) else { throw problem("there is no file \(path)") }
        return text
    }

    private static func reviewServer(_ path: String, _ group: any EventLoopGroup) throws -> HTTPSReviewServer {
        if path.isEmpty {
            guard let config = Kubeconfig.inCluster() else {
                throw problem("unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined")
            }
            return try HTTPSReviewServer(config, group: group)
        }
        guard let config = Kubeconfig(try YAML.parse(try text(path))) else { throw problem("\(path) is no kubeconfig") }
        return try HTTPSReviewServer(config, group: group)
    }
}
