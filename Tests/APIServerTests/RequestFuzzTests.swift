import Objects
import TestSupport
import Testing

/// Requests that no client sends: each gets an answer, and the server goes on.
@Suite(.serialized) struct RequestFuzzTests {
    private static let pieces = [
        "/api", "/apis", "/v1", "/apps", "/namespaces", "/default", "/pods", "/configmaps", "/nodes", "/secrets", "/a", "/deployments", "/scale", "/status", "/exec", "/log", "/proxy", "/token",
        "/", "//", "/..", "/%2e%2e", "/%00", "/%", "/%zz", "/\u{E9}", "/watch", "/eviction", "/binding", "/customresourcedefinitions", "/apiextensions.k8s.io", "/openapi/v3", "/metrics", "/readyz",
        "/selfsubjectaccessreviews", "/authorization.k8s.io", "/events", "/leases", "/coordination.k8s.io", "/horizontalpodautoscalers", "/autoscaling", "/v2",
    ]
    private static let queries = [
        "watch=true", "watch=maybe", "limit=1", "limit=-1", "limit=99999999999999999999", "continue=x", "continue=e30", "resourceVersion=0", "resourceVersion=1", "resourceVersion=x",
        "resourceVersion=99999999999999999999", "resourceVersionMatch=Exact", "resourceVersionMatch=NotOlderThan", "labelSelector=a", "labelSelector=a in (", "labelSelector=%zz", "fieldSelector=a",
        "fieldSelector=metadata.name=a", "dryRun=All", "dryRun=x", "fieldManager=m", "fieldManager=", "force=true", "fieldValidation=Strict", "pretty=1", "timeoutSeconds=0", "timeoutSeconds=x",
        "sendInitialEvents=true", "allowWatchBookmarks=true", "propagationPolicy=Orphan", "propagationPolicy=x", "gracePeriodSeconds=-1", "&", "=", "%", "container=a", "tailLines=-1", "timeout=1s",
    ]
    private static let bodies = [
        #"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","labels":{"x":"y"}},"data":{"k":"v"}}"#,
        #"{"kind":"Pod","apiVersion":"v1","metadata":{"generateName":"a-"},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}]}]}}"#,
        #"{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}"#,
        #"[{"op":"add","path":"/data/x","value":"y"}]"#, #"{"data":{"k":null}}"#, #"{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"x"}}"#, "kind: ConfigMap\napiVersion: v1\n", "k8s\u{0}\n\u{2}", "",
        #"{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","spec":{"resourceAttributes":{"verb":"get"}}}"#,
        #"{"kind":"Service","apiVersion":"v1","metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}"#,
    ].map { Array($0.utf8) }
    private static let types = [
        "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
        "application/apply-patch+yaml", "application/cbor", "text/plain", "", ";;", "application/json;q=x",
    ]
    private static let accepts = [
        "application/json", "*/*", "application/json;as=Table;v=v1;g=meta.k8s.io", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "application/vnd.kubernetes.protobuf", "application/yaml", "x", "", ",,;q=2",
    ]

    private static func path(_ random: inout SeededGenerator) -> String {
        let known = ["/api/v1/namespaces/default/configmaps", "/api/v1/namespaces/default/pods", "/apis/apps/v1/namespaces/default/deployments", "/api/v1/namespaces/default/services", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/api/v1/nodes", ""]
        let text = random.pick(known) + random.text(of: pieces, count: 0...3)
        return text.isEmpty ? "/" : text
    }

    @Test func everyRequestIsAnswered() async throws {
        try await ServerFixture.run { fixture in
            var statuses: [Int: Int] = [:]
            await FuzzRun.rounds(1_500) { random in
                let method = random.pick(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "GREET", ""])
                let path = Self.path(&random)
                let query = (0..<random.number(0...3)).map { _ in random.pick(Self.queries) }.joined(separator: "&")
                let sample = random.pick(Self.bodies)
                let body = random.number(0...2) == 0 ? random.damaged(sample) : sample
                let headers = [("user-agent", "fuzz/1"), ("content-type", random.pick(Self.types)), ("accept", random.pick(Self.accepts))]
                let status = await fixture.status(method, path, query: query.isEmpty ? nil : query, headers: headers, body: body)
                #expect((100..<600).contains(status), "\(method) \(path)?\(query)")
                statuses[status, default: 0] += 1
            }
            #expect(statuses[200] ?? 0 > 0 && statuses[201] ?? 0 > 0 && statuses[404] ?? 0 > 0, "\(statuses)")
            #expect(await fixture.status("GET", "/api/v1/namespaces/default", query: nil, headers: [], body: []) == 200)
        }
    }
}
