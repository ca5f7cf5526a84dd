extension Environment {
    /// What every expression of Kubernetes v1.36 may use; variables come on top.
    public static let kubernetes = Environment(libraries: [
        .standard, .optionals, .strings, .regex, .lists, .sets, .urls, .quantities, .network, .formats, .semver, .authorizer,
    ])

    /// What expressions of mutating policies may use.
    public static let kubernetesMutation = kubernetes.extended(with: .jsonPatch).extended(messageTypes: { PatchTypes.type(named: $0) })
}

/// How much an expression of Kubernetes may cost.
public enum CostLimits {
    /// One expression, once.
    public static let call: UInt64 = 1_000_000
    /// All expressions of a policy, or of all rules of an object, in one request.
    public static let request: UInt64 = 10_000_000
    /// All match conditions of one webhook or policy.
    public static let matchConditions: UInt64 = 2_500_000
    /// What the rules of one place in a schema may be estimated to cost.
    public static let estimatedRule: UInt64 = 10_000_000
    /// What all rules of a schema may be estimated to cost.
    public static let estimatedSchema: UInt64 = 100_000_000
}
