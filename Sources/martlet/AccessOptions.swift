import ArgumentParser
import Cluster

/// The flags of authentication and authorization, by kube-apiserver's names.
struct AccessOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Whose tokens hold (an AuthenticationConfiguration); read anew when it changes.", valueName: "FILE"))
    var authenticationConfig: String?

    @Option(help: ArgumentHelp("Whether requests without credentials are system:anonymous; true by default.", valueName: "BOOL"))
    var anonymousAuth: String?

    @Option(help: ArgumentHelp("What tokens have to be for; the issuer of service accounts by default.", valueName: "NAMES"))
    var apiAudiences: String?

    @Option(help: ArgumentHelp("An OpenID Connect issuer whose tokens hold.", valueName: "URL"))
    var oidcIssuerURL: String?

    @Option(name: .customLong("oidc-client-id"), help: ArgumentHelp("The audience of its tokens.", valueName: "NAME"))
    var oidcClientID: String?

    @Option(help: ArgumentHelp("Which claim is the user; sub by default.", valueName: "CLAIM"))
    var oidcUsernameClaim: String?

    @Option(help: ArgumentHelp("What is put before users; - for nothing.", valueName: "TEXT"))
    var oidcUsernamePrefix: String?

    @Option(help: ArgumentHelp("Which claim has the groups.", valueName: "CLAIM"))
    var oidcGroupsClaim: String?

    @Option(help: ArgumentHelp("What is put before groups.", valueName: "TEXT"))
    var oidcGroupsPrefix: String?

    @Option(help: ArgumentHelp("A claim that tokens need; may be given several times.", valueName: "KEY=VALUE"))
    var oidcRequiredClaim: [String] = []

    @Option(help: ArgumentHelp("How tokens may be signed; RS256 by default.", valueName: "NAMES"))
    var oidcSigningAlgs: String?

    @Option(help: ArgumentHelp("The authority of the issuer's certificate (PEM).", valueName: "FILE"))
    var oidcCaFile: String?

    @Option(help: ArgumentHelp("A kubeconfig of a server that reviews tokens.", valueName: "FILE"))
    var authenticationTokenWebhookConfigFile: String?

    @Option(help: ArgumentHelp("How long its answers hold; 2m by default.", valueName: "TIME"))
    var authenticationTokenWebhookCacheTTL: String?

    @Option(help: ArgumentHelp("The version of TokenReview that it speaks; v1beta1 by default.", valueName: "NAME"))
    var authenticationTokenWebhookVersion: String?

    @Option(help: ArgumentHelp("Who decides what is allowed (an AuthorizationConfiguration); read anew when it changes.", valueName: "FILE"))
    var authorizationConfig: String?

    @Option(help: ArgumentHelp("Who decides, in order; Node,RBAC by default. Also ABAC, Webhook, AlwaysAllow, AlwaysDeny.", valueName: "MODES"))
    var authorizationMode: String?

    @Option(help: ArgumentHelp("The policies of mode ABAC.", valueName: "FILE"))
    var authorizationPolicyFile: String?

    @Option(help: ArgumentHelp("A kubeconfig of the server of mode Webhook.", valueName: "FILE"))
    var authorizationWebhookConfigFile: String?

    @Option(help: ArgumentHelp("The version of SubjectAccessReview that it speaks; v1beta1 by default.", valueName: "NAME"))
    var authorizationWebhookVersion: String?

    @Option(help: ArgumentHelp("How long its permissions hold; 5m by default.", valueName: "TIME"))
    var authorizationWebhookCacheAuthorizedTTL: String?

    @Option(help: ArgumentHelp("How long its refusals hold; 30s by default.", valueName: "TIME"))
    var authorizationWebhookCacheUnauthorizedTTL: String?

    func apply(to settings: inout AccessSettings) {
        let values: [(String, String?)] = [
            ("authentication-config", authenticationConfig), ("anonymous-auth", anonymousAuth), ("api-audiences", apiAudiences),
            ("oidc-issuer-url", oidcIssuerURL), ("oidc-client-id", oidcClientID), ("oidc-username-claim", oidcUsernameClaim),
            ("oidc-username-prefix", oidcUsernamePrefix), ("oidc-groups-claim", oidcGroupsClaim), ("oidc-groups-prefix", oidcGroupsPrefix),
            ("oidc-required-claim", oidcRequiredClaim.isEmpty ? nil : oidcRequiredClaim.joined(separator: ",")),
            ("oidc-signing-algs", oidcSigningAlgs), ("oidc-ca-file", oidcCaFile),
            ("authentication-token-webhook-config-file", authenticationTokenWebhookConfigFile),
            ("authentication-token-webhook-cache-ttl", authenticationTokenWebhookCacheTTL),
            ("authentication-token-webhook-version", authenticationTokenWebhookVersion), ("authorization-config", authorizationConfig),
            ("authorization-mode", authorizationMode), ("authorization-policy-file", authorizationPolicyFile),
            ("authorization-webhook-config-file", authorizationWebhookConfigFile),
            ("authorization-webhook-version", authorizationWebhookVersion),
            ("authorization-webhook-cache-authorized-ttl", authorizationWebhookCacheAuthorizedTTL),
            ("authorization-webhook-cache-unauthorized-ttl", authorizationWebhookCacheUnauthorizedTTL),
        ]
        for (name, value) in values {
            if let value { settings.set(name, value) }
        }
    }
}
