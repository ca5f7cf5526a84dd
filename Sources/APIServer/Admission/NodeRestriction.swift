import Authentication
import Authorization
import Credentials
import KubernetesTypes
import Objects
import Schema

/// What a kubelet writes concerns its own node and the pods on it.
///
/// The authorizer has decided by names; here the objects themselves are looked at.
struct NodeRestriction: MutatingAdmission {
    let name = "NodeRestriction"
    let nodes: ResourceStore
    let pods: ResourceStore
    let audiences: NodeTokenAudiences

    private static let leaseNamespace = "kube-node-lease"

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard let node = NodeIdentity.name(attributes.user) else { return }
        if node.isEmpty { throw forbidden(attributes, "could not determine node from user \"\(attributes.user.name)\"") }
        switch attributes.resource.description {
        case "pods": try pod(attributes, node)
        case "nodes": try self.node(attributes, node)
        case "persistentvolumeclaims": try claim(attributes, node)
        case "serviceaccounts": try token(attributes, node)
        case "leases.coordination.k8s.io":
            guard attributes.namespace == Self.leaseNamespace else {
                throw forbidden(attributes, "can only access leases in the \"\(Self.leaseNamespace)\" system namespace")
            }
            try sameName(attributes, node, "node lease")
        case "csinodes.storage.k8s.io": try sameName(attributes, node, "CSINode")
        case "resourceslices.resource.k8s.io": try slice(attributes, node)
        case "certificatesigningrequests.certificates.k8s.io": try certificate(attributes, node)
        default: return
        }
    }

    private func forbidden(_ attributes: AdmissionAttributes, _ why: String) -> StatusError {
        .forbidden(attributes.resource, attributes.name, why)
    }

    // MARK: pods

    private func pod(_ attributes: AdmissionAttributes, _ node: String) throws(StatusError) {
        switch (attributes.subresource, attributes.operation) {
        case ("", .create): try createPod(attributes, node)
        case ("", .delete):
            guard attributes.oldObject["spec"]["nodeName"].string == node else {
                throw forbidden(attributes, "node \"\(node)\" can only delete pods with spec.nodeName set to itself")
            }
        case ("", let operation):
            throw forbidden(
                attributes, "unexpected operation \"\(operation.rawValue)\", node \"\(node)\" can only create and delete mirror pods")
        case ("status", .update): try podStatus(attributes, node)
        case ("eviction", .create):
            guard try pods.get(attributes.namespace, attributes.name).value["spec"]["nodeName"].string == node else {
                throw forbidden(attributes, "node \(node) can only evict pods with spec.nodeName set to itself")
            }
        case ("status", let operation): throw forbidden(attributes, "unexpected operation \"\(operation.rawValue)\"")
        case ("eviction", let operation): throw forbidden(attributes, "unexpected operation \(operation.rawValue)")
        case (let subresource, _):
            throw forbidden(
                attributes, "unexpected pod subresource \"\(subresource)\", only 'status' and 'eviction' are allowed")
        }
    }

    private func podStatus(_ attributes: AdmissionAttributes, _ node: String) throws(StatusError) {
        let old = attributes.oldObject, new = attributes.object
        guard old["spec"]["nodeName"].string == node else {
            throw forbidden(attributes, "node \"\(node)\" can only update pod status for pods with spec.nodeName set to itself")
        }
        if old["metadata"]["labels"].stringMap != new["metadata"]["labels"].stringMap {
            throw forbidden(attributes, "node \"\(node)\" cannot update labels through pod status")
        }
        if old["status"]["resourceClaimStatuses"].array != new["status"]["resourceClaimStatuses"].array {
            throw forbidden(attributes, "node \"\(node)\" cannot update resource claim statues")
        }
    }

    /// A kubelet creates mirrors of its static pods, which lean on nothing else.
    private func createPod(_ attributes: AdmissionAttributes, _ node: String) throws(StatusError) {
        let pod = attributes.object
        let annotation = "kubernetes.io/config.mirror"
        guard !pod["metadata"]["annotations"][annotation].isNull else {
            throw forbidden(attributes, "pod does not have \"\(annotation)\" annotation, node \"\(node)\" can only create mirror pods")
        }
        guard pod["spec"]["nodeName"].string == node else {
            throw forbidden(attributes, "node \"\(node)\" can only create pods with spec.nodeName set to itself")
        }
        try checkOwner(pod["metadata"]["ownerReferences"].array, attributes, node)
        if !(pod["spec"]["serviceAccountName"].string ?? "").isEmpty {
            throw forbidden(attributes, "node \"\(node)\" can not create pods that reference a service account")
        }
        let references = PodReferences.kinds(in: pod["spec"])
        for kind in ["secrets", "configmaps", "clustertrustbundles", "persistentvolumeclaims"] where references.contains(kind) {
            throw forbidden(attributes, "node \"\(node)\" can not create pods that reference \(kind)")
        }
    }

    private func checkOwner(_ owners: [Value], _ attributes: AdmissionAttributes, _ node: String) throws(StatusError) {
        if owners.count > 1 {
            throw forbidden(attributes, "node \"\(node)\" can only create pods with a single owner reference set to itself")
        }
        guard let owner = owners.first, owner["apiVersion"].string == "v1", owner["kind"].string == "Node",
            owner["name"].string == node
        else { throw forbidden(attributes, "node \"\(node)\" can only create pods with an owner reference set to itself") }
        guard owner["controller"].bool == true else {
            throw forbidden(attributes, "node \"\(node)\" can only create pods with a controller owner reference set to itself")
        }
        if owner["blockOwnerDeletion"].bool == true {
            throw forbidden(attributes, "node \"\(node)\" must not set blockOwnerDeletion on an owner reference")
        }
        let stated = owner["uid"].string ?? ""
        let actual = try nodes.get("", node).value["metadata"]["uid"].string ?? ""
        if stated != actual { throw forbidden(attributes, "node \(node) UID mismatch: expected \(stated) got \(actual)") }
    }

    // MARK: nodes

    private func node(_ attributes: AdmissionAttributes, _ node: String) throws(StatusError) {
        if attributes.name != node {
            throw forbidden(attributes, "node \"\(node)\" is not allowed to modify node \"\(attributes.name)\"")
        }
        let new = attributes.object, old = attributes.oldObject
        let source = new["spec"]["configSource"]
        switch attributes.operation {
        case .create:
            if !source.isNull {
                throw forbidden(attributes, "node \"\(node)\" is not allowed to create pods with a non-nil configSource")
            }
            let refused = NodeLabels.forbidden(new, [:])
            if !refused.isEmpty {
                throw forbidden(
                    attributes, "node \"\(node)\" is not allowed to set the following labels: \(refused.joined(separator: ", "))")
            }
        case .update:
            if !source.isNull, source != old["spec"]["configSource"] {
                throw forbidden(attributes, "node \"\(node)\" is not allowed to update configSource to a new non-nil configSource")
            }
            if new["spec"]["taints"].array != old["spec"]["taints"].array {
                throw forbidden(attributes, "node \"\(node)\" is not allowed to modify taints")
            }
            let refused = NodeLabels.forbidden(new, old["metadata"]["labels"].stringMap)
            if !refused.isEmpty {
                throw forbidden(attributes, "is not allowed to modify labels: \(refused.joined(separator: ", "))")
            }
        default: return
        }
    }

    // MARK: other kinds

    private func claim(_ attributes: AdmissionAttributes, _ node: String) throws(StatusError) {
        guard attributes.subresource == "status" else { throw forbidden(attributes, "may only update PVC status") }
        guard attributes.operation == .update else {
            throw forbidden(attributes, "unexpected operation \"\(attributes.operation.rawValue)\"")
        }
        func rest(_ claim: Value) -> Value {
            var claim = claim
            claim["metadata"].remove("resourceVersion")
            claim["metadata"].remove("managedFields")
            for field in ["capacity", "conditions", "allocatedResourceStatuses", "allocatedResources"] { claim["status"].remove(field) }
            return claim
        }
        if rest(attributes.object) != rest(attributes.oldObject) {
            throw forbidden(attributes, "node \"\(node)\" is not allowed to update fields other than status.quantity and status.conditions")
        }
    }

    private func token(_ attributes: AdmissionAttributes, _ node: String) throws(StatusError) {
        guard attributes.operation == .create, attributes.subresource == "token" else { return }
        let reference = attributes.object["spec"]["boundObjectRef"]
        let podName = reference["name"].string ?? ""
        guard reference["apiVersion"].string == "v1", reference["kind"].string == "Pod", !podName.isEmpty else {
            throw forbidden(attributes, "node requested token not bound to a pod")
        }
        guard let uid = reference["uid"].string, !uid.isEmpty else {
            throw forbidden(attributes, "node requested token with a pod binding without a uid")
        }
        let pod = try pods.get(attributes.namespace, podName)
        if pod.value["metadata"]["uid"].string != uid {
            throw forbidden(
                attributes,
                "the UID in the bound object reference (\(uid)) does not match the UID in record. The object might have been deleted and then recreated")
        }
        if pod.value["spec"]["nodeName"].string != node {
            throw forbidden(attributes, "node requested token bound to a pod scheduled on a different node")
        }
        if let refusal = audiences.refusal(attributes, pod) { throw forbidden(attributes, refusal) }
    }

    private func sameName(_ attributes: AdmissionAttributes, _ node: String, _ what: String) throws(StatusError) {
        let name = attributes.operation == .create ? attributes.object["metadata"]["name"].string : attributes.name
        if name != node { throw forbidden(attributes, "can only access \(what) with the same name as the requesting node") }
    }

    private func slice(_ attributes: AdmissionAttributes, _ node: String) throws(StatusError) {
        switch attributes.operation {
        case .create where attributes.object["spec"]["nodeName"].string != node:
            throw forbidden(attributes, "can only create ResourceSlice with the same NodeName as the requesting node")
        case .delete where attributes.oldObject["spec"]["nodeName"].string != node:
            throw forbidden(attributes, "can only delete ResourceSlice with the same NodeName as the requesting node")
        default: return
        }
    }

    private func certificate(_ attributes: AdmissionAttributes, _ node: String) throws(StatusError) {
        guard attributes.operation == .create,
            ["kubernetes.io/kubelet-serving", "kubernetes.io/kube-apiserver-client-kubelet"].contains(
                attributes.object["spec"]["signerName"].string ?? "")
        else { return }
        let text = attributes.object["spec"]["request"].string.flatMap(Base64.decode).map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard text.contains("-----BEGIN CERTIFICATE REQUEST-----") else {
            throw forbidden(attributes, "unable to parse csr: PEM block type must be CERTIFICATE REQUEST")
        }
        guard let request = try? SigningRequest(pem: text) else {
            throw forbidden(attributes, "unable to parse csr: asn1: structure error")
        }
        if request.commonName != "system:node:\(node)" {
            throw forbidden(attributes, "can only create a node CSR with CN=system:node:\(node)")
        }
    }
}

/// The labels that a kubelet may give its node.
enum NodeLabels {
    private static let known: Set<String> = [
        "kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch", "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region", "node.kubernetes.io/instance-type", "beta.kubernetes.io/os", "beta.kubernetes.io/arch",
        "beta.kubernetes.io/instance-type", "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
    ]

    /// The labels that differ and are not the kubelet's to change, sorted.
    static func forbidden(_ node: Value, _ old: [String: String]) -> [String] {
        let new = node["metadata"]["labels"].stringMap
        let changed = Set(new.keys).union(old.keys).filter { new[$0] != old[$0] }
        return changed.filter(isForbidden).sorted()
    }

    private static func isForbidden(_ label: String) -> Bool {
        guard let slash = label.firstIndex(of: "/") else { return false }
        let prefix = String(label[..<slash])
        if isWithin(prefix, "node-restriction.kubernetes.io") { return true }
        guard isWithin(prefix, "kubernetes.io") || isWithin(prefix, "k8s.io") else { return false }
        return !known.contains(label) && !isWithin(prefix, "kubelet.kubernetes.io") && !isWithin(prefix, "node.kubernetes.io")
    }

    private static func isWithin(_ prefix: String, _ domain: String) -> Bool { prefix == domain || prefix.hasSuffix("." + domain) }
}

/// For whom a kubelet may ask for tokens: the audiences that the pod's volumes name, or that a role grants it.
struct NodeTokenAudiences: Sendable {
    let authorizer: any Authorizer
    let claims: ResourceStore
    let volumes: ResourceStore
    let drivers: ResourceStore

    func refusal(_ attributes: AdmissionAttributes, _ pod: EncodedObject) -> String? {
        let wanted = attributes.object["spec"]["audiences"].strings
        if wanted.count > 1 { return "node may only request 0 or 1 audiences" }
        let audience = wanted.first ?? ""
        var missing: String?
        for volume in pod.value["spec"]["volumes"].array {
            let sources = volume["projected"]["sources"].array.map { $0["serviceAccountToken"] }
            if sources.contains(where: { $0.isObject && ($0["audience"].string ?? "") == audience }) { return nil }
            do throws(WordedFailure) {
                guard let driver = try driver(volume, pod) else { continue }
                if driver["spec"]["tokenRequests"].array.contains(where: { ($0["audience"].string ?? "") == audience }) { return nil }
            } catch {
                missing = missing ?? error.text
            }
        }
        if let missing { return "error validating audience \"\(audience)\": \(missing)" }
        var access = AccessRequest(user: attributes.user, verb: "request-serviceaccounts-token-audience", isResourceRequest: true)
        access.resource = audience
        access.name = attributes.name
        access.namespace = attributes.namespace
        if case .allow = authorizer.decide(access) { return nil }
        return "audience \"\(audience)\" not found in pod spec volume, \(attributes.user.name) is not authorized to request tokens for this audience"
    }

    private struct WordedFailure: Error {
        let text: String
    }

    /// The CSI driver behind a volume of a pod; nil when there is none.
    private func driver(_ volume: Value, _ pod: EncodedObject) throws(WordedFailure) -> Value? {
        var name = volume["csi"]["driver"].string
        var claimName = volume["persistentVolumeClaim"]["claimName"].string
        if volume["ephemeral"].isObject { claimName = "\(pod.name)-\(volume["name"].string ?? "")" }
        if let claimName {
            guard let claim = claims.cache.object(ResourceStore.key(pod.namespace, claimName)) else {
                throw WordedFailure(text: "persistentvolumeclaim \"\(claimName)\" not found")
            }
            guard let volumeName = claim.value["spec"]["volumeName"].string, !volumeName.isEmpty else { return nil }
            guard let volume = volumes.cache.object(volumeName) else {
                throw WordedFailure(text: "persistentvolume \"\(volumeName)\" not found")
            }
            name = volume.value["spec"]["csi"]["driver"].string
        }
        guard let name else { return nil }
        guard let driver = drivers.cache.object(name) else {
            throw WordedFailure(text: "csidriver.storage.k8s.io \"\(name)\" not found")
        }
        return driver.value
    }
}
