import Authentication
import KubernetesTypes
import Logging
import Objects
import Schema

/// The objects that every cluster has: namespaces, roles, priority classes, the `kubernetes` service.
///
/// Missing ones are made at each start; roles and bindings are reconciled (`RoleReconciliation`).
struct ClusterObjects {
    let kinds: ServedKinds
    let settings: APIServerSettings
    let addresses: ServiceAddresses
    let logger: Logger

    private static let user = UserInfo(name: "system:apiserver", groups: [UserInfo.mastersGroup])

    func ensure() async throws(StatusError) {
        for name in ["kube-system", "kube-public", "kube-node-lease", "default"] {
            try await create("", "namespaces", "", ["metadata": ["name": .string(name)]])
        }
        for role in DefaultRoles.clusterRoles { try await reconcile(.role, "clusterroles", "", role) }
        for binding in DefaultRoles.clusterRoleBindings { try await reconcile(.binding, "clusterrolebindings", "", binding) }
        for (namespace, role) in DefaultRoles.roles { try await reconcile(.role, "roles", namespace, role) }
        for (namespace, binding) in DefaultRoles.roleBindings { try await reconcile(.binding, "rolebindings", namespace, binding) }
        if !settings.kubeletClientName.isEmpty {
            try await reconcile(.binding, "clusterrolebindings", "", DefaultRoles.kubeletClientBinding(settings.kubeletClientName))
        }
        for (name, value, description) in [
            ("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
            ("system-cluster-critical", 2_000_000_000, "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
        ] {
            try await create(
                "scheduling.k8s.io", "priorityclasses", "",
                ["metadata": ["name": .string(name)], "value": Value(value), "description": .string(description)])
        }
        for level in FlowControlObjects.priorityLevels { try await keepCurrent("prioritylevelconfigurations", level) }
        for schema in FlowControlObjects.flowSchemas { try await keepCurrent("flowschemas", schema) }
        try await create(
            "networking.k8s.io", "servicecidrs", "",
            ["metadata": ["name": "kubernetes"], "spec": ["cidrs": Value(settings.serviceCIDR.split(separator: ",").map(String.init))]])
        try await create(
            "", "configmaps", "kube-system",
            ["metadata": ["name": .string(LegacyTokenUses.tracking)], "data": ["since": .string(LegacyTokenUses.today())]])
        try await ensureService()
        try await publishAuthorities()
    }

    /// By whom the servers behind this one know its clients, and this one.
    func publishAuthorities() async throws(StatusError) {
        if let frontProxy = settings.frontProxy {
            try await replace(
                "", "configmaps", "kube-system",
                [
                    "metadata": ["name": "extension-apiserver-authentication"],
                    "data": frontProxy.data(clientAuthority: settings.clientAuthority),
                ])
        }
    }

    /// The service under which pods find this API, and its endpoints.
    private func ensureService() async throws(StatusError) {
        let labels: Value = ["component": "apiserver", "provider": "kubernetes"]
        try await create(
            "", "services", "default",
            [
                "metadata": ["name": "kubernetes", "labels": labels],
                "spec": [
                    "clusterIP": .string(addresses.first), "type": "ClusterIP",
                    "ports": [["name": "https", "port": 443, "protocol": "TCP", "targetPort": .int(Int64(settings.port))]],
                ],
            ])
        let subsets: Value = [
            [
                "addresses": [["ip": .string(settings.advertiseAddress)]],
                "ports": [["name": "https", "port": .int(Int64(settings.port)), "protocol": "TCP"]],
            ]
        ]
        try await replace(
            "", "endpoints", "default",
            [
                "metadata": ["name": "kubernetes", "labels": ["endpointslice.kubernetes.io/skip-mirror": "true"]],
                "subsets": subsets,
            ])
        try await replace(
            "discovery.k8s.io", "endpointslices", "default",
            [
                "metadata": ["name": "kubernetes", "labels": ["kubernetes.io/service-name": "kubernetes"]], "addressType": "IPv4",
                "endpoints": [["addresses": [.string(settings.advertiseAddress)], "conditions": ["ready": true]]],
                "ports": [["name": "https", "port": .int(Int64(settings.port)), "protocol": "TCP"]],
            ])
    }

    private func context(_ kind: ServedKind) -> WriteContext {
        var context = WriteContext(user: Self.user, fieldManager: "kube-apiserver", version: kind.groupVersion)
        // Nothing that somebody configured may keep the server from starting.
        context.isAdmitted = true
        return context
    }

    private func complete(_ object: Value, _ kind: ServedKind) async throws(StatusError) -> Value {
        var object = object
        object["kind"] = .string(kind.description.id.kind)
        object["apiVersion"] = .string(kind.groupVersion.description)
        let decoder = BodyDecoder(catalogue: .builtIn)
        _ = try decoder.normalise(&object, kind.description.type, kind.description.id.kind)
        return try await decoder.complete(object, kind)
    }

    private func kind(_ group: String, _ resource: String) throws(StatusError) -> ServedKind {
        guard let kind = kinds.kind(GroupResource(group: group, resource: resource)) else {
            throw .internalError("the built-in resource \(resource) is missing")
        }
        return kind
    }

    private func create(_ group: String, _ resource: String, _ namespace: String, _ object: Value) async throws(StatusError) {
        let kind = try kind(group, resource)
        let name = object["metadata"]["name"].string ?? ""
        if kind.store.cache.object(ResourceStore.key(namespace, name)) != nil { return }
        do {
            _ = try await kind.store.create(try await complete(object, kind), namespace: namespace, context(kind))
        } catch where error.isAlreadyExists {
            return
        }
    }

    private func replace(_ group: String, _ resource: String, _ namespace: String, _ object: Value) async throws(StatusError) {
        let kind = try kind(group, resource)
        var request = UpdateRequest(namespace: namespace, name: object["metadata"]["name"].string ?? "")
        request.createsAbsent = true
        let wanted = try await complete(object, kind)
        _ = try await kind.store.update(request, context(kind)) { stored throws(StatusError) in
            guard stored.isObject else { return wanted }
            var new = wanted
            new["metadata"] = stored["metadata"]
            return new
        }
    }

    /// Brings an object of flow control up to date, unless its annotation says that somebody looks after it himself.
    private func keepCurrent(_ resource: String, _ object: Value) async throws(StatusError) {
        let kind = try kind("flowcontrol.apiserver.k8s.io", resource)
        let name = object["metadata"]["name"].string ?? ""
        var context = context(kind)
        context.fieldManager = FlowControlObjects.manager
        let wanted = try await complete(object, kind)
        let annotation = FlowControlObjects.annotation
        guard let stored = kind.store.cache.object(name) else {
            _ = try await kind.store.create(wanted, namespace: "", context)
            return
        }
        if stored.value["metadata"]["annotations"][annotation].string == "false" { return }
        if stored.value["spec"] == wanted["spec"] { return }
        _ = try await kind.store.update(UpdateRequest(namespace: "", name: name), context) { stored throws(StatusError) in
            var new = stored
            new["spec"] = wanted["spec"]
            return new
        }
    }

    private enum RoleObject { case role, binding }

    /// Makes a role or binding that is not there, and gives a stored one what it lacks.
    private func reconcile(_ object: RoleObject, _ resource: String, _ namespace: String, _ wanted: Value) async throws(StatusError) {
        let group = "rbac.authorization.k8s.io"
        let kind = try kind(group, resource)
        let name = wanted["metadata"]["name"].string ?? ""
        guard let stored = kind.store.cache.object(ResourceStore.key(namespace, name)) else {
            return try await create(group, resource, namespace, wanted)
        }
        let complete = try await complete(wanted, kind)
        let change: @Sendable (Value) -> RoleReconciliation = { stored in
            object == .role
                ? RoleReconciliation.role(stored: stored, wanted: complete) : RoleReconciliation.binding(stored: stored, wanted: complete)
        }
        switch change(stored.value) {
        case .none: return
        case .update:
            _ = try await kind.store.update(UpdateRequest(namespace: namespace, name: name), context(kind)) { stored throws(StatusError) in
                guard case .update(var new) = change(stored) else { return stored }
                // Whoever changes it at the same time, the store tries again.
                new["metadata"].remove("resourceVersion")
                return new
            }
        case .recreate:
            logger.info("a built-in binding refers to another role and is made anew", metadata: ["resource": "\(resource)", "name": "\(name)"])
            _ = try await kind.store.delete(namespace, name, DeletionOptions(), context(kind))
            _ = try await kind.store.create(complete, namespace: namespace, context(kind))
        }
    }
}
