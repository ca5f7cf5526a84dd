import APIClient
import ContainerRuntime
import KubernetesTypes
import Objects
import Synchronization

/// The probes of one pod: a task for each probe of each running container, and what they found.
final class PodProber: Sendable {
    private struct State {
        var results = ProbeResults()
        /// By container and kind of probe: which container is watched, and by whom.
        var tasks: [String: (id: String, task: Task<Void, Never>)] = [:]
        var counts: [ProbeCount: Int] = [:]
    }

    /// What is counted of probes, for the metrics.
    struct ProbeCount: Hashable, Sendable {
        let container: String
        /// `Liveness`, `Readiness` or `Startup`.
        let kind: String
        let result: String
    }

    private let state = Mutex(State())
    private let runtime: CRIClient
    private let recorder: EventRecorder
    private let onChange: @Sendable () -> Void

    private static let kinds = ["startupProbe", "livenessProbe", "readinessProbe"]

    /// `onChange` is called when a result changed.
    init(runtime: CRIClient, recorder: EventRecorder, onChange: @escaping @Sendable () -> Void) {
        self.runtime = runtime
        self.recorder = recorder
        self.onChange = onChange
    }

    var results: ProbeResults { state.withLock { $0.results } }

    var counts: [ProbeCount: Int] { state.withLock { $0.counts } }

    /// Watches the containers that run now, and no others.
    func follow(_ pod: Pod, _ runtimeState: PodRuntimeState, hostAddress: String) {
        let address = pod.value["spec"]["hostNetwork"].bool == true ? hostAddress : runtimeState.addresses.first ?? ""
        let ids = Set(runtimeState.containers.map(\.id))
        state.withLock { state in state.results.failed = state.results.failed.filter { ids.contains($0.key) } }
        for container in PodContainers(pod.value["spec"]).all {
            let name = container["name"].string ?? ""
            guard let details = runtimeState.current(name), details.state == .running else {
                rest(name)
                continue
            }
            for kind in Self.kinds where container[kind].isObject { begin(pod, container, name, kind, details, address) }
        }
    }

    /// Forgets what is known of a container that does not run.
    private func rest(_ name: String) {
        state.withLock { state in
            for kind in Self.kinds { state.tasks.removeValue(forKey: name + "/" + kind)?.task.cancel() }
            state.results.isReady[name] = nil
            state.results.isStarted[name] = nil
        }
    }

    private func begin(_ pod: Pod, _ container: Value, _ name: String, _ kind: String, _ details: ContainerDetails, _ address: String) {
        let key = name + "/" + kind
        state.withLock { state in
            if state.tasks[key]?.id == details.id { return }
            state.tasks[key]?.task.cancel()
            if kind == "readinessProbe" { state.results.isReady[name] = false }
            if kind == "startupProbe" { state.results.isStarted[name] = false }
            let watch = ProbeWatch(
                prober: self, pod: pod, name: name, kind: kind, probe: container[kind], needsStart: container["startupProbe"].isObject,
                startedAt: RuntimeTime.timestamp(details.startedAt),
                action: ProbeAction(runtime: runtime, id: details.id, address: address, specification: container))
            state.tasks[key] = (details.id, Task { await watch.run() })
        }
    }

    /// Ends all probes.
    func stop() {
        state.withLock { state in
            for entry in state.tasks.values { entry.task.cancel() }
            state.tasks = [:]
        }
    }

    /// Ends the probes that could restart containers; readiness goes on while a pod ends.
    func stopRestarting() {
        state.withLock { state in
            for (key, entry) in state.tasks where !key.hasSuffix("/readinessProbe") { entry.task.cancel() }
        }
    }

    // MARK: results

    fileprivate func isStarted(_ name: String) -> Bool { state.withLock { $0.results.isStarted[name] == true } }

    private static func title(_ kind: String) -> String { kind == "livenessProbe" ? "Liveness" : kind == "readinessProbe" ? "Readiness" : "Startup" }

    fileprivate func count(_ name: String, _ kind: String, _ outcome: ProbeAction.Outcome) {
        let result = switch outcome {
        case .good: "successful"
        case .bad: "failed"
        case .unknown: "unknown"
        }
        state.withLock { $0.counts[ProbeCount(container: name, kind: Self.title(kind), result: result), default: 0] += 1 }
    }

    fileprivate func report(_ pod: Pod, _ name: String, _ kind: String, _ text: String) {
        let title = Self.title(kind)
        recorder.record(pod, type: "Warning", reason: "Unhealthy", message: "\(title) probe failed: \(text)", field: PodSync.fieldPath(name, pod))
    }

    fileprivate func setReady(_ name: String, _ isReady: Bool) {
        let changed = state.withLock { state in
            defer { state.results.isReady[name] = isReady }
            return state.results.isReady[name] != isReady
        }
        if changed { onChange() }
    }

    fileprivate func setStarted(_ name: String) {
        state.withLock { $0.results.isStarted[name] = true }
        onChange()
    }

    fileprivate func setFailed(_ id: String, _ failed: ProbeResults.Failed) {
        state.withLock { $0.results.failed[id] = failed }
        onChange()
    }
}

/// One probe of one container, until the container is gone.
private struct ProbeWatch: Sendable {
    let prober: PodProber
    let pod: Pod
    let name: String
    let kind: String
    let probe: Value
    let needsStart: Bool
    let startedAt: Timestamp
    let action: ProbeAction

    func run() async {
        let elapsed = Timestamp.now().seconds - startedAt.seconds
        let delay = (probe["initialDelaySeconds"].int ?? 0) - elapsed
        if delay > 0 { try? await Task.sleep(for: .seconds(delay)) }
        var counter = ProbeCounter(
            successThreshold: probe["successThreshold"].int ?? 1, failureThreshold: probe["failureThreshold"].int ?? 3)
        while !Task.isCancelled {
            let isHeld = kind != "startupProbe" && needsStart && !prober.isStarted(name)
            if !isHeld {
                let outcome = await action.run(probe)
                if Task.isCancelled { return }
                prober.count(name, kind, outcome)
                switch outcome {
                case .unknown: break
                case .good: if act(on: counter.success()) { return }
                case .bad(let text):
                    prober.report(pod, name, kind, text)
                    if act(on: counter.failure()) { return }
                }
            }
            // While the container starts, the other probes wait for the startup probe and then begin without delay.
            try? await Task.sleep(for: isHeld ? .milliseconds(500) : .seconds(max(probe["periodSeconds"].int ?? 10, 1)))
        }
    }

    /// True when the probe has nothing more to say.
    private func act(on verdict: ProbeCounter.Verdict) -> Bool {
        switch (kind, verdict) {
        case (_, .undecided): return false
        case ("readinessProbe", let verdict):
            prober.setReady(name, verdict == .up)
            return false
        case ("startupProbe", .up):
            prober.setStarted(name)
            return true
        case (_, .up): return false
        case (_, .down):
            prober.setFailed(action.id, .init(probe: kind == "livenessProbe" ? "liveness" : "startup", grace: probe["terminationGracePeriodSeconds"].int))
            return true
        }
    }
}

/// Counts what a probe found until a threshold is reached.
struct ProbeCounter: Equatable {
    enum Verdict: Equatable { case undecided, up, down }

    let successThreshold: Int64
    let failureThreshold: Int64
    private var successes: Int64 = 0
    private var failures: Int64 = 0

    init(successThreshold: Int64, failureThreshold: Int64) {
        self.successThreshold = successThreshold
        self.failureThreshold = failureThreshold
    }

    mutating func success() -> Verdict {
        successes += 1
        failures = 0
        return successes >= successThreshold ? .up : .undecided
    }

    mutating func failure() -> Verdict {
        failures += 1
        successes = 0
        return failures >= failureThreshold ? .down : .undecided
    }
}
