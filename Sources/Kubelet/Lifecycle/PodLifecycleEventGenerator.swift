import ContainerRuntime
import Logging
import Synchronization

/// Says of which pods the runtime's picture changed (PLEG).
///
/// It lists sandboxes and containers and compares with the list before: at once when containerd reports that a task
/// started or ended, else each second; when events flow, the periodic look is rare, for what events may miss.
final class PodLifecycleEventGenerator: Sendable {
    private let runtime: CRIClient
    private let logger: Logger
    private let onChange: @Sendable (String) -> Void
    private let isStreaming = Flag()
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let picture = Mutex<[String: Set<String>]>([:])
    /// Until when to look often.
    private let closeLook = Mutex<ContinuousClock.Instant?>(nil)
    private let lastSuccess = Mutex<ContinuousClock.Instant>(.now)

    init(_ runtime: CRIClient, logger: Logger, onChange: @escaping @Sendable (String) -> Void) {
        self.runtime = runtime
        self.logger = logger
        self.onChange = onChange
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Whether the runtime answered within the last three minutes.
    var isHealthy: Bool { lastSuccess.withLock { ContinuousClock.now - $0 < .seconds(180) } }

    /// Looks until cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in await listen() }
            group.addTask { [self] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: isStreaming.isSet ? .seconds(10) : .seconds(1))
                    signal.yield()
                }
                signal.finish()
            }
            for await _ in signals {
                await relist()
                // Events come in bursts: a pod's start is several.
                try? await Task.sleep(for: .milliseconds(20))
            }
            group.cancelAll()
        }
    }

    private func listen() async {
        while !Task.isCancelled {
            // A stream without events says nothing: one that lives this long stands.
            let settling = Task { [isStreaming] in
                try await Task.sleep(for: .seconds(3))
                isStreaming.set()
            }
            do throws(RuntimeError) {
                try await runtime.taskEvents { [self] in sawEvent() }
            } catch {
                settling.cancel()
                isStreaming.clear()
                // 12: a runtime that knows no such events.
                if error.code == 12 { return }
                logger.debug("the runtime's events broke off", metadata: ["reason": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(2))
        }
    }

    /// The CRI part of containerd learns of an end by the same event as we do, and may list the container as running for
    /// some time yet: so an event is followed by a few more looks.
    private func sawEvent() {
        signal.yield()
        let isFirst = closeLook.withLock { until in
            defer { until = .now + .milliseconds(1500) }
            return until == nil
        }
        guard isFirst else { return }
        Task { [self] in
            while closeLook.withLock({ $0.map { $0 > .now } ?? false }) {
                try? await Task.sleep(for: .milliseconds(100))
                signal.yield()
            }
            closeLook.withLock { $0 = nil }
        }
    }

    /// The uids of all pods of which the runtime has something, as of the last look.
    var knownPods: Set<String> { picture.withLock { Set($0.keys) } }

    /// One look. Calls `onChange` for each pod whose picture changed.
    func relist() async {
        guard let sandboxes = try? await runtime.sandboxes(), let containers = try? await runtime.containers() else { return }
        lastSuccess.withLock { $0 = .now }
        var new: [String: Set<String>] = [:]
        for sandbox in sandboxes {
            if let uid = sandbox.labels[KubeletSettings.Label.uid] { new[uid, default: []].insert("\(sandbox.id)/\(sandbox.isReady)") }
        }
        for container in containers {
            if let uid = container.labels[KubeletSettings.Label.uid] { new[uid, default: []].insert("\(container.id)/\(container.state)") }
        }
        let fresh = new
        let old = picture.withLock { picture in
            defer { picture = fresh }
            return picture
        }
        for (uid, things) in fresh where old[uid] != things { onChange(uid) }
        for uid in old.keys where fresh[uid] == nil { onChange(uid) }
    }
}
