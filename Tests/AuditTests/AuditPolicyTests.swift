import Audit
import Objects
import Testing

@Suite struct AuditPolicyTests {
    private func policy(_ text: String) throws -> AuditPolicy {
        try AuditPolicy(try YAML.parse("apiVersion: audit.k8s.io/v1\nkind: Policy\n" + text))
    }

    private func request(
        _ verb: String = "get", _ resource: String = "pods", sub: String = "", group: String = "", namespace: String = "default",
        name: String = "a", user: String = "jane", groups: [String] = []
    ) -> AuditRequest {
        AuditRequest(
            verb: verb, uri: "/x", user: ["username": .string(user), "groups": Value(groups)],
            resource: AuditRequest.Resource(
                group: group, version: "v1", resource: resource, subresource: sub, namespace: namespace, name: name),
            sourceAddresses: [], userAgent: "")
    }

    private func path(_ uri: String) -> AuditRequest {
        AuditRequest(verb: "get", uri: uri, user: ["username": "jane"], resource: nil, sourceAddresses: [], userAgent: "")
    }

    @Test func theFirstRuleThatFitsDecides() throws {
        let policy = try policy(
            """
            rules:
            - {level: None, users: ["system:kube-proxy"], verbs: [watch], resources: [{group: "", resources: [endpoints, services]}]}
            - {level: Metadata, resources: [{group: "", resources: ["secrets", "pods/*", "*/scale"]}]}
            - {level: Request, userGroups: [dev], namespaces: [team]}
            - {level: None, nonResourceURLs: ["/healthz*", "/version"]}
            - {level: RequestResponse, resources: [{group: apps, resources: [deployments], resourceNames: [web]}]}
            - {level: Metadata}
            """)
        #expect(policy.decide(request("watch", "services", user: "system:kube-proxy")).level == .none)
        #expect(policy.decide(request("get", "services", user: "system:kube-proxy")).level == .metadata)
        #expect(policy.decide(request("get", "pods", sub: "log", namespace: "team", groups: ["dev"])).level == .metadata)
        #expect(policy.decide(request("get", "pods", namespace: "team", groups: ["dev"])).level == .request)
        #expect(policy.decide(request("get", "pods", namespace: "other", groups: ["dev"])).level == .metadata)
        #expect(policy.decide(path("/healthz/etcd?verbose")).level == .none)
        #expect(policy.decide(path("/versions")).level == .metadata)
        #expect(policy.decide(request("get", "deployments", group: "apps", name: "web")).level == .requestResponse)
        #expect(policy.decide(request("get", "deployments", group: "apps", name: "other")).level == .metadata)
    }

    @Test func nothingIsToldWhereNoRuleFits() throws {
        #expect(try policy("rules: [{level: Metadata, users: [root]}]").decide(request()).level == .none)
    }

    @Test(arguments: [
        "rules: []", "rules: [{level: metadata}]", "rules: [{level: Metadata, omitStages: [Later]}]",
        "rules: [{level: Metadata, nonResourceURLs: [healthz]}]", "rules: [{level: Metadata, nonResourceURLs: ['/a*b']}]",
        "rules: [{level: Metadata, nonResourceURLs: ['/a'], resources: [{group: ''}]}]",
        "rules: [{level: Metadata, resources: [{group: apps/v1}]}]",
    ])
    func refusesWhatItDoesNotUnderstand(_ text: String) {
        #expect(throws: AuditPolicy.Problem.self) { try policy(text) }
    }
}
