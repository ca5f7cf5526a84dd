import KubernetesTypes
import Objects

/// A pod as the scheduler keeps it: what is its own, beside what it shares with its like.
final class PodInfo: Sendable {
    let podClass: PodClass
    let uid: String
    let name: String
    let nodeName: String
    /// Seconds since the epoch, when it started or was created.
    let started: Int64
    let isTerminating: Bool
    /// The claims of its volumes, by `namespace/name`.
    let claims: [String]
    /// Disks that it names itself, of the kinds that only one pod, or only readers, may have on a node.
    let disks: [Disk]

    convenience init(_ pod: Pod) { self.init(pod, PodClass(pod)) }

    init(_ pod: Pod, _ podClass: PodClass) {
        self.podClass = podClass
        uid = pod.uid
        name = pod.name
        nodeName = pod.value["spec"]["nodeName"].string ?? ""
        let begin = pod.value["status"]["startTime"].string ?? pod.value["metadata"]["creationTimestamp"].string
        started = begin.flatMap { Timestamp($0) }?.seconds ?? 0
        isTerminating = pod.isBeingDeleted
        let namespace = pod.namespace
        var (claims, disks): ([String], [Disk]) = ([], [])
        for volume in pod.value["spec"]["volumes"].array {
            if let name = volume["persistentVolumeClaim"]["claimName"].string {
                claims.append(namespace + "/" + name)
            } else if volume["ephemeral"].isObject {
                claims.append(namespace + "/" + pod.name + "-" + (volume["name"].string ?? ""))
            } else if let disk = Disk(volume) {
                disks.append(disk)
            }
        }
        self.claims = claims
        self.disks = disks
    }

    /// The same pod at another time of its life.
    init(_ other: PodInfo, isTerminating: Bool) {
        podClass = other.podClass
        uid = other.uid
        name = other.name
        nodeName = other.nodeName
        started = other.started
        self.isTerminating = isTerminating
        claims = other.claims
        disks = other.disks
    }

    var namespace: String { podClass.namespace }
    var key: String { podClass.namespace + "/" + name }
    var priority: Int64 { podClass.priority }
}

/// A disk that a pod names itself, not by a claim.
struct Disk: Sendable, Hashable {
    let identity: String
    let isReadOnly: Bool
    /// Whether several readers may have it on one node.
    let allowsReaders: Bool

    init?(_ volume: Value) {
        if let name = volume["gcePersistentDisk"]["pdName"].string {
            self.init("gce/" + name, volume["gcePersistentDisk"]["readOnly"].bool == true, true)
        } else if let name = volume["awsElasticBlockStore"]["volumeID"].string {
            self.init("aws/" + name, false, false)
        } else if let name = volume["iscsi"]["iqn"].string {
            self.init("iscsi/" + name, volume["iscsi"]["readOnly"].bool == true, true)
        } else if volume["rbd"].isObject {
            let rbd = volume["rbd"]
            let monitors = rbd["monitors"].strings.sorted().joined(separator: ",")
            self.init("rbd/\(monitors)/\(rbd["pool"].string ?? "rbd")/\(rbd["image"].string ?? "")", rbd["readOnly"].bool == true, true)
        } else {
            return nil
        }
    }

    private init(_ identity: String, _ isReadOnly: Bool, _ allowsReaders: Bool) {
        self.identity = identity
        self.isReadOnly = isReadOnly
        self.allowsReaders = allowsReaders
    }

    func conflicts(with other: Disk) -> Bool { identity == other.identity && !(allowsReaders && isReadOnly && other.isReadOnly) }
}
