package import APIClient
import KubernetesTypes
package import Logging
package import Objects
import Synchronization

/// What simulated nodes are like.
package struct SimulatedNodeSettings: Sendable {
    package var count = 1
    package var prefix = "simulated-"
    package var cpu = "32"
    package var memory = "256Gi"
    package var pods = 110
    package var labels: [String: String] = [:]
    /// `key=value:Effect`.
    package var taints: [Value] = []
    /// Seconds for which pods of Jobs run.
    package var jobSeconds: Int64 = 1

    package init() {}

    /// Reads a taint such as `key=value:NoSchedule`. Nil when it is none.
    package static func taint(_ text: String) -> Value? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let effect = String(text[text.index(after: colon)...])
        let pair = text[..<colon].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard ["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(effect), let key = pair.first, !key.isEmpty else { return nil }
        var taint: Value = ["key": .string(key), "effect": .string(effect)]
        if pair.count == 2, !pair[1].isEmpty { taint["value"] = .string(pair[1]) }
        return taint
    }
}

/// Nodes without machines: they report ready, and pods that are bound to them become Running by themselves.
///
/// For trying out controllers and schedulers on a cluster of thousands of nodes. Nothing runs; logs and exec have nothing to show.
package final class SimulatedNodes: Sendable {
    private let settings: SimulatedNodeSettings
    private let client: APIClient
    private let logger: Logger
    private let pods: Informer<Pod>
    private let nodes: Informer<Node>
    private let names: Set<String>
    private let addresses = Mutex<(next: UInt32, ofPods: [String: String])>((1, [:]))

    package init(_ settings: SimulatedNodeSettings, transport: any APITransport, logger: Logger) {
        self.settings = settings
        self.logger = logger
        client = APIClient(transport: transport, fieldManager: "simulated-kubelet")
        pods = Informer(Pod.self, client: client, logger: logger)
        nodes = Informer(Node.self, client: client, selection: .init(labels: "type=simulated"), logger: logger)
        names = Set((0..<settings.count).map { settings.prefix + String($0) })
    }

    /// Registers the nodes and plays their kubelets until cancelled.
    package func run() async {
        let queue = WorkQueue(baseDelay: .milliseconds(20), longestDelay: .seconds(10))
        let loop = ReconcileLoop("simulated-pods", queue: queue, workers: 64, logger: logger) { [self] key throws(StatusError) in
            if let seconds = try await attend(key) { queue.add(key, after: .seconds(seconds)) }
        }
        pods.onChange { [self] change in
            let pod = change.object
            if case .deleted = change {
                addresses.withLock { _ = $0.ofPods.removeValue(forKey: pod.uid) }
                return
            }
            if let node = pod.spec.nodeName, names.contains(node) { queue.add(pod.namespace + "/" + pod.name) }
        }
        let lost = WorkQueue(baseDelay: .milliseconds(100), longestDelay: .seconds(10))
        let reporting = ReconcileLoop("simulated-nodes", queue: lost, workers: 8, logger: logger) { [self] name throws(StatusError) in try await report(name) }
        // A status is written when it is another than it was: when somebody thought that the node was lost.
        nodes.onChange { [self] change in
            if case .updated(_, let node) = change, names.contains(node.name), !node.isReady { lost.add(node.name) }
        }
        await withTaskGroup(of: Void.self) { group in
            await each { [self] index throws(StatusError) in try await register(index) }
            logger.info("registered simulated nodes", metadata: ["count": "\(settings.count)"])
            group.addTask { [pods] in await pods.run() }
            group.addTask { [nodes] in await nodes.run() }
            group.addTask { await reporting.run() }
            group.addTask { await loop.run() }
            group.addTask { [self] in await renewLeases() }
        }
    }

    /// Takes the nodes out of the cluster again.
    package func remove() async {
        await each { [self] index throws(StatusError) in
            do throws(StatusError) {
                try await client.delete(Node.self, "", name(index))
            } catch where error.isNotFound {
                return
            }
        }
    }

    private func name(_ index: Int) -> String { settings.prefix + String(index) }

    /// Does something for each node, sixteen at a time. What fails is tried again.
    private func each(_ body: @escaping @Sendable (Int) async throws(StatusError) -> Void) async {
        let next = NextIndex(below: settings.count)
        await withDiscardingTaskGroup { group in
            for _ in 0..<16 {
                group.addTask { [logger] in
                    while !Task.isCancelled, let index = next.take() {
                        for attempt in 0..<5 {
                            do throws(StatusError) {
                                try await body(index)
                                break
                            } catch {
                                logger.debug("a simulated node is tried again", metadata: ["reason": "\(error)"])
                                try? await ClusterTime.sleep(for: .milliseconds(100 << attempt))
                            }
                        }
                    }
                }
            }
        }
    }

    /// Hands out numbers, each once.
    private final class NextIndex: Sendable {
        private let next = Atomic<Int>(0)
        private let end: Int

        init(below end: Int) { self.end = end }

        func take() -> Int? {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            return index < end ? index : nil
        }
    }

    // MARK: nodes

    private static func address(_ network: UInt32, _ number: UInt32) -> String {
        let value = network &+ number
        return "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
    }

    /// Of a range that no machine has: 198.18.0.0/15 is set aside for tests of networks.
    private func nodeAddress(_ index: Int) -> String { Self.address(0xC612_0000, UInt32(truncatingIfNeeded: index % 65_000 + 1)) }

    private func podAddress(_ uid: String) -> String {
        addresses.withLock { state in
            if let known = state.ofPods[uid] { return known }
            // 100.64.0.0/10, of which no cluster has so many pods at a time.
            let made = Self.address(0x6440_0000, state.next % 4_000_000 + 1)
            state.next &+= 1
            state.ofPods[uid] = made
            return made
        }
    }

    private func register(_ index: Int) async throws(StatusError) {
        let name = name(index)
        var labels: [String: String] = [
            "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "type": "simulated",
        ]
        labels.merge(settings.labels, uniquingKeysWith: { $1 })
        var spec = Value.emptyObject
        if !settings.taints.isEmpty { spec["taints"] = .array(settings.taints) }
        do throws(StatusError) {
            var node = Node(["metadata": ["name": .string(name), "labels": Value(labels)], "spec": spec])
            node.value["metadata"]["annotations"][Node.playedAnnotation] = "fake"
            try await client.create(node)
        } catch {
            if !error.isAlreadyExists { throw error }
        }
        var node = try await client.get(Node.self, "", name)
        node.value["status"] = status(name, nodeAddress(index))
        try await client.updateStatus(node)
        try await renewLease(name)
    }

    private func report(_ name: String) async throws(StatusError) {
        guard let known = nodes.get(name), !known.isReady, let index = Int(name.dropFirst(settings.prefix.count)) else { return }
        var node = known
        node.value["status"] = status(name, nodeAddress(index))
        try await client.updateStatus(node)
    }

    private func status(_ name: String, _ address: String) -> Value {
        let now = Value.string(Timestamp.now().text)
        func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) -> Value {
            [
                "type": .string(type), "status": isTrue ? "True" : "False", "lastHeartbeatTime": now, "lastTransitionTime": now,
                "reason": .string(reason), "message": .string(message),
            ]
        }
        let resources: Value = [
            "cpu": .string(settings.cpu), "memory": .string(settings.memory), "pods": .string(String(settings.pods)), "ephemeral-storage": "1Ti",
        ]
        return [
            "capacity": resources, "allocatable": resources,
            "addresses": [["type": "InternalIP", "address": .string(address)], ["type": "Hostname", "address": .string(name)]],
            "conditions": [
                condition("MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                condition("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition("Ready", true, "KubeletReady", "the node is simulated and ready"),
            ],
            "nodeInfo": [
                "machineID": "", "systemUUID": "", "bootID": "", "kernelVersion": "simulated", "osImage": "simulated",
                "containerRuntimeVersion": "simulated://1", "kubeletVersion": "v1.36.2", "kubeProxyVersion": "", "operatingSystem": "linux",
                "architecture": "amd64",
            ],
        ]
    }

    private func renewLeases() async {
        // Many leases are many writes: they are renewed as rarely as the node controller allows, some of them each second. What
        // takes longer is made up for, so that no node is thought lost because the machine is busy.
        let seconds = settings.count > 200 ? 20 : 10
        let turns = min(seconds, max(settings.count, 1))
        let pause = Duration.seconds(seconds) / turns
        var turn = 0
        var due = ClusterTime.now
        while !Task.isCancelled {
            due = max(due + pause, ClusterTime.now - .seconds(seconds))
            let left = due - ClusterTime.now
            if left > .zero { try? await ClusterTime.sleep(for: left) }
            let now = turn
            await each { [self] index throws(StatusError) in if index % turns == now { try await renewLease(name(index)) } }
            turn = (turn + 1) % turns
        }
    }

    private func renewLease(_ name: String) async throws(StatusError) {
        let now = Value.string(Timestamp.now().microText)
        do throws(StatusError) {
            try await client.patch(Lease.self, "kube-node-lease", name, ["spec": ["renewTime": now]])
        } catch where error.isNotFound {
            try await client.create(
                Lease([
                    "metadata": ["name": .string(name), "namespace": "kube-node-lease"],
                    "spec": ["holderIdentity": .string(name), "leaseDurationSeconds": 40, "renewTime": now],
                ]))
        }
    }

    // MARK: pods

    /// Returns after how many seconds the pod wants another look.
    private func attend(_ key: String) async throws(StatusError) -> Int64? {
        guard let pod = pods.get(key), let node = pod.spec.nodeName, let index = Int(node.dropFirst(settings.prefix.count)) else { return nil }
        let step = SimulatedPod.step(
            pod, hostAddress: nodeAddress(index), address: podAddress(pod.uid), lifetime: settings.jobSeconds, now: .now())
        do throws(StatusError) {
            switch step {
            case .rest(let seconds): return seconds
            case .write(let status):
                try await client.patch(
                    Pod.self, pod.namespace, pod.name, ["metadata": ["uid": .string(pod.uid)], "status": status], as: .strategic, "status")
            case .remove:
                try await client.delete(
                    Pod.self, pod.namespace, pod.name, ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(pod.uid)]])
            }
        } catch where error.isNotFound || error.isConflict {
            return nil
        }
        return nil
    }
}
