import KubernetesTypes
import Objects

/// A volume that is a folder of one node, as `LocalPathProvisioner` makes it.
struct LocalPathVolume: Equatable, Sendable {
    static let provisionedBy = "pv.kubernetes.io/provisioned-by"
    static let hostname = "kubernetes.io/hostname"
    private static let namePrefix = "pvc-"

    let name: String
    let node: String
    /// The folder of the node in which that of the volume lies.
    let root: String
    /// Whether its claim is gone and its folder is to go too.
    let isReleased: Bool

    /// nil when somebody else made the volume, or changed it so that it lies elsewhere: whoever edits a volume must not
    /// have other folders made or removed.
    init?(_ volume: PersistentVolume) {
        let spec = volume.value["spec"]
        name = volume.name
        guard volume.annotations[Self.provisionedBy] == LocalPathProvisioner.name, name.hasPrefix(Self.namePrefix), !name.contains("/"),
            let path = spec["local"]["path"].string, path.hasSuffix("/" + name), let root = LocalPathNode.clean(String(path.dropLast(name.count + 1)))
        else { return nil }
        self.root = root
        let terms = spec["nodeAffinity"]["required"]["nodeSelectorTerms"].array
        let expressions = terms.first?["matchExpressions"].array ?? []
        guard terms.count == 1, expressions.count == 1, let expression = expressions.first, expression["key"].string == Self.hostname,
            expression["operator"].string == "In", expression["values"].strings.count == 1, let node = expression["values"].strings.first
        else { return nil }
        self.node = node
        isReleased = spec["persistentVolumeReclaimPolicy"].string == "Delete" && volume.value["status"]["phase"].string == "Released"
    }

    /// What the volume of a claim is called.
    static func name(for claim: PersistentVolumeClaim) -> String { namePrefix + claim.uid }
}

/// What a node says about folders as volumes, in its annotations.
enum LocalPathNode {
    /// The folder in which the node makes those of volumes; none where the node offers none.
    static let rootAnnotation = "martlet.dev/local-path-root"
    /// The volumes whose folders are gone and which are still in the API.
    static let removedAnnotation = "martlet.dev/removed-volumes"
    private static let longestRoot = 3072

    /// An absolute path without steps that lead nowhere; nil when it is none or leads upwards.
    static func clean(_ path: String) -> String? {
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard path.hasPrefix("/"), path.utf8.count <= longestRoot, !parts.isEmpty, !parts.contains("..") else { return nil }
        return "/" + parts.joined(separator: "/")
    }

    static func root(of node: Node) -> String? { node.annotations[rootAnnotation].flatMap(clean) }

    static func removed(by node: Node) -> [String] {
        (node.annotations[removedAnnotation] ?? "").split(separator: ",").map(String.init)
    }
}
