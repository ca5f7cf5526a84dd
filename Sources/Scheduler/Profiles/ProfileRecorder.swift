import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// Writes events about pods under the name of the profile that decides about them.
final class ProfileRecorder: Sendable {
    private let client: APIClient
    private let recorders = Mutex<[String: EventRecorder]>([:])

    init(_ client: APIClient) { self.client = client }

    static func profile(of pod: Pod) -> String { pod.value["spec"]["schedulerName"].string ?? PodClass.defaultScheduler }

    /// `decider` is the pod for whose sake it happens, when that is another one.
    func record(_ pod: Pod, by decider: Pod? = nil, type: String = "Normal", reason: String, message: String) {
        let profile = Self.profile(of: decider ?? pod)
        let recorder = recorders.withLock { recorders in
            if let known = recorders[profile] { return known }
            let made = EventRecorder(client: client, component: profile)
            recorders[profile] = made
            return made
        }
        recorder.record(pod, type: type, reason: reason, message: message)
    }
}
