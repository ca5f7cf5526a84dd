package import APIClient
import KubernetesTypes
package import Logging
import Objects
import Synchronization

/// Finds a node for each pod that has none, and binds it there.
package struct PodScheduler: Sendable {
    private let client: APIClient
    private let pods: Informer<Pod>
    private let nodes: Informer<Node>
    private let recorder: EventRecorder
    private let queue = WorkQueue(baseDelay: .seconds(1), longestDelay: .seconds(10))
    private let state = Box(SchedulerState())
    private let waiting = Box<Set<String>>([])
    private let logger: Logger
    private let name = "default-scheduler"

    package init(transport: any APITransport, logger: Logger) {
        client = APIClient(transport: transport, fieldManager: "kube-scheduler")
        self.logger = logger
        pods = Informer(Pod.self, client: client, logger: logger)
        nodes = Informer(Node.self, client: client, logger: logger)
        recorder = EventRecorder(client: client, component: "default-scheduler")
    }

    /// Schedules until cancelled.
    package func run() async {
        nodes.onChange { change in
            switch change {
            case .deleted(let node): state.change { $0.removeNode(node.name) }
            case .added(let node), .updated(_, let node): state.change { $0.upsert(NodeInfo(node)) }
            }
            wakeWaiting()
        }
        pods.onChange { change in take(change) }
        // One worker decides; binding goes on beside it.
        let loop = ReconcileLoop("scheduler", queue: queue, workers: 1, logger: logger) { key throws(StatusError) in
            try await schedule(key)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await nodes.run() }
            await nodes.waitUntilSynced()
            group.addTask { await pods.run() }
            await pods.waitUntilSynced()
            group.addTask { await loop.run() }
        }
    }

    private func take(_ change: InformerChange<Pod>) {
        let pod = change.object
        let phase = pod.value["status"]["phase"].string
        let node = pod.spec.nodeName ?? ""
        if case .deleted = change {
            state.change { $0.remove(pod.uid) }
            _ = waiting.change { $0.remove(pod.namespace + "/" + pod.name) }
            wakeWaiting()
        } else if phase == "Succeeded" || phase == "Failed" {
            state.change { $0.remove(pod.uid) }
            wakeWaiting()
        } else if !node.isEmpty {
            let info = PodInfo(pod)
            state.change { $0.place(info, on: node) }
        } else if isMine(pod) {
            // A pod that waits is looked at again when something changed that may help, or when it changed itself.
            if case .updated(let old, let new) = change, old.value["spec"] == new.value["spec"], old.labels == new.labels { return }
            queue.add(pod.namespace + "/" + pod.name)
        }
    }

    private func isMine(_ pod: Pod) -> Bool {
        (pod.value["spec"]["schedulerName"].string ?? name) == name && !pod.isBeingDeleted
    }

    private func wakeWaiting() {
        let keys = waiting.change { waiting in
            defer { waiting = [] }
            return waiting
        }
        for key in keys { queue.add(key) }
    }

    private func schedule(_ key: String) async throws(StatusError) {
        guard let pod = pods.get(key), (pod.spec.nodeName ?? "").isEmpty, isMine(pod), !["Succeeded", "Failed"].contains(pod.value["status"]["phase"].string) else { return }
        let gates = pod.value["spec"]["schedulingGates"].array.compactMap { $0["name"].string }
        if !gates.isEmpty {
            try await setWaiting(pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates")
            return
        }
        let info = PodInfo(pod)
        let decision = state.change { state in
            let decision = state.decide(info)
            if case .bind(let node) = decision { state.place(info, on: node) }
            return decision
        }
        switch decision {
        case .bind(let node):
            Task { await bind(pod, info, node) }
        case .unschedulable(let message):
            _ = waiting.change { $0.insert(key) }
            recorder.record(pod, type: "Warning", reason: "FailedScheduling", message: message)
            try await setWaiting(pod, "Unschedulable", message)
        }
    }

    private func bind(_ pod: Pod, _ info: PodInfo, _ node: String) async {
        let binding: Value = [
            "kind": "Binding", "apiVersion": "v1",
            "metadata": ["name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(pod.uid)],
            "target": ["kind": "Node", "apiVersion": "v1", "name": .string(node)],
        ]
        do throws(StatusError) {
            _ = try await client.post(binding, to: "/api/v1/namespaces/\(pod.namespace)/pods/\(pod.name)/binding")
            recorder.record(
                pod, reason: "Scheduled", message: "Successfully assigned \(pod.namespace)/\(pod.name) to \(node)")
        } catch {
            state.change { $0.remove(info.uid) }
            if !error.isNotFound { queue.retry(info.key) }
        }
    }

    private func setWaiting(_ pod: Pod, _ reason: String, _ message: String) async throws(StatusError) {
        let known = pod.value["status"]["conditions"].array.first { $0["type"].string == "PodScheduled" }
        if known?["reason"].string == reason, known?["message"].string == message { return }
        let condition: Value = [
            "type": "PodScheduled", "status": "False", "reason": .string(reason), "message": .string(message), "lastProbeTime": .null,
            "lastTransitionTime": known?["status"].string == "False" ? known?["lastTransitionTime"] ?? .null : .string(Timestamp.now().text),
        ]
        do throws(StatusError) {
            try await client.patch(Pod.self, pod.namespace, pod.name, ["status": ["conditions": [condition]]], as: .strategic, "status")
        } catch where error.isNotFound {
            return
        }
    }
}

/// A value behind a mutex that closures can share.
final class Box<Content: Sendable>: Sendable {
    private let mutex: Mutex<Content>

    init(_ content: Content) { mutex = Mutex(content) }

    @discardableResult
    func change<Result: Sendable>(_ body: (inout Content) -> Result) -> Result { mutex.withLock { body(&$0) } }
}
