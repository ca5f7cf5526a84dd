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

    convenience init(_ pod: Pod) { self.init(pod, PodClass(pod)) }

    init(_ pod: Pod, _ podClass: PodClass) {
        self.podClass = podClass
        uid = pod.uid
        name = pod.name
        nodeName = pod.value["spec"]["nodeName"].string ?? ""
        let begin = pod.value["status"]["startTime"].string ?? pod.value["metadata"]["creationTimestamp"].string
        started = begin.flatMap { Timestamp($0) }?.seconds ?? 0
        isTerminating = pod.isBeingDeleted
    }

    /// The same pod at another time of its life.
    init(_ other: PodInfo, isTerminating: Bool) {
        podClass = other.podClass
        uid = other.uid
        name = other.name
        nodeName = other.nodeName
        started = other.started
        self.isTerminating = isTerminating
    }

    var namespace: String { podClass.namespace }
    var key: String { podClass.namespace + "/" + name }
    var priority: Int64 { podClass.priority }
}
