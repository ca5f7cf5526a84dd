import Objects

/// The priority levels and flow schemas that every cluster has.
enum FlowControlObjects {
    static let annotation = "apf.kubernetes.io/autoupdate-spec"
    static let manager = "api-priority-and-fairness-config-producer-v1"

    // MARK: priority levels

    /// Shares of concurrency, how much of them may be lent, and the queues; without queues what does not fit is refused.
    private static func limited(_ name: String, _ shares: Int64, lends: Int64, _ queues: (count: Int64, hand: Int64)?) -> Value {
        var response: Value = ["type": "Reject"]
        if let queues {
            response = [
                "type": "Queue",
                "queuing": ["queues": .int(queues.count), "handSize": .int(queues.hand), "queueLengthLimit": 50],
            ]
        }
        return object(
            name,
            [
                "type": "Limited",
                "limited": ["nominalConcurrencyShares": .int(shares), "lendablePercent": .int(lends), "limitResponse": response],
            ])
    }

    static let priorityLevels: [Value] = [
        object("exempt", ["type": "Exempt", "exempt": ["nominalConcurrencyShares": 0, "lendablePercent": 0]]),
        limited("catch-all", 5, lends: 0, nil),
        limited("system", 30, lends: 33, (64, 6)),
        limited("node-high", 40, lends: 25, (64, 6)),
        limited("leader-election", 10, lends: 0, (16, 4)),
        limited("workload-high", 40, lends: 50, (128, 6)),
        limited("workload-low", 100, lends: 90, (128, 6)),
        limited("global-default", 20, lends: 50, (128, 6)),
    ]

    // MARK: flow schemas

    private static func groups(_ names: String...) -> [Value] {
        names.map { ["kind": "Group", "group": ["name": .string($0)]] }
    }

    private static func users(_ names: String...) -> [Value] {
        names.map { ["kind": "User", "user": ["name": .string($0)]] }
    }

    private static func accounts(_ names: String...) -> [Value] {
        names.map { ["kind": "ServiceAccount", "serviceAccount": ["name": .string($0), "namespace": "kube-system"]] }
    }

    private static func resources(
        _ verbs: [String], _ group: String, _ resources: [String], namespaces: [String] = ["*"], isCluster: Bool = false
    ) -> Value {
        var rule: Value = ["verbs": Value(verbs), "apiGroups": [.string(group)], "resources": Value(resources)]
        if isCluster { rule["clusterScope"] = true }
        rule["namespaces"] = Value(namespaces)
        return rule
    }

    private static let everyResource = resources(["*"], "*", ["*"], isCluster: true)
    private static let everyPath: Value = ["verbs": ["*"], "nonResourceURLs": ["*"]]
    private static let leaseVerbs = ["get", "create", "update"]
    private static let leases = resources(leaseVerbs, "coordination.k8s.io", ["leases"])

    private static func schema(
        _ name: String, _ level: String, _ precedence: Int64, by distinguisher: String?, _ subjects: [Value],
        _ rules: [Value] = [everyResource], paths: [Value] = [everyPath]
    ) -> Value {
        var rule: Value = ["subjects": .array(subjects)]
        if !rules.isEmpty { rule["resourceRules"] = .array(rules) }
        if !paths.isEmpty { rule["nonResourceRules"] = .array(paths) }
        var spec: Value = ["priorityLevelConfiguration": ["name": .string(level)], "matchingPrecedence": .int(precedence)]
        if let distinguisher { spec["distinguisherMethod"] = ["type": .string(distinguisher)] }
        spec["rules"] = [rule]
        return object(name, spec)
    }

    static let flowSchemas: [Value] = {
        let everyone = groups("system:unauthenticated", "system:authenticated")
        let probePaths: Value = ["verbs": ["get"], "nonResourceURLs": ["/healthz", "/readyz", "/livez"]]
        return [
            schema("exempt", "exempt", 1, by: nil, groups("system:masters")),
            schema("probes", "exempt", 2, by: nil, everyone, [], paths: [probePaths]),
            schema(
                "system-leader-election", "leader-election", 100, by: "ByUser",
                users("system:kube-controller-manager", "system:kube-scheduler") + accounts("*"),
                [resources(leaseVerbs, "", ["endpoints", "configmaps"], namespaces: ["kube-system"]), leases], paths: []),
            schema(
                "endpoint-controller", "workload-high", 150, by: "ByUser",
                users("system:kube-controller-manager") + accounts("endpoint-controller", "endpointslicemirroring-controller"),
                [resources(leaseVerbs, "", ["endpoints"])], paths: []),
            schema(
                "workload-leader-election", "leader-election", 200, by: "ByUser", accounts("*"),
                [resources(leaseVerbs, "", ["endpoints", "configmaps"]), leases], paths: []),
            schema(
                "system-node-high", "node-high", 400, by: "ByUser", groups("system:nodes"),
                [
                    resources(["*"], "", ["nodes", "nodes/status"], isCluster: true),
                    resources(["*"], "coordination.k8s.io", ["leases"]),
                ], paths: []),
            schema("system-nodes", "system", 500, by: "ByUser", groups("system:nodes")),
            schema("kube-controller-manager", "workload-high", 800, by: "ByNamespace", users("system:kube-controller-manager")),
            schema("kube-scheduler", "workload-high", 800, by: "ByNamespace", users("system:kube-scheduler")),
            schema("kube-system-service-accounts", "workload-high", 900, by: "ByNamespace", accounts("*")),
            schema("service-accounts", "workload-low", 9000, by: "ByUser", groups("system:serviceaccounts")),
            schema("global-default", "global-default", 9900, by: "ByUser", everyone),
            schema("catch-all", "catch-all", 10000, by: "ByUser", everyone),
        ]
    }()

    private static func object(_ name: String, _ spec: Value) -> Value {
        ["metadata": ["name": .string(name), "annotations": [annotation: "true"]], "spec": spec]
    }
}
