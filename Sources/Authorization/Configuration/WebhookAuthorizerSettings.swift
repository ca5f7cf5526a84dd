import Objects

/// How one authorization webhook is asked.
package struct WebhookAuthorizerSettings: Sendable, Equatable {
    /// The kubeconfig that says where it is; empty for the API of the cluster in which the process is a pod.
    package var kubeconfig: String
    package var authorizedLifetime = Duration.seconds(300)
    package var unauthorizedLifetime = Duration.seconds(30)
    package var timeout = Duration.seconds(30)
    /// Of SubjectAccessReview: `v1` or `v1beta1`.
    package var version = "v1"
    /// Whether a webhook that cannot be asked says no, rather than nothing.
    package var deniesOnFailure = false
    /// CEL; all have to hold for the webhook to be asked.
    package var conditions: [String] = []

    package init(kubeconfig: String) { self.kubeconfig = kubeconfig }

    /// Of the `webhook` of an authorizer that was checked before.
    init(_ value: Value) {
        self.init(kubeconfig: value["connectionInfo"]["kubeConfigFile"].string ?? "")
        func duration(_ key: String, _ otherwise: Duration) -> Duration { GoDuration.parse(value[key]) ?? otherwise }
        authorizedLifetime = value["cacheAuthorizedRequests"].bool == false ? .zero : duration("authorizedTTL", .seconds(300))
        unauthorizedLifetime = value["cacheUnauthorizedRequests"].bool == false ? .zero : duration("unauthorizedTTL", .seconds(30))
        timeout = duration("timeout", .seconds(30))
        version = value["subjectAccessReviewVersion"].string ?? "v1"
        deniesOnFailure = value["failurePolicy"].string == "Deny"
        conditions = value["matchConditions"].array.map { $0["expression"].string ?? "" }
    }
}
