import KubernetesTypes
import Objects

/// What controllers count pods by, in few bytes: a controller of ten thousand pods goes through all of them at every change.
final class PodFacts: Sendable {
    /// Smaller is missed less.
    enum Phase: Int8, Sendable { case pending, unknown, running, finished }

    /// A time in seconds since 1970 in four bytes; zero is none.
    private struct Moment: Sendable {
        private let seconds: UInt32

        init(_ value: Value) { seconds = value.string.flatMap { Timestamp($0) }.flatMap { UInt32(exactly: $0.seconds) } ?? 0 }

        var value: Int64? { seconds == 0 ? nil : Int64(seconds) }
    }

    let phase: Phase
    let hasSucceeded: Bool
    let isBeingDeleted: Bool
    let isReady: Bool
    /// Whether a Job still has to count it.
    let isTracked: Bool
    let deletionCost: Int32
    /// The most restarts of a container, and those of all of them.
    let restarts: Int32
    let allRestarts: Int32
    /// The completion index of a Job, or -1, and how often the index had failed before.
    let index: Int32
    let indexFailures: Int32
    private let readyMoment: Moment
    private let createdMoment: Moment
    private let startedMoment: Moment
    private let graceEnd: UInt32
    /// The node that it runs on; for a daemon that waits for its node the one that it names.
    let target: String
    let isBound: Bool
    let address: String
    /// That of the other family.
    let otherAddress: String
    let owner: PodOwner?
    let shape: PodShape
    let uid: String
    let hostname: String
    let subdomain: String

    private static let names = SharedValues<String, String>(limit: 65536)

    init(_ value: Value) {
        let pod = Pod(value)
        let (metadata, spec, status) = (value["metadata"], value["spec"], value["status"])
        phase = switch PodState.phase(pod) {
        case "Succeeded", "Failed": .finished
        case "Running": .running
        case "Unknown": .unknown
        default: .pending
        }
        hasSucceeded = PodState.phase(pod) == "Succeeded"
        isBeingDeleted = pod.isBeingDeleted
        let ready = status["conditions"].array.first { $0["type"].string == "Ready" }
        isReady = ready?["status"].string == "True"
        readyMoment = Moment(ready?["lastTransitionTime"] ?? .null)
        createdMoment = Moment(metadata["creationTimestamp"])
        startedMoment = Moment(status["startTime"])
        let deleted = metadata["deletionTimestamp"].string.flatMap { Timestamp($0) }
        graceEnd = deleted.flatMap { UInt32(exactly: $0.seconds + (metadata["deletionGracePeriodSeconds"].int ?? 0)) } ?? 0
        restarts = Int32(clamping: PodState.restarts(pod))
        let statuses = status["initContainerStatuses"].array + status["containerStatuses"].array
        allRestarts = Int32(clamping: statuses.reduce(0) { $0 + ($1["restartCount"].int ?? 0) })
        let annotations = metadata["annotations"]
        deletionCost = annotations["controller.kubernetes.io/pod-deletion-cost"].string.flatMap { Int32($0) } ?? 0
        isTracked = metadata["finalizers"].strings.contains(JobSpec.finalizer)
        index = (annotations[JobSpec.indexKey].string ?? metadata["labels"][JobSpec.indexKey].string).flatMap { Int32($0) } ?? -1
        indexFailures = annotations["batch.kubernetes.io/job-index-failure-count"].string.flatMap { Int32($0) } ?? 0
        let node = spec["nodeName"].string ?? ""
        isBound = !node.isEmpty
        let name = node.isEmpty ? DaemonPlacement.target(pod) ?? "" : node
        target = Self.names.item(name) { name }
        address = status["podIP"].string ?? ""
        otherAddress = status["podIPs"].array.lazy.compactMap { $0["ip"].string }.first { [address] in $0 != address } ?? ""
        owner = PodOwner.of(pod)
        shape = PodShape.of(spec)
        uid = pod.uid
        hostname = spec["hostname"].string ?? ""
        subdomain = spec["subdomain"].string ?? ""
    }

    var isFinished: Bool { phase == .finished }
    var hasFailed: Bool { isFinished && !hasSucceeded }
    var isActive: Bool { !isFinished && !isBeingDeleted }
    var node: String { isBound ? target : "" }
    var created: Int64? { createdMoment.value }
    var started: Int64? { startedMoment.value }
    /// Since when its readiness is what it is.
    var readyChanged: Int64? { readyMoment.value }
    /// Seconds since 1970; nil when it is not ready or does not say since when.
    var readySince: Int64? { isReady ? readyMoment.value : nil }

    /// Whether its time to stop is over and its kubelet does not say so.
    func isPastGrace(_ now: Timestamp) -> Bool { graceEnd != 0 && now.seconds > Int64(graceEnd) }

    /// Ready for at least `seconds`.
    func isAvailable(_ seconds: Int64, now: Timestamp) -> Bool {
        guard isReady else { return false }
        if seconds == 0 { return true }
        return readySince.map { now.seconds - $0 >= seconds } ?? false
    }
}

/// A pod of an informer with what controllers count it by; the whole pod is looked at only when it has to be.
struct KnownPod: Sendable, Equatable {
    let object: EncodedObject
    let facts: PodFacts

    init(_ object: EncodedObject) {
        self.object = object
        facts = object.derived(PodFacts.init)
    }

    var pod: Pod { Pod(object.value) }
    var name: String { object.name }

    static func == (left: KnownPod, right: KnownPod) -> Bool { left.object === right.object }
}
