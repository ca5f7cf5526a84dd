package import Audit
package import Authentication
package import Authorization
package import Credentials
import Logging

/// What an API server needs to be told.
package struct APIServerSettings: Sendable {
    /// The addresses to listen on.
    package var hosts = ["0.0.0.0"]
    package var port = 6443
    /// The PEM of the authority whose client certificates count.
    package var clientAuthority: String
    package var serving: KeyPair
    /// With which the server shows itself to kubelets.
    package var kubeletClient: KeyPair
    /// Under which name it does, to be given the right to administer kubelets; empty where somebody else sees to that.
    package var kubeletClientName = ""
    package var tokenIssuer: ServiceAccountTokenIssuer
    package var serviceCIDR = "10.96.0.0/16"
    /// Whether the server tells itself what nodes and pods use.
    package var servesResourceMetrics = false
    /// Nil when nobody asks for an audit.
    package var auditor: Auditor?
    /// The address under which pods reach this server.
    package var advertiseAddress: String
    package var options = ServingOptions()
    /// What tokens have to be for; the issuer of service accounts when empty.
    package var audiences: [String] = []
    /// Tokens that others made.
    package var external: ExternalTokens
    /// Whether requests without credentials are anybody's, unless a configuration file says otherwise.
    package var anonymous = AnonymousAccess(isEnabled: true)
    package var authorizers = AuthorizerPlan(.standard)
    package var admission = AdmissionSettings()
    /// Nil when no servers stand behind this one, and no proxy in front of it.
    package var frontProxy: FrontProxyConfiguration?

    /// What `/flagz` tells.
    var flags: [(name: String, value: String)] {
        options.flags + [
            ("advertise-address", advertiseAddress), ("audit-policy-file", ""), ("authorization-mode", "[Node,RBAC]"),
            ("bind-address", hosts.first ?? ""), ("secure-port", String(port)),
            ("service-account-issuer", "[\(tokenIssuer.issuer)]"), ("service-cluster-ip-range", serviceCIDR),
        ].filter { $0.1 != "" }
    }

    package init(
        clientAuthority: String, serving: KeyPair, kubeletClient: KeyPair, tokenIssuer: ServiceAccountTokenIssuer,
        advertiseAddress: String, external: ExternalTokens? = nil
    ) {
        self.external = external ?? ExternalTokens(logger: Logger(label: "tokens", factory: { _ in SwiftLogNoOpLogHandler() }))
        self.clientAuthority = clientAuthority
        self.serving = serving
        self.kubeletClient = kubeletClient
        self.tokenIssuer = tokenIssuer
        self.advertiseAddress = advertiseAddress
    }
}
