import APIClient
import KubernetesTypes
import Objects

/// What a pod's claims mean for its placement.
enum ClaimVerdict: Sendable {
    /// Nothing stands in the way; the node has to meet each of these lists of terms.
    case ready(nodeTerms: [[NodeTerm]])
    /// No node will do as long as this holds.
    case blocked(String)
    /// Claims that are bound once a node is chosen; it is written into them.
    case waitsForNode(claims: [PersistentVolumeClaim], nodeTerms: [[NodeTerm]])
}

/// Looks at claims, volumes and classes.
struct ClaimCheck: Sendable {
    static let selectedNode = "volume.kubernetes.io/selected-node"

    let claims: Informer<PersistentVolumeClaim>
    let volumes: Informer<PersistentVolume>
    let classes: Informer<StorageClass>
    let nodes: Informer<CSINode>

    /// What the pod's volumes have against nodes; nil when they have nothing. `terms` are those of `verdict`.
    func filter(_ pod: PodInfo, _ terms: [[NodeTerm]], _ state: SchedulerState) -> SchedulerState.OwnFilter? {
        var filter = VolumeFilter()
        filter.nodeTerms = terms
        filter.disks = pod.disks
        if !pod.disks.isEmpty { filter.disksOn = state.disksOn }
        for key in pod.claims {
            guard let claim = claims.get(key) else { continue }
            if claim.value["spec"]["accessModes"].strings.contains("ReadWriteOncePod"), state.claimsOn.values.contains(where: { $0[key] != nil }) {
                filter.isExclusiveInUse = true
            }
            if let volume = claim.value["spec"]["volumeName"].string.flatMap({ volumes.get($0) }) { filter.zones += VolumeFilter.zones(of: volume) }
            if let attachment = attachment(key) { filter.attachments.insert(attachment) }
        }
        if !filter.attachments.isEmpty {
            for node in nodes.list() {
                for driver in node.value["spec"]["drivers"].array {
                    guard let name = driver["name"].string, let count = driver["allocatable"]["count"].int else { continue }
                    filter.limits[node.name, default: [:]][name] = Int(count)
                }
            }
            if !filter.limits.isEmpty {
                for (position, used) in state.claimsOn { filter.attached[position] = Set(used.keys.compactMap { attachment($0) }) }
            }
        }
        filter.filters = state.profiles[state.profile(of: pod.podClass) ?? 0].filters
        if filter.isEmpty { return nil }
        let made = filter
        return { made.refusal($0, $1) }
    }

    /// What a node has to attach for a claim.
    private func attachment(_ key: String) -> VolumeFilter.Attachment? {
        guard let claim = claims.get(key) else { return nil }
        if let volume = claim.value["spec"]["volumeName"].string.flatMap({ volumes.get($0) }) {
            guard let driver = volume.value["spec"]["csi"]["driver"].string else { return nil }
            return .init(driver: driver, handle: volume.value["spec"]["csi"]["volumeHandle"].string ?? volume.name)
        }
        // One that is still to be made counts for the driver of its class.
        guard let provisioner = claim.value["spec"]["storageClassName"].string.flatMap({ classes.get($0) })?.value["provisioner"].string else { return nil }
        return .init(driver: provisioner, handle: "claim/" + key)
    }

    /// The claims that a pod names, and whether each is made for it (an ephemeral volume's).
    static func names(_ pod: Pod) -> [(name: String, isEphemeral: Bool)] {
        pod.value["spec"]["volumes"].array.compactMap { volume in
            if let name = volume["persistentVolumeClaim"]["claimName"].string { return (name, false) }
            return volume["ephemeral"].isObject ? (pod.name + "-" + (volume["name"].string ?? ""), true) : nil
        }
    }

    func verdict(_ pod: Pod) -> ClaimVerdict {
        var terms: [[NodeTerm]] = []
        var waiting: [PersistentVolumeClaim] = []
        for (name, isEphemeral) in Self.names(pod) {
            guard let claim = claims.get(pod.namespace, name) else {
                return .blocked(
                    isEphemeral ? "waiting for ephemeral volume controller to create the persistentvolumeclaim \"\(name)\"" : "persistentvolumeclaim \"\(name)\" not found")
            }
            if claim.value["status"]["phase"].string == "Lost" {
                return .blocked("persistentvolumeclaim \"\(name)\" bound to non-existent persistentvolume \"\(claim.value["spec"]["volumeName"].string ?? "")\"")
            }
            if claim.isBeingDeleted { return .blocked("persistentvolumeclaim \"\(name)\" is being deleted") }
            if let volumeName = claim.value["spec"]["volumeName"].string, !volumeName.isEmpty, claim.value["status"]["phase"].string == "Bound" {
                if let required = volumes.get(volumeName).map({ $0.value["spec"]["nodeAffinity"]["required"] }), required.isObject {
                    terms.append(required["nodeSelectorTerms"].array.map(NodeTerm.init))
                }
                continue
            }
            let className = claim.value["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].string ?? claim.value["spec"]["storageClassName"].string ?? ""
            let storageClass = classes.get(className)?.value
            guard storageClass?["volumeBindingMode"].string == "WaitForFirstConsumer" else {
                return .blocked("pod has unbound immediate PersistentVolumeClaims")
            }
            if storageClass?["provisioner"].string == "kubernetes.io/no-provisioner" {
                let free = free(for: claim, className)
                if free.isEmpty { return .blocked("node(s) didn't find available persistent volumes to bind") }
                let required = free.map { $0.value["spec"]["nodeAffinity"]["required"] }
                // A volume that is reachable from everywhere suits every node.
                if required.allSatisfy(\.isObject) { terms.append(required.flatMap { $0["nodeSelectorTerms"].array.map(NodeTerm.init) }) }
            } else if let node = claim.annotations[Self.selectedNode], !node.isEmpty {
                // A volume is being made there, until its provisioner takes that back.
                terms.append([NodeTerm(["matchFields": [["key": "metadata.name", "operator": "In", "values": [.string(node)]]]])])
            }
            waiting.append(claim)
        }
        return waiting.isEmpty ? .ready(nodeTerms: terms) : .waitsForNode(claims: waiting, nodeTerms: terms)
    }

    /// Volumes that could be bound to a claim, wherever they are.
    private func free(for claim: PersistentVolumeClaim, _ className: String) -> [PersistentVolume] {
        let wanted = claim.value["spec"]
        let size = Quantity(wanted["resources"]["requests"]["storage"]) ?? .zero
        return volumes.list().filter { volume in
            let offered = volume.value["spec"]
            let reference = offered["claimRef"]
            let isOpen = !reference.isObject || (reference["name"].string == claim.name && reference["namespace"].string == claim.namespace)
            return isOpen && offered["storageClassName"].string == className && size <= Quantity(offered["capacity"]["storage"]) ?? .zero
                && Set(wanted["accessModes"].strings).isSubset(of: offered["accessModes"].strings)
                && (wanted["volumeMode"].string ?? "Filesystem") == (offered["volumeMode"].string ?? "Filesystem")
                && (!wanted["selector"].isObject || Objects.LabelSelector(wanted["selector"]).matches(volume.labels))
        }
    }
}
