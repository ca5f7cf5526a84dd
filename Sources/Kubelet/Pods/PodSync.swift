import APIClient
import ContainerRuntime
import KubernetesTypes
import Logging
import Objects
import Synchronization

/// What the kubelet remembers of a pod between looks.
struct PodMemory: Sendable {
    /// Reason and message of containers that wait, by name.
    var waiting: [String: (reason: String, message: String)] = [:]
    /// The pause before the next start of a container, and when it ends.
    var backoff: [String: (pause: Int64, until: Timestamp)] = [:]
    var addresses: [String: [String]] = [:]
    var isTerminated = false
}

/// Brings one pod on this node to what its specification says. Called again whenever anything about it changes.
struct PodSync: Sendable {
    let settings: KubeletSettings
    let client: APIClient
    let runtime: CRIClient
    let volumes: PodVolumes
    let configuration: RuntimeConfiguration
    let environment: ContainerEnvironment
    let recorder: EventRecorder
    let logger: Logger

    private static let firstPause: Int64 = 10
    private static let longestPause: Int64 = 300

    /// When the pod should be looked at again although nothing happens.
    typealias Wake = Duration?

    func sync(_ pod: Pod, _ state: inout PodRuntimeState, _ memory: inout PodMemory, _ probes: ProbeResults) async -> Wake {
        if isFinished(pod) {
            await stopAll(pod, state, grace: 0)
            return nil
        }
        do throws(PodSetupError) {
            let sandbox = try await ensureSandbox(pod, &state, &memory)
            if try await !runInits(pod, sandbox, state, &memory) { return nextWake(memory) }
            var failure: PodSetupError?
            for container in pod.value["spec"]["containers"].array {
                do throws(PodSetupError) {
                    try await ensureRunning(container, pod, sandbox, state, &memory, policy: pod.value["spec"]["restartPolicy"].string ?? "Always")
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        } catch {
            recorder.record(pod, type: "Warning", reason: error.reason, message: error.description)
            return .seconds(5)
        }
        return nextWake(memory)
    }

    private func nextWake(_ memory: PodMemory) -> Wake {
        let now = Timestamp.now()
        return memory.backoff.values.map(\.until).filter { $0 > now }.min().map { .seconds($0.seconds - now.seconds + 1) }
    }

    private func isFinished(_ pod: Pod) -> Bool { ["Succeeded", "Failed"].contains(pod.value["status"]["phase"].string ?? "") }

    // MARK: sandbox

    private func ensureSandbox(
        _ pod: Pod, _ state: inout PodRuntimeState, _ memory: inout PodMemory
    ) async throws(PodSetupError) -> (id: String, config: SandboxConfig) {
        if let current = state.sandbox { return (current.id, configuration.sandbox(pod, attempt: current.attempt)) }
        try await volumes.prepare(pod)
        let attempt = (state.sandboxes.map(\.attempt).max() ?? -1) + 1
        let config = configuration.sandbox(pod, attempt: attempt)
        do {
            for old in state.sandboxes {
                try? await runtime.stopSandbox(old.id)
                try? await runtime.removeSandbox(old.id)
            }
            state.containers = []
            try HostFile.makeFolder(config.logDirectory)
            let id = try await runtime.runSandbox(config)
            let addresses = config.usesHostNetwork ? [settings.address] : try await runtime.sandboxAddresses(id)
            memory.addresses[id] = addresses
            state.addresses = addresses
            state.sandboxes = [
                SandboxSummary(
                    id: id, attempt: attempt, isReady: true, createdAt: Timestamp.now().seconds * 1_000_000_000, labels: config.labels, annotations: [:])
            ]
            if !config.usesHostNetwork { try configuration.writeHosts(pod, addresses: addresses) }
            return (id, config)
        } catch {
            throw PodSetupError(reason: "FailedCreatePodSandBox", description: "Failed to create pod sandbox: \(error)")
        }
    }

    // MARK: containers

    /// True when the init containers have done their work and the sidecars run.
    private func runInits(
        _ pod: Pod, _ sandbox: (id: String, config: SandboxConfig), _ state: PodRuntimeState, _ memory: inout PodMemory
    ) async throws(PodSetupError) -> Bool {
        for container in pod.value["spec"]["initContainers"].array {
            let name = container["name"].string ?? ""
            let details = state.latest(name)
            if container["restartPolicy"].string == "Always" {
                try await ensureRunning(container, pod, sandbox, state, &memory, policy: "Always")
                if details?.state != .running { return false }
                continue
            }
            if let details, details.state == .exited, details.exitCode == 0 { continue }
            if details?.state == .running || details?.state == .created { return false }
            // Main containers that ran already mean that the inits were done; their records may be gone.
            if details == nil, pod.value["spec"]["containers"].array.contains(where: { state.latest($0["name"].string ?? "") != nil }) { continue }
            let policy = pod.value["spec"]["restartPolicy"].string ?? "Always"
            try await ensureRunning(container, pod, sandbox, state, &memory, policy: policy == "Never" ? "Never" : "OnFailure")
            return false
        }
        return true
    }

    private func ensureRunning(
        _ container: Value, _ pod: Pod, _ sandbox: (id: String, config: SandboxConfig), _ state: PodRuntimeState,
        _ memory: inout PodMemory, policy: String
    ) async throws(PodSetupError) {
        let name = container["name"].string ?? ""
        let details = state.latest(name)
        if let details, details.state == .running {
            memory.waiting[name] = nil
            if let hash = details.annotations[KubeletSettings.Label.specHash], hash != SpecHash.of(container) {
                recorder.record(pod, reason: "Killing", message: "Container \(name) definition changed, will be restarted")
                try? await runtime.stopContainer(details.id, graceSeconds: pod.value["spec"]["terminationGracePeriodSeconds"].int ?? 30)
            }
            return
        }
        if let details, details.state == .exited {
            let restarts = policy == "Always" || (policy == "OnFailure" && details.exitCode != 0)
            if !restarts {
                memory.waiting[name] = nil
                return
            }
            if try isBackingOff(name, details, pod, &memory) { return }
        } else if let until = memory.backoff[name]?.until, until > Timestamp.now(), memory.waiting[name] != nil {
            return
        }
        let attempt = details.map { $0.attempt + 1 } ?? 0
        do throws(PodSetupError) {
            try await start(container, pod, sandbox, attempt: attempt, &memory)
            memory.waiting[name] = nil
        } catch {
            if memory.waiting[name]?.reason != error.reason || memory.backoff[name] == nil {
                memory.waiting[name] = (error.reason, error.description)
            }
            let pause = min(memory.backoff[name].map { $0.pause * 2 } ?? Self.firstPause, Self.longestPause)
            memory.backoff[name] = (pause, Timestamp.now() + .seconds(pause))
            throw error
        }
    }

    /// Whether the container has to wait before it is started again; doubles the pause for the next time.
    private func isBackingOff(_ name: String, _ details: ContainerDetails, _ pod: Pod, _ memory: inout PodMemory) throws(PodSetupError) -> Bool {
        let now = Timestamp.now()
        let finished = Timestamp(seconds: details.finishedAt / 1_000_000_000)
        let ranSeconds = (details.finishedAt - details.startedAt) / 1_000_000_000
        if let current = memory.backoff[name], current.until > now {
            memory.waiting[name] = (
                "CrashLoopBackOff",
                "back-off \(current.pause)s restarting failed container=\(name) pod=\(pod.name)_\(pod.namespace)(\(pod.uid))"
            )
            recorder.record(
                pod, type: "Warning", reason: "BackOff",
                message: "Back-off restarting failed container \(name) in pod \(pod.name)_\(pod.namespace)(\(pod.uid))")
            return true
        }
        // The first restart is at once; ten good minutes forgive what was before.
        let previous = ranSeconds > 600 ? nil : memory.backoff[name]?.pause
        let pause = min(previous.map { $0 * 2 } ?? Self.firstPause, Self.longestPause)
        let isFirst = previous == nil
        memory.backoff[name] = (pause, isFirst ? finished + .seconds(pause) : now + .seconds(pause))
        return false
    }

    private func start(
        _ container: Value, _ pod: Pod, _ sandbox: (id: String, config: SandboxConfig), attempt: Int, _ memory: inout PodMemory
    ) async throws(PodSetupError) {
        let name = container["name"].string ?? ""
        let (image, reference) = try await ensureImage(container, pod)
        var known = pod
        if let addresses = memory.addresses[sandbox.id], let first = addresses.first {
            known.value["status"]["podIP"] = .string(first)
            known.value["status"]["podIPs"] = .array(addresses.map { ["ip": .string($0)] })
        }
        let variables = try await environment.make(container, known)
        let config = try configuration.container(container, known, attempt: attempt, image: image, reference: reference, environment: variables)
        let id: String
        do throws(RuntimeError) {
            id = try await runtime.createContainer(config, sandbox: sandbox.id, sandbox.config)
        } catch {
            throw PodSetupError(reason: "CreateContainerError", description: "Error: \(error)")
        }
        recorder.record(pod, reason: "Created", message: "Container created")
        do throws(RuntimeError) {
            try await runtime.startContainer(id)
        } catch {
            throw PodSetupError(reason: "RunContainerError", description: "Error: \(error)")
        }
        recorder.record(pod, reason: "Started", message: "Container started")
        let hook = container["lifecycle"]["postStart"]
        if hook.isObject { await LifecycleHook(runtime: runtime).run(hook, container: id, address: memory.addresses[sandbox.id]?.first ?? "", pod) }
        logger.debug("started a container", metadata: ["pod": "\(pod.namespace)/\(pod.name)", "container": "\(name)"])
    }

    private func ensureImage(_ container: Value, _ pod: Pod) async throws(PodSetupError) -> (ImageSummary, String) {
        let name = container["image"].string ?? ""
        let full = ImageBuilder.fullName(name)
        let policy = container["imagePullPolicy"].string ?? "IfNotPresent"
        do throws(RuntimeError) {
            let present = try await runtime.image(full)
            if let present, policy != "Always" {
                recorder.record(pod, reason: "Pulled", message: "Container image \"\(name)\" already present on machine and can be accessed by the pod")
                return (present, present.id)
            }
            if policy == "Never" {
                throw RuntimeError(code: 5, "never")
            }
            recorder.record(pod, reason: "Pulling", message: "Pulling image \"\(name)\"")
            _ = try await runtime.pull(full)
            guard let pulled = try await runtime.image(full) else { throw RuntimeError(code: 5, "the image is not there after its pull") }
            recorder.record(pod, reason: "Pulled", message: "Successfully pulled image \"\(name)\"")
            return (pulled, pulled.id)
        } catch {
            if policy == "Never" {
                throw PodSetupError(reason: "ErrImageNeverPull", description: "Container image \"\(name)\" is not present with pull policy of Never")
            }
            recorder.record(pod, type: "Warning", reason: "Failed", message: "Failed to pull image \"\(name)\": \(error)")
            throw PodSetupError(reason: "ErrImagePull", description: "failed to pull and unpack image \"\(full)\": \(error)")
        }
    }

    // MARK: end

    /// Ends a pod's containers in good order, and then its sandboxes.
    func stopAll(_ pod: Pod, _ state: PodRuntimeState, grace: Int64) async {
        await withTaskGroup(of: Void.self) { group in
            for details in state.running {
                let all = pod.value["spec"]["containers"].array + pod.value["spec"]["initContainers"].array
                let container = all.first { $0["name"].string == details.name } ?? .null
                group.addTask {
                    recorder.record(pod, reason: "Killing", message: "Stopping container \(details.name)")
                    let hook = container["lifecycle"]["preStop"]
                    let begun = ContinuousClock.now
                    if hook.isObject, grace > 0 {
                        await LifecycleHook(runtime: runtime).run(hook, container: details.id, address: state.addresses.first ?? "", pod, limit: grace)
                    }
                    let left = max(grace - (ContinuousClock.now - begun).components.seconds, grace > 0 ? 2 : 0)
                    try? await runtime.stopContainer(details.id, graceSeconds: left)
                }
            }
        }
        for sandbox in state.sandboxes where sandbox.isReady { try? await runtime.stopSandbox(sandbox.id) }
    }

    /// Removes what is left of a pod that is gone from the API.
    func remove(_ uid: String, _ state: PodRuntimeState) async {
        for sandbox in state.sandboxes {
            try? await runtime.stopSandbox(sandbox.id)
            try? await runtime.removeSandbox(sandbox.id)
        }
        volumes.tearDown(uid)
        for name in HostFile.names(in: settings.root + "/logs") where name.hasSuffix("_" + uid) { HostFile.remove(settings.root + "/logs/" + name) }
    }
}
