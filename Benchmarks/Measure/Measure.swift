import APIClient
import APIServer
import Authentication
import Authorization
import CEL
import Glibc
import KubernetesTypes
import Objects
import TrialServer

/// Figures that no client can see from outside: what one decision, one expression and one pass through admission cost.
///
///     measure [--quick]
///
/// Prints `name: median unit (runs …)`, one a line, as `run.py` does.
@main
struct Measure {
    static func main() async throws {
        let isQuick = CommandLine.arguments.contains("--quick")
        let subject = try await MeasuredServer()
        try await AuthorizationFigures(subject, bindings: isQuick ? 1000 : 10_000).run()
        ExpressionFigures().run()
        try await AdmissionFigures(subject, count: isQuick ? 500 : 5000).run()
        await subject.stop()
    }
}

/// Three runs of something, as microseconds for one.
struct Runs {
    private(set) var values: [Double] = []

    mutating func take(_ count: Int, _ work: () async throws -> Void) async rethrows {
        let begun = ContinuousClock.now
        try await work()
        add(ContinuousClock.now - begun, count)
    }

    mutating func takeNow(_ count: Int, _ work: () -> Void) {
        let begun = ContinuousClock.now
        work()
        add(ContinuousClock.now - begun, count)
    }

    private mutating func add(_ duration: Duration, _ count: Int) {
        let (seconds, attoseconds) = duration.components
        values.append((Double(seconds) * 1e6 + Double(attoseconds) * 1e-12) / Double(count))
    }

    var median: Double { values.sorted()[values.count / 2] }

    func show(_ name: String) {
        print("\(name): \(Self.text(median)) µs (runs \(values.map(Self.text).joined(separator: ", ")))")
    }

    private static func text(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100)." + (rest < 10 ? "0" : "") + String(rest)
    }
}

/// An API server with a store of its own, reached without a network.
struct MeasuredServer {
    let server: APIServer
    private let admin: InProcessTransport
    private let trial: TrialServer

    init() async throws {
        trial = try await TrialServer("measure")
        guard let running = trial.running else { throw CancellationError() }
        (server, admin) = (running.server, running.admin)
    }

    func stop() async { await trial.close() }

    @discardableResult
    func create(_ path: String, _ body: Value, dryRun: Bool = false) async throws -> Value {
        var request = APIRequest(.create, path)
        request.body = body
        if dryRun { request.query = [("dryRun", "All")] }
        return try await admin.send(request)
    }
}

/// Decisions of RBAC with many bindings.
struct AuthorizationFigures {
    private static let group = "/apis/rbac.authorization.k8s.io/v1"
    private static let decisions = 50_000

    private let subject: MeasuredServer
    private let bindings: Int

    init(_ subject: MeasuredServer, bindings: Int) {
        self.subject = subject
        self.bindings = bindings
    }

    func run() async throws {
        let namespaces = bindings / 10
        for number in 0..<namespaces { try await subject.create("/api/v1/namespaces", ["metadata": ["name": .string("n\(number)")]]) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in 0..<16 {
                group.addTask {
                    for number in stride(from: part, to: bindings, by: 16) {
                        let place = "n\(number % namespaces)"
                        try await subject.create(
                            "\(Self.group)/namespaces/\(place)/rolebindings",
                            [
                                "metadata": ["name": .string("b\(number)")],
                                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"],
                                "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": .string("u\(number)")]],
                            ])
                    }
                }
            }
            try await group.waitForAll()
        }
        var allowed = Runs(), refused = Runs(), changed = Runs()
        for _ in 0..<3 {
            allowed.takeNow(Self.decisions) { decide(verb: "create", wanted: true) }
            refused.takeNow(Self.decisions) { decide(verb: "escalate", wanted: false) }
        }
        // The next decision after a binding has changed has to take that up first.
        for run in 0..<3 {
            try await subject.create(
                "\(Self.group)/namespaces/n0/rolebindings",
                [
                    "metadata": ["name": .string("late\(run)")],
                    "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"],
                    "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "late"]],
                ])
            changed.takeNow(1) { _ = subject.server.decide(request(0, "list")) }
        }
        allowed.show("authorization decision, allowed, \(bindings) bindings")
        refused.show("authorization decision, refused, \(bindings) bindings")
        changed.show("the same, the first one after a change")
    }

    private func request(_ number: Int, _ verb: String) -> AccessRequest {
        let user = UserInfo(name: "u\(number)", groups: ["devs", "ops", UserInfo.authenticatedGroup])
        var request = AccessRequest(user: user, verb: verb, isResourceRequest: true)
        request.group = "apps"
        request.version = "v1"
        request.resource = "deployments"
        request.namespace = "n\(number % (bindings / 10))"
        request.name = "web"
        return request
    }

    private func decide(verb: String, wanted: Bool) {
        for step in 0..<Self.decisions {
            let decision = subject.server.decide(request(step % bindings, verb))
            if case .allow = decision { precondition(wanted) } else { precondition(!wanted) }
        }
    }
}

/// Evaluations of CEL, compiled once.
struct ExpressionFigures {
    private static let evaluations = 20_000
    private static let pod: Value = [
        "metadata": ["name": "web", "namespace": "a", "labels": ["app": "web", "tier": "front"]],
        "spec": [
            "containers": [
                ["name": "main", "image": "registry.example.com/web:1.2", "resources": ["limits": ["memory": "128Mi", "cpu": "500m"]]],
                ["name": "proxy", "image": "registry.example.com/proxy:3", "resources": ["limits": ["memory": "64Mi"]]],
            ], "replicas": 3,
        ],
    ]

    func run() {
        let expressions = [
            ("a comparison", "object.spec.replicas <= 5"),
            ("a rule over all containers", "object.spec.containers.all(c, c.image.startsWith('registry.example.com/') && has(c.resources.limits))"),
            ("quantities and a pattern", "object.spec.containers.all(c, quantity(c.resources.limits.memory).isLessThan(quantity('1Gi')) && c.name.matches('^[a-z]+$'))"),
        ]
        let environment = Environment.kubernetes.extended(variables: [("object", .dyn)])
        for (name, text) in expressions {
            guard let checked = try? environment.compile(text) else { continue }
            let program = Program(checked)
            var runs = Runs()
            for _ in 0..<3 {
                runs.takeNow(Self.evaluations) {
                    for _ in 0..<Self.evaluations {
                        let value = try? program.run([CELValue(adapting: Self.pod)], costLimit: CostLimits.call).value.bool
                        precondition(value == true)
                    }
                }
            }
            runs.show("CEL, \(name)")
        }
    }
}

/// Creations that are not stored, so that what is left is decoding, admission and validation.
struct AdmissionFigures {
    private let subject: MeasuredServer
    private let count: Int

    init(_ subject: MeasuredServer, count: Int) {
        self.subject = subject
        self.count = count
    }

    private static let settings = "/api/v1/namespaces/default/configmaps"

    func run() async throws {
        try await subject.create("/api/v1/namespaces/default/serviceaccounts", ["metadata": ["name": "default"]])
        let pod: Value = [
            "metadata": ["generateName": "p-"], "spec": ["containers": [["name": "c", "image": "i:1", "resources": ["requests": ["cpu": "1"]]]]],
        ]
        let map: Value = ["metadata": ["generateName": "c-"], "data": ["key": "value"]]
        try await measure("a ConfigMap that is not stored", Self.settings, map)
        try await measure("a Pod that is not stored, with its admission", "/api/v1/namespaces/default/pods", pod)
        try await measure("a ConfigMap that is stored", Self.settings, map, dryRun: false)
        let group = "/apis/admissionregistration.k8s.io/v1"
        let expressions = ["size(object.data) < 100", "object.data.all(k, k.size() < 64)", "!('forbidden' in object.data)"]
        try await subject.create(
            group + "/validatingadmissionpolicies",
            [
                "metadata": ["name": "measured"],
                "spec": [
                    "matchConstraints": [
                        "resourceRules": [["apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]]]
                    ], "validations": .array(expressions.map { ["expression": .string($0)] }),
                ],
            ])
        try await subject.create(
            group + "/validatingadmissionpolicybindings",
            ["metadata": ["name": "measured"], "spec": ["policyName": "measured", "validationActions": ["Deny"]]])
        try await measure("the same ConfigMap, not stored, with a policy of three expressions", Self.settings, map)
    }

    private func measure(_ name: String, _ path: String, _ body: Value, dryRun: Bool = true) async throws {
        var runs = Runs()
        for _ in 0..<3 {
            try await runs.take(count) {
                for _ in 0..<count { try await subject.create(path, body, dryRun: dryRun) }
            }
        }
        runs.show("create, \(name)")
    }
}
