import APIClient
import ContainerRuntime
import KubernetesTypes
import Logging
import Objects

/// Carries out what a `PodPlan` says.
struct PodSync: Sendable {
    let settings: KubeletSettings
    let client: APIClient
    let runtime: CRIClient
    let volumes: PodVolumes
    let configuration: RuntimeConfiguration
    let environment: ContainerEnvironment
    let devices: PodDevices
    let images: ImagePuller
    let recorder: EventRecorder
    let logger: Logger

    typealias Sandbox = (id: String, config: SandboxConfig)

    /// Does the stops, then makes the sandbox if it is missing, then the starts. Throws when the sandbox cannot be made.
    func carryOut(_ plan: PodPlan, _ pod: Pod, _ state: PodRuntimeState, _ memory: inout PodMemory) async throws(PodSetupError) {
        await stop(plan.stops, pod, state)
        for id in plan.removals { try? await runtime.removeContainer(id) }
        if plan.starts.isEmpty, !plan.needsSandbox { return }
        try await volumes.prepare(pod)
        try await devices.prepare(pod)
        memory.volumesRefreshed = .now()
        let sandbox = try await ensureSandbox(pod, state, &memory)
        for step in plan.starts {
            guard let container = PodContainers(pod.value["spec"]).container(step.name) else { continue }
            for leftover in state.containers where leftover.name == step.name && leftover.state == .created { try? await runtime.removeContainer(leftover.id) }
            do throws(PodSetupError) {
                try await start(container, pod, sandbox, attempt: step.attempt, state, &memory)
                memory.waiting[step.name] = nil
                memory.starts[step.name] = nil
            } catch {
                if Task.isCancelled { return }
                noteFailure(error, step.name, pod, &memory)
            }
        }
    }

    /// A pull that failed once is an `ErrImagePull`, one that waits for its next try an `ImagePullBackOff`.
    private func noteFailure(_ error: PodSetupError, _ name: String, _ pod: Pod, _ memory: inout PodMemory) {
        let now = Timestamp.now()
        memory.starts[name, default: Backoff()].grow(now: now)
        memory.waiting[name] = Waiting(reason: error.reason, message: error.description, since: now)
        recorder.record(pod, type: "Warning", reason: "Failed", message: "Error: \(error.reason == "ErrImagePull" ? error.reason : error.description)", field: Self.fieldPath(name, pod))
    }

    // MARK: sandbox

    private func ensureSandbox(_ pod: Pod, _ state: PodRuntimeState, _ memory: inout PodMemory) async throws(PodSetupError) -> Sandbox {
        if let current = state.sandbox {
            try await finishSandbox(pod, state.addresses)
            return (current.id, try configuration.sandbox(pod, attempt: current.attempt))
        }
        // To run such a pod in the host's user namespace would be less than it asks for.
        if pod.value["spec"]["hostUsers"].bool == false {
            throw PodSetupError(reason: "FailedCreatePodSandBox", description: "Failed to create pod sandbox: user namespaces (hostUsers: false) are not supported on this node")
        }
        let attempt = (state.sandboxes.map(\.attempt).max() ?? -1) + 1
        let config = try configuration.sandbox(pod, attempt: attempt)
        do {
            for old in state.sandboxes { try? await runtime.stopSandbox(old.id) }
            try HostFile.makeFolder(config.logDirectory)
            try PodCgroup(pod).ensure()
            let id = try await runtime.runSandbox(config, handler: try await handler(pod))
            let addresses = config.usesHostNetwork ? settings.addresses : try await runtime.sandboxAddresses(id)
            memory.addresses[id] = addresses
            try configuration.writeHosts(pod, addresses: addresses)
            return (id, config)
        } catch {
            throw PodSetupError(reason: "FailedCreatePodSandBox", description: "Failed to create pod sandbox: \(error)")
        }
    }

    /// A sandbox whose making was interrupted lacks the pod's hosts file.
    private func finishSandbox(_ pod: Pod, _ addresses: [String]) async throws(PodSetupError) {
        if HostFile.exists(settings.podFolder(pod.uid) + "/etc-hosts") { return }
        do throws(HostFile.Failure) {
            try configuration.writeHosts(pod, addresses: addresses)
        } catch {
            throw PodSetupError(reason: "FailedCreatePodSandBox", description: error.description)
        }
    }

    /// The runtime's name for the pod's RuntimeClass; empty for the usual one.
    private func handler(_ pod: Pod) async throws -> String {
        guard let name = pod.value["spec"]["runtimeClassName"].string, !name.isEmpty else { return "" }
        return try await client.get(RuntimeClass.self, "", name).value["handler"].string ?? ""
    }

    // MARK: containers

    private func start(
        _ container: Value, _ pod: Pod, _ sandbox: Sandbox, attempt: Int, _ state: PodRuntimeState, _ memory: inout PodMemory
    ) async throws(PodSetupError) {
        let name = container["name"].string ?? ""
        let image = try await images.ensure(container, pod, recentlyFailed: memory.starts[name] != nil)
        let addresses = memory.addresses[sandbox.id] ?? []
        var known = pod
        if let first = addresses.first {
            known.value["status"]["podIP"] = .string(first)
            known.value["status"]["podIPs"] = .array(addresses.map { ["ip": .string($0)] })
        }
        known.value["status"]["hostIPs"] = .array(settings.addresses.map { ["ip": .string($0)] })
        known.value["status"]["hostIP"] = .string(settings.address)
        let variables = try await environment.make(container, known)
        var config = try configuration.container(
            container, known, attempt: attempt, image: image, reference: image.id, environment: variables)
        try await devices.attach(container, pod, &config)
        // Only an ephemeral container has one; it sees the other's processes.
        if let target = container["targetContainerName"].string, !target.isEmpty {
            guard let seen = state.current(target) else {
                throw PodSetupError(reason: "CreateContainerError", description: "unable to find target container \"\(target)\"")
            }
            config.processesOf = seen.id
        }
        let id: String
        do throws(RuntimeError) {
            id = try await runtime.createContainer(config, sandbox: sandbox.id, sandbox.config)
        } catch {
            throw PodSetupError(reason: "CreateContainerError", description: error.description)
        }
        recorder.record(pod, reason: "Created", message: "Container created", field: Self.fieldPath(name, pod))
        do throws(RuntimeError) {
            try await runtime.startContainer(id)
        } catch {
            throw PodSetupError(reason: "RunContainerError", description: error.description)
        }
        recorder.record(pod, reason: "Started", message: "Container started", field: Self.fieldPath(name, pod))
        logger.debug("started a container", metadata: ["pod": "\(pod.namespace)/\(pod.name)", "container": "\(name)"])
        let hook = container["lifecycle"]["postStart"]
        guard hook.isObject else { return }
        if let failure = await LifecycleHook(runtime: runtime).run(hook, container: id, specification: container, address: addresses.first ?? settings.address) {
            recorder.record(pod, type: "Warning", reason: "FailedPostStartHook", message: "PostStartHook failed", field: Self.fieldPath(name, pod))
            logger.debug("a hook failed", metadata: ["pod": "\(pod.namespace)/\(pod.name)", "container": "\(name)", "reason": "\(failure)"])
            await stop([PodPlan.Stop(name: name, id: id, message: "FailedPostStartHook")], pod, PodRuntimeState())
            throw PodSetupError(reason: "PostStartHookError", description: "PostStartHook failed")
        }
    }

    /// Where in the pod a container stands, as events name it.
    static func fieldPath(_ name: String, _ pod: Pod) -> String {
        for kind in ["containers", "initContainers", "ephemeralContainers"]
        where pod.value["spec"][kind].array.contains(where: { $0["name"].string == name }) {
            return "spec.\(kind){\(name)}"
        }
        return ""
    }

    // MARK: end

    /// Ends containers side by side, each with its hook and its grace. Returns when they have ended.
    func stop(_ stops: [PodPlan.Stop], _ pod: Pod, _ state: PodRuntimeState) async {
        let spec = pod.value["spec"]
        let podGrace = spec["terminationGracePeriodSeconds"].int ?? 30
        await withTaskGroup(of: Void.self) { group in
            for stop in stops {
                let container = PodContainers(spec).container(stop.name) ?? .null
                let grace = stop.grace ?? podGrace
                group.addTask {
                    recorder.record(pod, reason: "Killing", message: stop.message, field: Self.fieldPath(stop.name, pod))
                    let begun = ContinuousClock.now
                    let hook = container["lifecycle"]["preStop"]
                    if hook.isObject, grace > 0 {
                        let failure = await LifecycleHook(runtime: runtime).run(
                            hook, container: stop.id, specification: container, address: state.addresses.first ?? settings.address, limit: grace)
                        if failure != nil {
                            recorder.record(pod, type: "Warning", reason: "FailedPreStopHook", message: "PreStopHook failed", field: Self.fieldPath(stop.name, pod))
                        }
                    }
                    // However long the hook took, the process gets two seconds to end by itself.
                    let left = grace == 0 ? 0 : max(grace - (ContinuousClock.now - begun).components.seconds, 2)
                    try? await runtime.stopContainer(stop.id, graceSeconds: left)
                }
            }
        }
    }

    /// Ends a pod in good order: its containers, then the sidecars from the last to the first, then the sandboxes.
    func stopAll(_ pod: Pod, _ state: PodRuntimeState, grace: Int64) async {
        let sidecars = PodContainers(pod.value["spec"]).sidecars.compactMap { $0["name"].string }
        func step(_ details: ContainerDetails, _ seconds: Int64) -> PodPlan.Stop {
            PodPlan.Stop(name: details.name, id: details.id, message: "Stopping container \(details.name)", grace: seconds)
        }
        let begun = ContinuousClock.now
        await stop(state.running.filter { !sidecars.contains($0.name) }.map { step($0, grace) }, pod, state)
        for name in sidecars.reversed() {
            if Task.isCancelled { return }
            let left = grace == 0 ? 0 : max(grace - (ContinuousClock.now - begun).components.seconds, 2)
            await stop(state.running.filter { $0.name == name }.map { step($0, left) }, pod, state)
        }
        if Task.isCancelled { return }
        for sandbox in state.sandboxes where sandbox.isReady { try? await runtime.stopSandbox(sandbox.id) }
        await devices.release(pod.uid)
    }

    /// Removes what is left of a pod on this machine.
    func remove(_ uid: String, _ state: PodRuntimeState) async {
        for sandbox in state.sandboxes {
            try? await runtime.stopSandbox(sandbox.id)
            try? await runtime.removeSandbox(sandbox.id)
        }
        await volumes.tearDown(uid)
        await devices.release(uid)
        PodCgroup.remove(uid)
        for name in HostFile.names(in: settings.root + "/logs") where name.hasSuffix("_" + uid) { HostFile.remove(settings.root + "/logs/" + name) }
    }
}
