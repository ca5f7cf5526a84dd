import Objects
import Schema

/// What kubelets may do: the rules of `system:node`, and of the objects that pods need only those of their own pods.
struct NodeAuthorizer: Authorizer {
    private static let userPrefix = "system:node:"
    private static let group = "system:nodes"

    let roles: RoleAuthorizer
    let pods: ResourceStore
    let claims: ResourceStore
    let volumes: ResourceStore

    func decide(_ request: AccessRequest) -> AccessDecision {
        let user = request.user
        guard user.groups.contains(Self.group), user.name.hasPrefix(Self.userPrefix) else { return .noOpinion() }
        let node = String(user.name.dropFirst(Self.userPrefix.count))
        if node.isEmpty { return .noOpinion() }
        if request.isResourceRequest {
            switch (request.group, request.resource) {
            case ("", "secrets"), ("", "configmaps"): return read(request, node)
            case ("", "persistentvolumeclaims"):
                if request.subresource == "status", request.verb == "update" || request.verb == "patch" { return related(request, node) }
                return get(request, node)
            case ("", "persistentvolumes"): return get(request, node)
            case ("", "serviceaccounts"): return account(request, node)
            case ("", "nodes"): if let decision = ownNode(request, node) { return decision }
            case ("", "pods"): if let decision = ownPods(request, node) { return decision }
            case ("coordination.k8s.io", "leases"): return lease(request, node)
            case ("storage.k8s.io", "csinodes"): return own(request, node, verbs: ["create", "get", "update", "patch", "delete"])
            default: break
            }
        }
        let rules = roles.rules(ofRole: ["kind": "ClusterRole", "name": "system:node"], namespace: "") ?? []
        return rules.contains { $0.allows(request) } ? .allow(reason: "") : .noOpinion()
    }

    private func read(_ request: AccessRequest, _ node: String) -> AccessDecision {
        guard ["get", "list", "watch"].contains(request.verb) else { return .noOpinion(reason: "can only read resources of this type") }
        guard request.subresource.isEmpty else { return .noOpinion(reason: "cannot read subresource") }
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
        if request.resource == "persistentvolumes" {
            let claim = volumes.cache.object(request.name)?.value["spec"]["claimRef"] ?? .null
            isUsed = uses("persistentvolumeclaims", claim["name"].string ?? "", in: claim["namespace"].string ?? "", node)
        } else {
            isUsed = uses(request.resource, request.name, in: request.namespace, node)
        }
        return isUsed
            ? .allow(reason: "") : .noOpinion(reason: "no relationship found between node '\(node)' and this object")
    }

    private func uses(_ resource: String, _ name: String, in namespace: String, _ node: String) -> Bool {
        if namespace.isEmpty || name.isEmpty { return false }
        return pods.all(in: namespace).contains { pod in
            let spec = pod.value["spec"]
            return spec["nodeName"].string == node && PodReferences.has(resource, name, pod)
        }
    }

    private func account(_ request: AccessRequest, _ node: String) -> AccessDecision {
        let isToken = request.subresource == "token" && request.verb == "create"
        guard isToken || request.verb == "get" else { return .noOpinion(reason: "can only create tokens for individual service accounts") }
        return related(request, node)
    }

    private func own(_ request: AccessRequest, _ node: String, verbs: [String]) -> AccessDecision {
        guard verbs.contains(request.verb), request.subresource.isEmpty else {
            return .noOpinion(reason: "can only get, create, update, patch, or delete a CSINode")
        }
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

    private func ownNode(_ request: AccessRequest, _ node: String) -> AccessDecision? {
        guard ["get", "list", "watch"].contains(request.verb), request.subresource.isEmpty, request.name != node else { return nil }
        let what = request.name.isEmpty ? "all nodes" : "'\(request.name)'"
        return .noOpinion(reason: "node '\(node)' cannot read \(what), only its own Node object")
    }

    private func ownPods(_ request: AccessRequest, _ node: String) -> AccessDecision? {
        guard request.subresource.isEmpty else { return nil }
        switch request.verb {
        case "get":
            let pod = pods.cache.object(ResourceStore.key(request.namespace, request.name))
            // Of a pod that is not there the answer is that it is not there.
            if pod.map({ $0.value["spec"]["nodeName"].string == node }) ?? true { return nil }
            return .noOpinion(reason: "no relationship found between node '\(node)' and this object")
        case "list", "watch":
            if request.fields.required("spec.nodeName") == node { return nil }
            return .noOpinion(reason: "can only list/watch pods with spec.nodeName field selector")
        default: return nil
        }
    }
}

/// What a pod names: the secrets, config maps, claims and the service account that its kubelet has to read.
enum PodReferences {
    static func has(_ resource: String, _ name: String, _ pod: EncodedObject) -> Bool {
        let spec = pod.value["spec"]
        switch resource {
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
}
