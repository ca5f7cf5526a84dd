import APIClient
import ContainerRuntime
import KubernetesTypes
import Objects
import Synchronization

/// What the kubelet's server asks of the kubelet.
extension Kubelet {
    private func state(_ namespace: String, _ pod: String) -> PodRuntimeState? {
        guard let uid = find(namespace, pod)?.uid else { return nil }
        return record(uid)?.state
    }

    /// The pod's newest container of a name, or the one before it.
    func container(_ namespace: String, _ pod: String, _ name: String, previous: Bool = false) -> ContainerDetails? {
        guard let state = state(namespace, pod) else { return nil }
        return previous ? state.previous(name) : state.latest(name)
    }

    func sandbox(_ namespace: String, _ pod: String) -> String? { state(namespace, pod)?.sandbox?.id }

    /// Where the log of a container is, and which container that is.
    func log(_ namespace: String, _ pod: String, _ name: String, previous: Bool) -> (id: String, path: String)? {
        guard let uid = find(namespace, pod)?.uid, let details = container(namespace, pod, name, previous: previous) else { return nil }
        return (details.id, "\(settings.logFolder(namespace, pod, uid))/\(details.name)/\(details.attempt).log")
    }

    /// Why the container does not run yet; nil when nobody knows it.
    func waitingReason(_ namespace: String, _ pod: String, _ name: String) -> String? {
        guard let pod = pods.get(namespace, pod) else { return nil }
        let statuses = pod.value["status"]["containerStatuses"].array + pod.value["status"]["initContainerStatuses"].array
        return statuses.first { $0["name"].string == name }?["state"]["waiting"]["reason"].string
    }

    func isRunning(_ namespace: String, _ pod: String, _ name: String, _ id: String) -> Bool {
        guard let details = container(namespace, pod, name), details.id == id else { return false }
        return details.state == .running || details.state == .created
    }

    /// The pods of this node as a `PodList`.
    var podList: String {
        let list: Value = [
            "kind": "PodList", "apiVersion": "v1", "metadata": [:], "items": .array(pods.list().map(\.value)),
        ]
        return String(decoding: list.json, as: UTF8.self)
    }

    /// Pods that have containers here, as the runtime names them.
    var runningPodList: String {
        let running: [Value] = allRecords.filter { !$0.state.running.isEmpty }.map { record in
            let pod = record.pod
            return [
                "metadata": ["name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(pod.uid)],
                "spec": ["containers": .array(record.state.running.map { ["name": .string($0.name), "image": .string($0.image), "resources": [:]] })],
                "status": [:],
            ]
        }
        let list: Value = ["kind": "PodList", "apiVersion": "v1", "metadata": [:], "items": .array(running)]
        return String(decoding: list.json, as: UTF8.self)
    }
}
