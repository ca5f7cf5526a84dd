import APIServer
import Authentication
import Authorization
import ComponentMetrics
import Logging
import NIOCore
import Objects
import Synchronization

/// Puts in force what the settings say of authentication and authorization, and follows their files.
final class AccessControl: Sendable {
    let external: ExternalTokens
    let anonymous: AnonymousAccess
    let audiences: [String]
    let authorizers: AuthorizerPlan

    private let settings: AccessSettings
    private let ownIssuer: String
    private let reviewer: TokenReviewer?
    private let authenticationText: String
    private let authorizationText: String
    private let webhooks: Mutex<[WebhookAuthorizer]>
    private let group: any EventLoopGroup
    private let logger: Logger

    /// Throws when a file is missing, or something in it is wrong.
    init(_ settings: AccessSettings, ownIssuer: String, group: any EventLoopGroup, logger: Logger) throws {
        self.settings = settings
        self.ownIssuer = ownIssuer
        self.group = group
        self.logger = logger
        anonymous = try settings.anonymous()
        audiences = settings.audiences
        reviewer = try settings.reviewer(group)
        external = ExternalTokens(reviewLifetime: try settings.reviewLifetime(), logger: logger)
        authenticationText = settings.authenticationFile.isEmpty ? "" : try AccessSettings.text(settings.authenticationFile)
        authorizationText = settings.authorizationFile.isEmpty ? "" : try AccessSettings.text(settings.authorizationFile)
        authorizers = try settings.plan(try settings.authorizationConfiguration(), group)
        webhooks = Mutex(Array(authorizers.webhooks.values))
        if authenticationText.isEmpty {
            external.replace(try sources(AuthenticationConfiguration(issuers: try settings.flaggedIssuers())))
        } else {
            _ = try settings.flaggedIssuers()
            external.replace(try sources(try configuration(authenticationText)))
        }
    }

    private func configuration(_ text: String) throws -> AuthenticationConfiguration {
        try AuthenticationConfiguration(try YAML.parse(text), ownIssuers: [ownIssuer])
    }

    private func sources(_ configuration: AuthenticationConfiguration) throws -> ExternalTokens.Sources {
        var sources = ExternalTokens.Sources()
        sources.anonymous = configuration.anonymous
        sources.reviewer = reviewer
        sources.issuers = try configuration.issuers.map { issuer in
            try IssuerAuthenticator(issuer, source: try HTTPSDocuments(authority: issuer.authority, group: group))
        }
        return sources
    }

    /// Follows the files until cancelled. One that is wrong changes nothing.
    func run(_ server: APIServer) async {
        await withTaskGroup(of: Void.self) { group in
            if !authenticationText.isEmpty { group.addTask { await self.followAuthentication() } }
            if !authorizationText.isEmpty { group.addTask { await self.followAuthorization(server) } }
        }
    }

    private func followAuthentication() async {
        let path = settings.authenticationFile
        let reloads = ConfigurationReloads("authentication")
        await FollowedFile(path: path).follow(from: authenticationText) { [self] text in
            external.replace(try sources(try configuration(text)))
            reloads.succeeded()
            logger.info("the authentication configuration was read anew", metadata: ["path": "\(path)"])
        } failed: { [logger] error in
            reloads.failed()
            logger.error("the authentication configuration is wrong; the old one stays", metadata: ["path": "\(path)", "reason": "\(error)"])
        }
    }

    private func followAuthorization(_ server: APIServer) async {
        let path = settings.authorizationFile
        let reloads = ConfigurationReloads("authorization")
        await FollowedFile(path: path).follow(from: authorizationText) { [self] text in
            let plan = try settings.plan(try AuthorizationConfiguration(try YAML.parse(text)), group)
            server.replace(authorizers: plan)
            retire(for: Array(plan.webhooks.values))
            reloads.succeeded()
            logger.info("the authorization configuration was read anew", metadata: ["path": "\(path)"])
        } failed: { [logger] error in
            reloads.failed()
            logger.error("the authorization configuration is wrong; the old one stays", metadata: ["path": "\(path)", "reason": "\(error)"])
        }
    }

    /// Gives up the connections of the webhooks before, when no request can be waiting for them any more.
    private func retire(for new: [WebhookAuthorizer]) {
        let old = webhooks.withLock { webhooks in
            defer { webhooks = new }
            return webhooks
        }
        Task {
            try? await Task.sleep(for: .seconds(60))
            for webhook in old { await webhook.close() }
        }
    }

    func close() async {
        for webhook in webhooks.withLock({ $0 }) { await webhook.close() }
    }
}

/// How often a configuration file was read anew, by upstream's names.
struct ConfigurationReloads: Sendable {
    private let total: MetricFamily<Counter>
    private let last: MetricFamily<Gauge>

    /// `subject` is authentication or authorization.
    init(_ subject: String) {
        let prefix = "apiserver_\(subject)_config_controller_automatic_reload"
        let total = MetricFamily<Counter>(prefix + "s_total", "How often the configuration was read anew.", labels: ["status"]) { Counter() }
        let last = MetricFamily<Gauge>(
            prefix + "_last_timestamp_seconds", "When the configuration was last read anew.", labels: ["status"]) { Gauge() }
        self.total = total
        self.last = last
        MetricRegistry.shared.add(prefix) { writer in
            writer.write(total)
            writer.write(last)
        }
    }

    func succeeded() { note("success") }
    func failed() { note("failure") }

    private func note(_ status: String) {
        total.with([status]).increment()
        last.with([status]).set(Int(Timestamp.now().seconds))
    }
}
