import KubernetesTypes
import Objects
import Synchronization

/// What happened in the cluster, as the scheduler takes it in.
enum SchedulerEvent: Sendable {
    case node(NodeInfo)
    case nodeGone(String)
    /// A pod without a node.
    case waiting(Pod, PodSignature)
    /// The same pod, other in nothing that decides.
    case rewritten(Pod)
    case placed(Pod, PodSignature)
    /// A pod that ended or is deleted.
    case gone(Pod)
    case namespace(String, labels: [String: String]?)
    case service(namespace: String, name: String, selector: [String: String]?)
    case workload(kind: String, namespace: String, name: String, selector: Objects.LabelSelector?)
    case storageChanged
    case devicesChanged
    case budgetsChanged
    /// A binding was refused.
    case unbound(key: String, uid: String, isGone: Bool)
    /// Room could not be made.
    case nominationDropped(uid: String)
    /// An attempt that waited for others ended without a node.
    case deferred(key: String)
}

/// Brings events to the one task that decides.
final class SchedulerInbox: Sendable {
    private struct State {
        var events: [SchedulerEvent] = []
        var waiter: CheckedContinuation<Void, Never>?
        var isClosed = false
        /// Somebody wanted the next wait to be none.
        var isPoked = false
        var lengths: SchedulerMetrics.Lengths = (0, 0, 0)
    }

    private let state = Mutex(State())

    func put(_ event: SchedulerEvent) {
        let waiter = state.withLock { state in
            state.events.append(event)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func takeAll() -> [SchedulerEvent] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }

    /// How many pods wait, for who asks from outside.
    var lengths: SchedulerMetrics.Lengths { state.withLock { $0.lengths } }

    func setLengths(_ lengths: SchedulerMetrics.Lengths) { state.withLock { $0.lengths = lengths } }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Returns when something came, the inbox is closed, or `due` is there.
    func wait(until due: ContinuousClock.Instant?) async {
        let timer = due.map { due in
            Task {
                // One that is no longer needed must not end the next wait.
                do { try await ClusterTime.sleep(for: due - ClusterTime.now) } catch { return }
                poke()
            }
        }
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if !state.events.isEmpty || state.isClosed || state.isPoked {
                    state.isPoked = false
                    return true
                }
                state.waiter = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
        timer?.cancel()
    }

    func poke() {
        let waiter = state.withLock { state in
            if state.waiter == nil { state.isPoked = true }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func close() {
        state.withLock { $0.isClosed = true }
        poke()
    }
}
