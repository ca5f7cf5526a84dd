import ContainerRuntime
import KubernetesTypes
import Objects
import Synchronization

/// All that the kubelet knows of one pod. Only the pod's worker changes it; the kubelet's server reads it.
final class PodRecord: Sendable {
    struct Content: Sendable {
        /// As it was last seen; it outlives the pod's entry in the API, so that it can be ended in good order.
        var pod: Pod
        var state = PodRuntimeState()
        var memory = PodMemory()
        /// Details of containers in their present state, by id: what has ended does not change.
        var details: [String: ContainerDetails] = [:]
        /// The pod as the API answered when its status was last written.
        var answer: Pod?
        var isAdmitted = false
        var hasEnded = false
    }

    let content: Mutex<Content>
    let prober: PodProber

    init(_ pod: Pod, prober: PodProber) {
        content = Mutex(Content(pod: pod))
        self.prober = prober
    }

    var pod: Pod { content.withLock { $0.pod } }
    var state: PodRuntimeState { content.withLock { $0.state } }
}
