import APIClient
import Credentials
import KubernetesTypes
import Logging
import Objects

/// What a cluster needs to have so that nodes can join: the kubeconfig that anybody may read (`kube-public/cluster-info`), what nodes have
/// to know, and the rights of those who come with a token, and of nodes.
struct JoinAccess: Sendable {
    private let client: APIClient
    private let server: String
    private let authority: RenewableAuthority
    private let facts: ClusterFacts
    /// Whether other servers share the store, each with an address of its own: the first one's stays then.
    private let isShared: Bool
    private let logger: Logger

    /// `transport` may write roles of any kind. `server` is the API's address for nodes.
    init(_ transport: any APITransport, server: String, authority: RenewableAuthority, facts: ClusterFacts, isShared: Bool, logger: Logger) {
        client = APIClient(transport: transport, fieldManager: "martlet")
        self.server = server
        self.authority = authority
        self.facts = facts
        self.isShared = isShared
        self.logger = logger
    }

    /// Makes what is missing, and once more whenever the authority has been renewed; until cancelled.
    func run() async {
        let (renewals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        authority.onRenewal { signal.yield() }
        signal.yield()
        for await _ in renewals {
            var pause: Duration = .milliseconds(100)
            while !Task.isCancelled {
                do throws(StatusError) {
                    try await ensure()
                    break
                } catch {
                    // At the first start the namespaces come a moment later.
                    logger.debug("nodes cannot join yet", metadata: ["reason": "\(error)"])
                    try? await Task.sleep(for: pause)
                    pause = min(pause * 2, .seconds(10))
                }
            }
        }
    }

    func ensure() async throws(StatusError) {
        for (path, object) in Self.rights { try await create(object, path) }
        let config = Kubeconfig(server: server, authority: authority.certificate, name: "martlet")
        let maps = "/api/v1/namespaces/"
        var open = config.value
        open["users"] = []
        open["contexts"] = [["name": "martlet", "context": ["cluster": "martlet", "user": ""]]]
        try await put("kube-public", "cluster-info", ["kubeconfig": .string(YAML.print(open))], maps)
        try await put(ClusterFacts.namespace, ClusterFacts.name, facts.data, maps)
    }

    private func create(_ object: Value, _ path: String) async throws(StatusError) {
        do throws(StatusError) {
            _ = try await client.post(object, to: path)
        } catch where error.isAlreadyExists {}
    }

    /// Other entries of the map (signatures) stay.
    private func put(_ namespace: String, _ name: String, _ data: Value, _ path: String) async throws(StatusError) {
        do throws(StatusError) {
            let known = try await client.get(ConfigMap.self, namespace, name).value["data"]
            if data.members.allSatisfy({ known[$0.key] == $0.value }) { return }
            if isShared, let text = known["kubeconfig"].string, Self.authority(text) == authority.certificate { return }
            try await client.patch(ConfigMap.self, namespace, name, ["data": data])
        } catch where error.isNotFound {
            try await client.create(ConfigMap(["metadata": ["name": .string(name), "namespace": .string(namespace)], "data": data]))
        }
    }

    private static func authority(_ text: String) -> String? { (try? YAML.parse(text)).flatMap { Kubeconfig($0) }?.authority }

    // MARK: rights

    private static let everyNode = ["kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "system:nodes"] as Value

    private static let rights: [(path: String, object: Value)] = {
        let newcomers: Value = ["kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": .string(BootstrapTokens.group)]
        let anybody: Value = ["kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "system:anonymous"]
        let signing = "system:certificates.k8s.io:certificatesigningrequests:"
        return [
            clusterBinding("martlet:node-bootstrap", "system:node-bootstrapper", newcomers),
            // So that a newcomer finds out that its name is taken.
            (roles + "clusterroles", [
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": ["name": "martlet:get-nodes"],
                "rules": [["apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]]],
            ]),
            clusterBinding("martlet:get-nodes", "martlet:get-nodes", newcomers),
            clusterBinding("martlet:node-approval", signing + "nodeclient", newcomers),
            clusterBinding("martlet:node-renewal", signing + "selfnodeclient", everyNode),
            // What nodes need beside what every kubelet may: the way to services, policies, names, folders as volumes.
            clusterBinding("martlet:node-proxier", "system:node-proxier", everyNode),
            clusterBinding("martlet:node-policies", "martlet:network-policies", everyNode),
            clusterBinding("martlet:node-folders", "martlet:node", everyNode),
            clusterBinding("martlet:node-names", "system:coredns", everyNode),
            reader("kube-public", "martlet:cluster-info", "cluster-info"), roleBinding("kube-public", "martlet:cluster-info", [anybody, everyNode]),
            reader(ClusterFacts.namespace, "martlet:cluster-facts", ClusterFacts.name),
            roleBinding(ClusterFacts.namespace, "martlet:cluster-facts", [everyNode]),
        ]
    }()

    private static let roles = "/apis/rbac.authorization.k8s.io/v1/"

    private static func clusterBinding(_ name: String, _ role: String, _ subject: Value) -> (path: String, object: Value) {
        (
            roles + "clusterrolebindings",
            [
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": ["name": .string(name)],
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(role)], "subjects": [subject],
            ]
        )
    }

    private static func reader(_ namespace: String, _ name: String, _ map: String) -> (path: String, object: Value) {
        (
            roles + "namespaces/\(namespace)/roles",
            [
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": ["name": .string(name), "namespace": .string(namespace)],
                "rules": [["apiGroups": [""], "resources": ["configmaps"], "resourceNames": [.string(map)], "verbs": ["get"]]],
            ]
        )
    }

    private static func roleBinding(_ namespace: String, _ name: String, _ subjects: [Value]) -> (path: String, object: Value) {
        (
            roles + "namespaces/\(namespace)/rolebindings",
            [
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": ["name": .string(name), "namespace": .string(namespace)],
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": .string(name)], "subjects": .array(subjects),
            ]
        )
    }
}
