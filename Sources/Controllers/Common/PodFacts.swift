import KubernetesTypes
import Objects

/// What controllers count pods by, in few bytes: a controller of ten thousand pods goes through all of them at every change.
final class PodFacts: Sendable {
    /// Smaller is missed less.
    enum Phase: Int8, Sendable { case pending, unknown, running, finished }

    let phase: Phase
    let isBeingDeleted: Bool
    let isReady: Bool
    /// Seconds since 1970; nil when it is not ready or does not say since when.
    let readySince: Int64?
    let created: Int64?
    let restarts: Int64
    let deletionCost: Int64
    let node: String

    init(_ value: Value) {
        let pod = Pod(value)
        phase = switch PodState.phase(pod) {
        case "Succeeded", "Failed": .finished
        case "Running": .running
        case "Unknown": .unknown
        default: .pending
        }
        isBeingDeleted = pod.isBeingDeleted
        isReady = PodState.isReady(pod)
        readySince = isReady ? PodState.readySince(pod).flatMap { Timestamp($0)?.seconds } : nil
        created = value["metadata"]["creationTimestamp"].string.flatMap { Timestamp($0)?.seconds }
        restarts = PodState.restarts(pod)
        deletionCost = pod.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap { Int64($0) } ?? 0
        node = pod.spec.nodeName ?? ""
    }

    var isFinished: Bool { phase == .finished }
    var isActive: Bool { !isFinished && !isBeingDeleted }

    /// Ready for at least `seconds`.
    func isAvailable(_ seconds: Int64, now: Timestamp) -> Bool {
        guard isReady else { return false }
        if seconds == 0 { return true }
        return readySince.map { now.seconds - $0 >= seconds } ?? false
    }
}

/// A pod of an informer with what controllers count it by; the whole pod is looked at only when it has to be.
struct KnownPod: Sendable {
    let object: EncodedObject
    let facts: PodFacts

    init(_ object: EncodedObject) {
        self.object = object
        facts = object.derived(PodFacts.init)
    }

    var pod: Pod { Pod(object.value) }
}
