package import APIClient
package import ContainerRuntime
import HTTPServing
import KubernetesTypes
package import Logging
package import NIOCore
import Objects
import Synchronization

/// The agent of a node: runs the pods that are bound to it.
///
/// A loop looks at the runtime once a second (the pod lifecycle event generator), compares, and syncs the pods
/// of which anything changed. Each pod is worked on by one task at a time.
package final class Kubelet: Sendable {
    struct Record {
        var state = PodRuntimeState()
        var memory = PodMemory()
        var probes = ProbeResults()
        var probeTasks: [String: (id: String, task: Task<Void, Never>)] = [:]
    }

    let settings: KubeletSettings
    private let client: APIClient
    private let runtime: CRIClient
    let pods: Informer<Pod>
    private let services: Informer<KubernetesTypes.Service>
    private let sync: PodSync
    private let group: any EventLoopGroup
    private let logger: Logger
    private let queue = WorkQueue(baseDelay: .milliseconds(200), longestDelay: .seconds(10))
    let records = Mutex<[String: Record]>([:])
    private let recorder: EventRecorder

    package init(_ settings: KubeletSettings, transport: any APITransport, runtime: CRIClient, group: any EventLoopGroup, logger: Logger) {
        self.settings = settings
        self.runtime = runtime
        self.logger = logger
        self.group = group
        client = APIClient(transport: transport, fieldManager: "kubelet")
        pods = Informer(Pod.self, client: client, selection: .init(fields: "spec.nodeName=\(settings.nodeName)"), logger: logger)
        services = Informer(KubernetesTypes.Service.self, client: client, logger: logger)
        recorder = EventRecorder(client: client, component: "kubelet", host: settings.nodeName)
        let volumes = PodVolumes(settings: settings, client: client)
        sync = PodSync(
            settings: settings, client: client, runtime: runtime, volumes: volumes,
            configuration: RuntimeConfiguration(settings: settings, volumes: volumes),
            environment: ContainerEnvironment(settings: settings, client: client, services: services), recorder: recorder, logger: logger)
    }

    /// Runs the node's pods until cancelled. Containers go on afterwards.
    package func run() async {
        let listener: HTTPServer
        do {
            listener = try KubeletServer.listener(self, settings, runtime: runtime, group: group, logger: logger)
            try await listener.start(host: settings.listenAddress, port: settings.port)
        } catch {
            logger.critical("the kubelet's server cannot start", metadata: ["port": "\(settings.port)", "reason": "\(error)"])
            return
        }
        pods.onChange { [queue] change in queue.add(change.object.uid) }
        let registration = NodeRegistration(settings: settings, client: client, runtime: runtime, logger: logger)
        let loop = ReconcileLoop("kubelet", queue: queue, workers: 16, logger: logger) { [self] uid throws(StatusError) in
            try await attend(uid)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await registration.run() }
            group.addTask { [self] in await services.run() }
            group.addTask { [self] in await pods.run() }
            await services.waitUntilSynced()
            await pods.waitUntilSynced()
            await relist()
            for uid in records.withLock({ Array($0.keys) }) { queue.add(uid) }
            group.addTask { await loop.run() }
            group.addTask { [self] in await generateEvents() }
        }
        await listener.shutdown()
    }

    // MARK: lifecycle events

    private func generateEvents() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            await relist()
        }
    }

    /// Reads all sandboxes and containers; queues the pods whose picture changed.
    private func relist() async {
        guard let sandboxes = try? await runtime.sandboxes(), let containers = try? await runtime.containers() else { return }
        var grouped: [String: (sandboxes: [SandboxSummary], containers: [ContainerSummary])] = [:]
        for sandbox in sandboxes { grouped[sandbox.labels[KubeletSettings.Label.uid] ?? "", default: ([], [])].sandboxes.append(sandbox) }
        for container in containers { grouped[container.labels[KubeletSettings.Label.uid] ?? "", default: ([], [])].containers.append(container) }
        for (uid, found) in grouped where !uid.isEmpty {
            let old = records.withLock { $0[uid]?.state } ?? PodRuntimeState()
            let isSame = Set(old.sandboxes.map { "\($0.id)\($0.isReady)" }) == Set(found.sandboxes.map { "\($0.id)\($0.isReady)" })
                && Set(old.containers.map { "\($0.id)\($0.state)" }) == Set(found.containers.map { "\($0.id)\($0.state)" })
            if !isSame { queue.add(uid) }
        }
        let gone = records.withLock { $0.filter { !$0.value.state.sandboxes.isEmpty && grouped[$0.key] == nil }.map(\.key) }
        for uid in gone { queue.add(uid) }
    }

    /// The present picture of one pod.
    private func observe(_ uid: String, _ memory: inout PodMemory) async throws(RuntimeError) -> PodRuntimeState {
        var state = PodRuntimeState()
        state.sandboxes = try await runtime.sandboxes().filter { $0.labels[KubeletSettings.Label.uid] == uid }
        for summary in try await runtime.containers() where summary.labels[KubeletSettings.Label.uid] == uid {
            do throws(RuntimeError) {
                state.containers.append(try await runtime.containerDetails(summary.id))
            } catch where error.isNotFound {
                continue
            }
        }
        if let sandbox = state.sandbox {
            if memory.addresses[sandbox.id] == nil { memory.addresses[sandbox.id] = try await runtime.sandboxAddresses(sandbox.id) }
            state.addresses = memory.addresses[sandbox.id] ?? []
        }
        return state
    }

    // MARK: one pod

    private func attend(_ uid: String) async throws(StatusError) {
        var memory = records.withLock { $0[uid]?.memory } ?? PodMemory()
        let probes = records.withLock { $0[uid]?.probes } ?? ProbeResults()
        var state: PodRuntimeState
        do throws(RuntimeError) {
            state = try await observe(uid, &memory)
        } catch {
            throw .unavailable("the container runtime does not answer: \(error)")
        }
        guard let pod = pods.list().first(where: { $0.uid == uid }) else {
            await sync.stopAll(Pod(.emptyObject), state, grace: 2)
            await sync.remove(uid, state)
            forget(uid)
            return
        }
        let key = pod.uid
        if pod.isBeingDeleted {
            try await terminate(pod, &state, &memory)
            return
        }
        let wake = await sync.sync(pod, &state, &memory, probes)
        if let fresh = try? await observe(uid, &memory) { state = fresh }
        readTerminationMessages(&state, pod)
        let (finalState, finalMemory) = (state, memory)
        records.withLock {
            $0[key, default: Record()].state = finalState
            $0[key, default: Record()].memory = finalMemory
        }
        manageProbes(pod, state)
        try await publish(pod)
        await prune(state)
        if let wake { queue.add(uid, after: wake) }
    }

    private func forget(_ uid: String) {
        let record = records.withLock { $0.removeValue(forKey: uid) }
        for probe in (record?.probeTasks ?? [:]).values { probe.task.cancel() }
    }

    private func terminate(_ pod: Pod, _ state: inout PodRuntimeState, _ memory: inout PodMemory) async throws(StatusError) {
        for probe in (records.withLock { $0[pod.uid]?.probeTasks } ?? [:]).values { probe.task.cancel() }
        let grace = pod.value["metadata"]["deletionGracePeriodSeconds"].int ?? 30
        await sync.stopAll(pod, state, grace: grace)
        if let fresh = try? await observe(pod.uid, &memory) { state = fresh }
        guard state.running.isEmpty else { throw .conflict(Pod.groupResource, pod.name, "containers still run") }
        let finalState = state
        records.withLock { $0[pod.uid, default: Record()].state = finalState }
        try await publish(pod)
        do throws(StatusError) {
            try await client.delete(
                Pod.self, pod.namespace, pod.name, ["gracePeriodSeconds": 0, "preconditions": ["uid": .string(pod.uid)]])
        } catch where error.isNotFound || error.isConflict {
            return
        }
    }

    private func publish(_ pod: Pod) async throws(StatusError) {
        guard let record = records.withLock({ $0[pod.uid] }) else { return }
        let status = PodStatusMaker(
            pod: pod, runtime: record.state, probes: record.probes, waiting: record.memory.waiting, hostAddress: settings.address, now: .now()
        ).make()
        if status == pod.value["status"] { return }
        var new = pod
        new.value["status"] = status
        new.value["metadata"].remove("resourceVersion")
        do throws(StatusError) {
            try await client.updateStatus(new)
        } catch where error.isNotFound {
            return
        }
    }

    /// What a container wrote about its own end.
    private func readTerminationMessages(_ state: inout PodRuntimeState, _ pod: Pod) {
        state.containers = state.containers.map { details in
            guard details.state == .exited, details.message.isEmpty else { return details }
            let path = "\(settings.podFolder(pod.uid))/containers/\(details.name)/\(details.attempt)"
            guard let bytes = HostFile.read(path), !bytes.isEmpty else { return details }
            return details.with(message: String(decoding: bytes.prefix(4096), as: UTF8.self))
        }
    }

    /// Of each container the runtime keeps the newest record and the one before.
    private func prune(_ state: PodRuntimeState) async {
        for (_, all) in Dictionary(grouping: state.containers, by: \.name) {
            for old in all.sorted(by: { $0.attempt > $1.attempt }).dropFirst(2) where old.state == .exited {
                try? await runtime.removeContainer(old.id)
            }
        }
    }

    // MARK: probes

    private func manageProbes(_ pod: Pod, _ state: PodRuntimeState) {
        let address = pod.value["spec"]["hostNetwork"].bool == true ? settings.address : state.addresses.first ?? ""
        for container in pod.value["spec"]["containers"].array + pod.value["spec"]["initContainers"].array {
            let name = container["name"].string ?? ""
            guard let details = state.latest(name), details.state == .running else { continue }
            for kind in ["startupProbe", "livenessProbe", "readinessProbe"] where container[kind].isObject {
                let key = name + "/" + kind
                let known = records.withLock { $0[pod.uid]?.probeTasks[key] }
                if known?.id == details.id { continue }
                known?.task.cancel()
                let task = Task { [self] in await watch(pod.uid, container, kind, details.id, address) }
                records.withLock { records in
                    records[pod.uid]?.probeTasks[key] = (details.id, task)
                    if kind == "readinessProbe" { records[pod.uid]?.probes.isReady[name] = false }
                    if kind == "startupProbe" { records[pod.uid]?.probes.isStarted[name] = false }
                }
            }
        }
    }

    /// Probes one container until it is gone.
    private func watch(_ uid: String, _ container: Value, _ kind: String, _ id: String, _ address: String) async {
        let probe = container[kind]
        let name = container["name"].string ?? ""
        try? await Task.sleep(for: .seconds(probe["initialDelaySeconds"].int ?? 0))
        var successes: Int64 = 0
        var failures: Int64 = 0
        while !Task.isCancelled {
            let isHeld = kind != "startupProbe" && container["startupProbe"].isObject
                && records.withLock { $0[uid]?.probes.isStarted[name] } != true
            if !isHeld {
                let isGood = await ProbeAction.run(probe, container, id: id, address: address, runtime: runtime)
                if Task.isCancelled { return }
                if isGood { (successes, failures) = (successes + 1, 0) } else { (successes, failures) = (0, failures + 1) }
                if await conclude(uid, container, kind, id, successes, failures) { return }
            }
            try? await Task.sleep(for: .seconds(max(probe["periodSeconds"].int ?? 10, 1)))
        }
    }

    /// Takes the result over; true when this probe has nothing more to say.
    private func conclude(_ uid: String, _ container: Value, _ kind: String, _ id: String, _ successes: Int64, _ failures: Int64) async -> Bool {
        let name = container["name"].string ?? ""
        let probe = container[kind]
        let isUp = successes >= probe["successThreshold"].int ?? 1
        let isDown = failures >= probe["failureThreshold"].int ?? 3
        if failures > 0, let pod = pods.list().first(where: { $0.uid == uid }) {
            let title = kind == "livenessProbe" ? "Liveness" : kind == "readinessProbe" ? "Readiness" : "Startup"
            recorder.record(pod, type: "Warning", reason: "Unhealthy", message: "\(title) probe failed")
        }
        switch kind {
        case "readinessProbe":
            let changed = records.withLock { records in
                let before = records[uid]?.probes.isReady[name]
                if isUp { records[uid]?.probes.isReady[name] = true }
                if isDown { records[uid]?.probes.isReady[name] = false }
                return records[uid]?.probes.isReady[name] != before
            }
            if changed { queue.add(uid) }
            return false
        case "startupProbe" where isUp:
            records.withLock { $0[uid]?.probes.isStarted[name] = true }
            queue.add(uid)
            return true
        default:
            guard isDown else { return false }
            if let pod = pods.list().first(where: { $0.uid == uid }) {
                let which = kind == "livenessProbe" ? "liveness" : "startup"
                recorder.record(pod, reason: "Killing", message: "Container \(name) failed \(which) probe, will be restarted")
                let grace = probe["terminationGracePeriodSeconds"].int ?? pod.value["spec"]["terminationGracePeriodSeconds"].int ?? 30
                try? await runtime.stopContainer(id, graceSeconds: grace)
            }
            queue.add(uid)
            return true
        }
    }
}
