import Objects
import Schema
import Strategies
import Testing

struct ClusterKindTests {
    private static func subject(_ group: String, _ kind: String, _ resource: String, _ body: String) -> Subject {
        let version = group.isEmpty ? "v1" : group + "/v1"
        return Subject(
            group, "v1", kind, resource,
            #"{"apiVersion":"\#(version)","kind":"\#(kind)","metadata":{"name":"x","namespace":"n"},\#(body)}"#)
    }
    private static let service = subject("", "Service", "services", #""spec":{"ports":[{"port":80}],"selector":{"a":"b"},"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"]}"#)
    private static let claim = subject(
        "", "PersistentVolumeClaim", "persistentvolumeclaims",
        #""spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}"#)
    private static let volume = subject(
        "", "PersistentVolume", "persistentvolumes",
        #""spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/x"}}"#)
    private static let configMap = subject("", "ConfigMap", "configmaps", #""data":{"a":"b"}"#)
    private static let role = subject("rbac.authorization.k8s.io", "Role", "roles", #""rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]"#)
    private static let binding = subject(
        "rbac.authorization.k8s.io", "RoleBinding", "rolebindings",
        #""roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"}]"#)
    private static let ingress = subject(
        "networking.k8s.io", "Ingress", "ingresses",
        #""spec":{"rules":[{"http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}"#)
    private static let budget = subject("policy", "PodDisruptionBudget", "poddisruptionbudgets", #""spec":{"minAvailable":1,"selector":{"matchLabels":{"a":"b"}}}"#)
    private static let limits = subject("", "LimitRange", "limitranges", #""spec":{"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"cpu":"1"}}]}"#)

    private static let policy = subject(
        "networking.k8s.io", "NetworkPolicy", "networkpolicies", #""spec":{"podSelector":{},"ingress":[{"ports":[{"port":80}]}]}"#)

    @Test(arguments: [
        RuleCase("spec.ingress.0.ports.0", #"{"port":80,"endPort":70}"#, "spec.ingress[0].ports[0].endPort Invalid"),
        RuleCase("spec.ingress.0.ports.0", #"{"endPort":70}"#, "spec.ingress[0].ports[0].endPort Invalid"),
        // What is wrong with the end of a named range is told first.
        RuleCase(
            "spec.ingress.0.ports.0", #"{"port":"a--b","endPort":70}"#, "spec.ingress[0].ports[0].endPort Invalid",
            "spec.ingress[0].ports[0].port Invalid"),
    ])
    func policyPorts(_ rule: RuleCase) throws {
        #expect(try Self.policy.createProblems([(rule.path, rule.json)]) == rule.problems)
    }

    /// A path that is not absolute is looked at to its end.
    @Test func pathsHaveAllTheirProblems() throws {
        let place = "spec.rules[0].http.paths[0].path Invalid"
        #expect(try Self.ingress.createProblems([("spec.rules.0.http.paths.0.path", #""a//b""#)]) == [place, place])
    }

    @Test func manyIndexesAreWarnedOf() throws {
        let job = #"{"completionMode":"Indexed","completions":200000,"parallelism":20000,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}"#
        let subject = Self.subject("batch", "CronJob", "cronjobs", #""spec":{"schedule":"* * * * *","jobTemplate":{"spec":\#(job)}}"#)
        let warnings = subject.strategy.warnings(try subject.object(), old: nil)
        #expect(warnings.contains { $0.hasPrefix("spec.jobTemplate.spec.completions: In Indexed Jobs") })
    }

    @Test func plainOnesPass() throws {
        for subject in [
            Self.service, Self.claim, Self.volume, Self.configMap, Self.role, Self.binding, Self.ingress, Self.budget, Self.limits,
        ] {
            #expect(try subject.createProblems() == [], "\(subject.kind)")
        }
    }

    @Test(arguments: [
        RuleCase("spec.ports", "[]", "spec.ports Required"),
        RuleCase("spec.ports.0.port", "0", "spec.ports[0].port Invalid", "spec.ports[0].targetPort Invalid"),
        RuleCase("spec.ports.1", #"{"port":81}"#, "spec.ports[0].name Required", "spec.ports[1].name Required"),
        RuleCase("spec.type", #""Other""#, "spec.type NotSupported"),
        RuleCase("spec.sessionAffinity", #""Other""#, "spec.sessionAffinity NotSupported"),
        RuleCase("spec.ports.0.nodePort", "30000", "spec.ports[0].nodePort Forbidden"),
        RuleCase("spec.externalIPs", #"["127.0.0.1"]"#, "spec.externalIPs[0] Invalid"),
    ])
    func services(_ rule: RuleCase) throws { try Self.service.expectCreate(rule) }

    @Test func clusterAddressesStay() throws {
        let moved = try Self.service.updateProblems([("spec.clusterIP", #""10.0.0.2""#)])
        #expect(moved == ["spec.clusterIPs[0] Invalid"])
        #expect(try Self.service.updateProblems([("spec.clusterIP", "null")]) == [])
        #expect(
            try Self.service.updateProblems(of: "status", [("status", #"{"loadBalancer":{"ingress":[{"ip":"1.2.3.4"}]}}"#)])
                == ["status.loadBalancer.ingress Forbidden"])
    }

    @Test(arguments: [
        RuleCase("spec.accessModes", "[]", "spec.accessModes Required"),
        RuleCase("spec.accessModes", #"["ReadWriteOncePod","ReadWriteOnce"]"#, "spec.accessModes Forbidden"),
        RuleCase("spec.resources", "{}", "spec.resources[storage] Required"),
        RuleCase("spec.resources.requests.storage", #""-1""#, "spec.resources[storage] Invalid"),
    ])
    func claims(_ rule: RuleCase) throws { try Self.claim.expectCreate(rule) }

    @Test(arguments: [
        RuleCase("spec.capacity", "null", "spec.capacity Required", "spec.capacity NotSupported"),
        RuleCase("spec.hostPath", "null", "spec Required"),
        RuleCase("spec.hostPath.path", #""/a/../b""#, "spec.hostPath.path Invalid"),
        RuleCase("spec.persistentVolumeReclaimPolicy", #""Lose""#, "spec.persistentVolumeReclaimPolicy NotSupported"),
    ])
    func volumes(_ rule: RuleCase) throws { try Self.volume.expectCreate(rule) }

    @Test func configuration() throws {
        #expect(try Self.configMap.createProblems([("data", #"{"a b":"c"}"#)]) == ["data[a b] Invalid"])
        #expect(
            try Self.configMap.updateProblems(from: [("immutable", "true")], [("data", #"{"a":"c"}"#)]) == ["data Forbidden"])
        #expect(
            try Self.configMap.updateProblems(from: [("immutable", "true")], [("immutable", "false")]) == ["immutable Forbidden"])
    }

    @Test func access() throws {
        #expect(try Self.role.createProblems([("rules.0.verbs", "[]")]) == ["rules[0].verbs Required"])
        #expect(try Self.role.createProblems([("rules.0.nonResourceURLs", #"["/x"]"#)]).contains("rules[0].nonResourceURLs Invalid"))
        #expect(try Self.binding.createProblems([("roleRef.name", #""""#)]) == ["roleRef.name Required"])
        #expect(try Self.binding.createProblems([("subjects.0.kind", #""Robot""#)]).contains("subjects[0].kind NotSupported"))
        #expect(try Self.binding.updateProblems([("roleRef.name", #""other""#)]) == ["roleRef Invalid"])
    }

    @Test func network() throws {
        let path = "spec.rules.0.http.paths.0"
        #expect(try Self.ingress.createProblems([(path + ".path", #""x""#)]) == ["spec.rules[0].http.paths[0].path Invalid"])
        #expect(try Self.ingress.createProblems([(path + ".pathType", "null")]) == ["spec.rules[0].http.paths[0].pathType Required"])
        #expect(try Self.ingress.createProblems([("spec.rules.0.host", #""1.2.3.4""#)]) == ["spec.rules[0].host Invalid"])
        #expect(try Self.ingress.createProblems([("spec.rules", "null")]) == ["spec Invalid"])
    }

    @Test func policy() throws {
        #expect(try Self.budget.createProblems([("spec.maxUnavailable", "1")]) == ["spec Invalid"])
        #expect(try Self.budget.createProblems([("spec.minAvailable", #""x%""#)]).contains("spec.minAvailable Invalid"))
        let crossed = try Self.limits.createProblems([("spec.limits.0.min.cpu", #""3""#)])
        #expect(crossed.contains("spec.limits[0].min[cpu] Invalid"))
    }

    @Test func quotas() throws {
        let pods = GroupResource(group: "", resource: "pods")
        let pod = try Value(
            json: Array(#"{"spec":{"containers":[{"resources":{"requests":{"cpu":"1"}}},{"resources":{"requests":{"cpu":"500m"}}}]}}"#.utf8))
        let usage = QuotaUsage.of(pod, pods)
        #expect(usage["requests.cpu"] == Quantity("1500m"))
        #expect(usage["cpu"] == Quantity("1500m"))
        #expect(usage["pods"] == Quantity(1))
        #expect(usage["count/pods"] == Quantity(1))
    }
}
