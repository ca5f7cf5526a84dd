import Authentication
import Objects
import Synchronization
import Testing

@testable import Authorization

/// A server of reviews in memory.
private final class Reviews: ReviewServer {
    let asked = Mutex<[Value]>([])
    private let answer: @Sendable (Value) throws(ReviewFailure) -> Value

    init(_ answer: @escaping @Sendable (Value) throws(ReviewFailure) -> Value) { self.answer = answer }

    func post(_ review: Value, timeout: Duration) async throws(ReviewFailure) -> Value {
        asked.withLock { $0.append(review) }
        return try answer(review)
    }

    func close() async {}
}

@Suite struct AuthorizationTests {
    private func request(_ user: String, _ verb: String, _ resource: String, namespace: String = "a") -> AccessRequest {
        var request = AccessRequest(user: UserInfo(name: user, groups: ["devs"]), verb: verb, isResourceRequest: true)
        request.resource = resource
        request.namespace = namespace
        request.version = "v1"
        return request
    }

    private func webhook(_ server: Reviews, _ change: (inout WebhookAuthorizerSettings) -> Void = { _ in }) throws -> WebhookAuthorizer {
        var settings = WebhookAuthorizerSettings(kubeconfig: "")
        change(&settings)
        return try WebhookAuthorizer(settings, name: "test", server: server)
    }

    @Test func aWebhookIsAskedOnceAndRemembered() async throws {
        let server = Reviews { (review) throws(ReviewFailure) in
            ["status": ["allowed": .bool(review["spec"]["user"].string == "ann"), "reason": "because"]]
        }
        let chain = AuthorizerChain([.init(try webhook(server), name: "test")])
        for _ in 0..<3 {
            #expect(await chain.settled { chain.decide(request("ann", "get", "pods")) } == .allow(reason: "because"))
            #expect(await chain.settled { chain.decide(request("bob", "get", "pods")) } == .noOpinion(reason: "because"))
        }
        let asked = server.asked.withLock { $0 }
        #expect(asked.count == 2)
        #expect(asked[0]["spec"]["resourceAttributes"] == ["namespace": "a", "verb": "get", "version": "v1", "resource": "pods"])
        #expect(asked[0]["apiVersion"] == "authorization.k8s.io/v1")
    }

    /// Without remembering, the work still ends: a request knows its own answers.
    @Test func nothingIsRememberedWithoutALifetime() async throws {
        let server = Reviews { (_) throws(ReviewFailure) in ["status": ["allowed": true]] }
        let chain = AuthorizerChain([.init(try webhook(server) { $0.authorizedLifetime = .zero }, name: "test")])
        let both = await chain.settled { chain.allows(request("ann", "get", "pods")) && chain.allows(request("ann", "list", "pods")) }
        #expect(both)
        #expect(server.asked.withLock { $0.count } == 2)
        #expect(await chain.settled { chain.allows(request("ann", "get", "pods")) })
        #expect(server.asked.withLock { $0.count } == 3)
    }

    @Test func failuresDecideByPolicy() async throws {
        let broken = Reviews { (_) throws(ReviewFailure) in throw ReviewFailure("down") }
        let open = AuthorizerChain([.init(try webhook(broken), name: "test"), .init(PermissiveAuthorizer())])
        #expect(await open.settled { open.decide(request("ann", "get", "pods")) } == .allow(reason: ""))
        let closed = AuthorizerChain([.init(try webhook(broken) { $0.deniesOnFailure = true }, name: "test"), .init(PermissiveAuthorizer())])
        guard case .deny = await closed.settled({ closed.decide(request("ann", "get", "pods")) }) else {
            Issue.record("a failure denies")
            return
        }
        // Where nobody can wait, the same policy holds.
        guard case .deny = closed.decide(request("ann", "get", "pods")) else {
            Issue.record("a failure denies")
            return
        }
    }

    @Test func conditionsKeepRequestsFromAWebhook() async throws {
        let server = Reviews { (_) throws(ReviewFailure) in ["status": ["allowed": false, "denied": true, "reason": "no"]] }
        let conditions = [
            "has(request.resourceAttributes)", "request.resourceAttributes.namespace == 'a'", "!('system:nodes' in request.groups)",
        ]
        let chain = AuthorizerChain([.init(try webhook(server) { $0.conditions = conditions }, name: "test"), .init(PermissiveAuthorizer())])
        #expect(await chain.settled { chain.decide(request("ann", "get", "pods")) } == .deny(reason: "no"))
        #expect(await chain.settled { chain.decide(request("ann", "get", "pods", namespace: "b")) } == .allow(reason: ""))
        var path = AccessRequest(user: UserInfo(name: "ann"), verb: "get", isResourceRequest: false)
        path.path = "/livez"
        #expect(await chain.settled { chain.decide(path) } == .allow(reason: ""))
        #expect(server.asked.withLock { $0.count } == 1)
    }

    @Test func answersThatContradictThemselvesAreFailures() {
        #expect(throws: ReviewFailure.self) { try WebhookAuthorizer.decision(["status": ["allowed": true, "denied": true]]) }
        #expect(throws: ReviewFailure.self) { try WebhookAuthorizer.decision(["kind": "Status"]) }
    }

    @Test func policyFilesDecide() throws {
        let policy = try AttributePolicy(
            """
            # who may what
            {"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"user":"ann","namespace":"a","resource":"*","apiGroup":"*"}}
            {"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"group":"devs","namespace":"*","resource":"pods","readonly":true}}

            {"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"user":"*","nonResourcePath":"/health*","readonly":true}}
            """)
        #expect(policy.decide(request("ann", "delete", "secrets")) == .allow(reason: ""))
        #expect(policy.decide(request("ann", "delete", "secrets", namespace: "b")) == .noOpinion(reason: "No policy matched."))
        #expect(policy.decide(request("bob", "list", "pods", namespace: "b")) == .allow(reason: ""))
        #expect(policy.decide(request("bob", "create", "pods", namespace: "b")) != .allow(reason: ""))
        var path = AccessRequest(user: UserInfo(name: "x"), verb: "get", isResourceRequest: false)
        path.path = "/healthz"
        #expect(policy.decide(path) == .allow(reason: ""))
        #expect(throws: ConfigurationProblem.self) { try AttributePolicy("{}") }
    }

    private static let webhook: Value = [
        "timeout": "3s", "subjectAccessReviewVersion": "v1", "failurePolicy": "Deny",
        "connectionInfo": ["type": "KubeConfigFile", "kubeConfigFile": "/a"],
    ]

    private static func document(_ authorizers: Value...) -> Value {
        ["apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthorizationConfiguration", "authorizers": .array(authorizers)]
    }

    @Test func configurationsAreRead() throws {
        var first = Self.webhook
        first["authorizedTTL"] = "1m30s"
        first["cacheUnauthorizedRequests"] = false
        first["matchConditions"] = [["expression": "request.user != 'x'"]]
        first["matchConditionSubjectAccessReviewVersion"] = "v1"
        let read = try AuthorizationConfiguration(Self.document(
            ["type": "Webhook", "name": "one", "webhook": first], ["type": "Webhook", "name": "two", "webhook": Self.webhook],
            ["type": "Node", "name": "node"], ["type": "RBAC", "name": "rbac"]))
        #expect(read.entries.map(\.kind) == [.webhook, .webhook, .node, .roles])
        #expect(read.entries[0].webhook?.authorizedLifetime == .seconds(90))
        #expect(read.entries[0].webhook?.unauthorizedLifetime == .zero)
        #expect(read.entries[0].webhook?.deniesOnFailure == true)
        #expect(read.entries[1].webhook?.unauthorizedLifetime == .seconds(30))
    }

    @Test func wrongConfigurationsAreRefused() {
        func problem(_ document: Value) -> String {
            do {
                _ = try AuthorizationConfiguration(document)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(problem(Self.document()).contains("at least one authorization mode must be defined"))
        #expect(problem(Self.document(["type": "RBAC", "name": "a"], ["type": "RBAC", "name": "b"])).contains("Duplicate value: \"RBAC\""))
        #expect(problem(Self.document(["type": "Foo", "name": "a"])).contains("Unsupported value: \"Foo\""))
        #expect(problem(Self.document(["type": "Webhook", "name": "a"])).contains("required when type=Webhook"))
        var late = Self.webhook
        late["timeout"] = "31s"
        #expect(problem(Self.document(["type": "Webhook", "name": "a", "webhook": late])).contains("must be <= 30s"))
        var wrong = Self.webhook
        wrong["matchConditions"] = [["expression": "request.nothing"]]
        wrong["matchConditionSubjectAccessReviewVersion"] = "v1"
        #expect(problem(Self.document(["type": "Webhook", "name": "a", "webhook": wrong])).contains("compilation failed"))
        #expect(problem(Self.document(["type": "RBAC", "name": "a", "extra": true])).contains("unknown field \"authorizers[0].extra\""))
        let flags = WebhookAuthorizerSettings(kubeconfig: "")
        #expect(throws: ConfigurationProblem.self) { try AuthorizationConfiguration(modes: "Node,Webhook", webhook: flags) }
        #expect(throws: ConfigurationProblem.self) { try AuthorizationConfiguration(modes: "Node,Node", webhook: flags) }
    }
}
