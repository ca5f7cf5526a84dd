import Authentication
import Authorization
import Objects
import Schema

/// Which node a user is.
enum NodeIdentity {
    private static let userPrefix = "system:node:"
    private static let group = "system:nodes"

    /// The name of the node; empty when the user is a node without a name, nil when he is none.
    static func name(_ user: UserInfo) -> String? {
        guard user.groups.contains(group), user.name.hasPrefix(userPrefix) else { return nil }
        return String(user.name.dropFirst(userPrefix.count))
    }
}

/// What kubelets may do: the rules of `system:node`, and of the objects that pods need only those of their own pods.
struct NodeAuthorizer: Authorizer {
    let roles: RoleAuthorizer
    let pods: ResourceStore
    let volumes: ResourceStore
    let attachments: ResourceStore
    let slices: ResourceStore

    func decide(_ request: AccessRequest) -> AccessDecision {
        let user = request.user
        guard let node = NodeIdentity.name(user) else { return .noOpinion() }
        if node.isEmpty { return .noOpinion(reason: "unknown node for user \"\(user.name)\"") }
        if request.isResourceRequest, let decision = decide(request, node) { return decision }
        let rules = roles.rules(ofRole: ["kind": "ClusterRole", "name": "system:node"], namespace: "") ?? []
        return rules.contains { $0.allows(request) } ? .allow(reason: "") : .noOpinion()
    }

    /// What depends on the object; nil when the role says all.
    private func decide(_ request: AccessRequest, _ node: String) -> AccessDecision? {
        switch (request.group, request.resource) {
        case ("", "secrets"), ("", "configmaps"): return read(request, node)
        case ("", "persistentvolumeclaims"):
            guard request.subresource == "status" else { return get(request, node) }
            guard ["update", "patch"].contains(request.verb) else { return .noOpinion(reason: "can only get/update/patch this type") }
            return related(request, node)
        case ("", "persistentvolumes"), ("resource.k8s.io", "resourceclaims"), ("storage.k8s.io", "volumeattachments"):
            return get(request, node)
        case ("", "serviceaccounts"): return account(request, node)
        case ("", "nodes"): return ownNode(request, node)
        case ("", "pods"): return ownPods(request, node)
        case ("coordination.k8s.io", "leases"): return lease(request, node)
        case ("storage.k8s.io", "csinodes"): return own(request, node, verbs: ["create", "get", "update", "patch", "delete"])
        case ("resource.k8s.io", "resourceslices"): return slice(request, node)
        default: return nil
        }
    }

    private func read(_ request: AccessRequest, _ node: String) -> AccessDecision {
        guard ["get", "list", "watch"].contains(request.verb) else { return .noOpinion(reason: "can only read resources of this type") }
        guard request.subresource.isEmpty else { return .noOpinion(reason: "cannot read subresource") }
        guard !request.namespace.isEmpty else { return .noOpinion(reason: "can only read namespaced object of this type") }
        return related(request, node)
    }

    private func get(_ request: AccessRequest, _ node: String) -> AccessDecision {
        guard request.verb == "get" else { return .noOpinion(reason: "can only get individual resources of this type") }
        guard request.subresource.isEmpty else { return .noOpinion(reason: "cannot get subresource") }
        return related(request, node)
    }

    /// Whether a pod of the node uses the object.
    private func related(_ request: AccessRequest, _ node: String) -> AccessDecision {
        if request.name.isEmpty { return .noOpinion(reason: "No Object name found") }
        let isUsed: Bool
        switch request.resource {
        case "persistentvolumes":
            let claim = volumes.cache.object(request.name)?.value["spec"]["claimRef"] ?? .null
            isUsed = uses("persistentvolumeclaims", claim["name"].string ?? "", in: claim["namespace"].string ?? "", node)
        case "volumeattachments": isUsed = attachments.cache.object(request.name)?.value["spec"]["nodeName"].string == node
        case "resourceslices": isUsed = slices.cache.object(request.name)?.value["spec"]["nodeName"].string == node
        case "pods":
            let pod = pods.cache.object(ResourceStore.key(request.namespace, request.name))
            isUsed = pod?.value["spec"]["nodeName"].string == node
        default: isUsed = uses(request.resource, request.name, in: request.namespace, node)
        }
        return isUsed
            ? .allow(reason: "") : .noOpinion(reason: "no relationship found between node '\(node)' and this object")
    }

    private func uses(_ resource: String, _ name: String, in namespace: String, _ node: String) -> Bool {
        if namespace.isEmpty || name.isEmpty { return false }
        if pods.cache.objects(indexedAs: node, in: namespace).contains(where: { PodReferences.has(resource, name, $0) }) { return true }
        return resource == "secrets" && volumesUse(name, in: namespace, node)
    }

    /// Whether a pod of the node uses a volume whose driver gets the secret.
    private func volumesUse(_ secret: String, in namespace: String, _ node: String) -> Bool {
        volumes.cache.all().objects.contains { volume in
            let spec = volume.value["spec"]
            let isNamed = ["nodeStageSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"].contains { reference in
                spec["csi"][reference]["name"].string == secret && spec["csi"][reference]["namespace"].string == namespace
            }
            return isNamed && uses("persistentvolumeclaims", spec["claimRef"]["name"].string ?? "", in: spec["claimRef"]["namespace"].string ?? "", node)
        }
    }

    private func account(_ request: AccessRequest, _ node: String) -> AccessDecision {
        let isToken = request.subresource == "token" && request.verb == "create"
        guard isToken || request.verb == "get" else { return .noOpinion(reason: "can only create tokens for individual service accounts") }
        return related(request, node)
    }

    private func own(_ request: AccessRequest, _ node: String, verbs: [String]) -> AccessDecision {
        guard verbs.contains(request.verb) else {
            return .noOpinion(reason: "can only get, create, update, patch, or delete a CSINode")
        }
        guard request.subresource.isEmpty else { return .noOpinion(reason: "cannot authorize CSINode subresources") }
        if request.verb != "create", request.name != node {
            return .noOpinion(reason: "can only access CSINode with the same name as the requesting node")
        }
        return .allow(reason: "")
    }

    private func lease(_ request: AccessRequest, _ node: String) -> AccessDecision {
        guard ["create", "get", "update", "patch", "delete"].contains(request.verb), request.subresource.isEmpty else {
            return .noOpinion(reason: "can only get, create, update, patch, or delete a node lease")
        }
        guard request.namespace == "kube-node-lease" else {
            return .noOpinion(reason: "can only access leases in the \"kube-node-lease\" system namespace")
        }
        if request.verb != "create", request.name != node {
            return .noOpinion(reason: "can only access node lease with the same name as the requesting node")
        }
        return .allow(reason: "")
    }

    private func ownNode(_ request: AccessRequest, _ node: String) -> AccessDecision {
        switch (request.subresource, request.verb) {
        case ("", "create"), ("", "update"), ("", "patch"), ("status", "update"), ("status", "patch"):
            // Whether it is the node's own is looked at when the object is known.
            return .allow(reason: "")
        case ("", "get"), ("", "list"), ("", "watch"):
            if request.name == node { return .allow(reason: "") }
            let what = request.name.isEmpty ? "all nodes" : "'\(request.name)'"
            return .noOpinion(reason: "node '\(node)' cannot read \(what), only its own Node object")
        default: return .noOpinion()
        }
    }

    private func ownPods(_ request: AccessRequest, _ node: String) -> AccessDecision {
        switch (request.subresource, request.verb) {
        case ("", "get"):
            let pod = pods.cache.object(ResourceStore.key(request.namespace, request.name))
            // Of a pod that is not there the answer is that it is not there.
            if pod.map({ $0.value["spec"]["nodeName"].string == node }) ?? true { return .allow(reason: "") }
            return .noOpinion(reason: "no relationship found between node '\(node)' and this object")
        case ("", "list"), ("", "watch"):
            if request.fields.required("spec.nodeName") == node { return .allow(reason: "") }
            if !request.name.isEmpty { return related(request, node) }
            return .noOpinion(reason: "can only list/watch pods with spec.nodeName field selector")
        case ("", "create"), ("", "delete"), ("status", "update"), ("status", "patch"), ("eviction", "create"):
            return .allow(reason: "")
        default: return .noOpinion()
        }
    }

    private func slice(_ request: AccessRequest, _ node: String) -> AccessDecision {
        guard request.subresource.isEmpty else { return .noOpinion(reason: "cannot authorize ResourceSlice subresources") }
        switch request.verb {
        case "create": return .allow(reason: "")
        case "get", "update", "patch", "delete": return related(request, node)
        case "list", "watch", "deletecollection":
            if request.fields.required("spec.nodeName") == node { return .allow(reason: "") }
            return .noOpinion(
                reason: "can only list/watch/deletecollection resourceslices with nodeName field selector")
        default:
            return .noOpinion(
                reason:
                    "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection")
        }
    }
}

/// What a pod names: the secrets, config maps, claims and the service account that its kubelet has to read.
enum PodReferences {
    static func has(_ resource: String, _ name: String, _ pod: EncodedObject) -> Bool {
        let spec = pod.value["spec"]
        switch resource {
        case "resourceclaims":
            return pod.value["status"]["resourceClaimStatuses"].array.contains { $0["resourceClaimName"].string == name }
                || spec["resourceClaims"].array.contains { $0["resourceClaimName"].string == name }
                || pod.value["status"]["extendedResourceClaimStatus"]["resourceClaimName"].string == name
        case "serviceaccounts": return spec["serviceAccountName"].string == name
        case "persistentvolumeclaims":
            return spec["volumes"].array.contains { volume in
                volume["persistentVolumeClaim"]["claimName"].string == name
                    || volume["ephemeral"].isObject && "\(pod.name)-\(volume["name"].string ?? "")" == name
            }
        case "secrets": return inContainers(spec, "secret", name) || secretInVolumes(spec, name)
        case "configmaps": return inContainers(spec, "configMap", name) || configMapInVolumes(spec, name)
        default: return false
        }
    }

    private static func inContainers(_ spec: Value, _ kind: String, _ name: String) -> Bool {
        for key in ["containers", "initContainers", "ephemeralContainers"] {
            for container in spec[key].array {
                if container["env"].array.contains(where: { $0["valueFrom"]["\(kind)KeyRef"]["name"].string == name }) { return true }
                if container["envFrom"].array.contains(where: { $0["\(kind)Ref"]["name"].string == name }) { return true }
            }
        }
        return false
    }

    private static func secretInVolumes(_ spec: Value, _ name: String) -> Bool {
        if spec["imagePullSecrets"].array.contains(where: { $0["name"].string == name }) { return true }
        return spec["volumes"].array.contains { volume in
            if volume["secret"]["secretName"].string == name { return true }
            if volume["projected"]["sources"].array.contains(where: { $0["secret"]["name"].string == name }) { return true }
            // Drivers name theirs in a reference of some name.
            return volume.members.contains { source in
                ["secretRef", "nodePublishSecretRef"].contains { source.value[$0]["name"].string == name }
            }
        }
    }

    private static func configMapInVolumes(_ spec: Value, _ name: String) -> Bool {
        spec["volumes"].array.contains { volume in
            volume["configMap"]["name"].string == name
                || volume["projected"]["sources"].array.contains { $0["configMap"]["name"].string == name }
        }
    }

    /// The resources of which a pod names some: secrets, configmaps, clustertrustbundles, persistentvolumeclaims.
    static func kinds(in spec: Value) -> Set<String> {
        var kinds: Set<String> = []
        let containers = ["containers", "initContainers", "ephemeralContainers"].flatMap { spec[$0].array }
        for container in containers {
            let sources = container["env"].array.map { $0["valueFrom"] } + container["envFrom"].array
            for source in sources {
                if source["secretKeyRef"].isObject || source["secretRef"].isObject { kinds.insert("secrets") }
                if source["configMapKeyRef"].isObject || source["configMapRef"].isObject { kinds.insert("configmaps") }
            }
        }
        if !spec["imagePullSecrets"].array.isEmpty { kinds.insert("secrets") }
        for volume in spec["volumes"].array {
            if volume["secret"].isObject || volume.members.contains(where: { $0.value["secretRef"].isObject || $0.value["nodePublishSecretRef"].isObject }) {
                kinds.insert("secrets")
            }
            if volume["configMap"].isObject { kinds.insert("configmaps") }
            if volume["persistentVolumeClaim"].isObject { kinds.insert("persistentvolumeclaims") }
            for source in volume["projected"]["sources"].array {
                if source["secret"].isObject { kinds.insert("secrets") }
                if source["configMap"].isObject { kinds.insert("configmaps") }
                if source["clusterTrustBundle"].isObject { kinds.insert("clustertrustbundles") }
            }
        }
        return kinds
    }
}
