import Objects
import Synchronization

/// One watch on one resource: a bounded queue between the cache and whoever reads.
///
/// The cache offers events under its own lock, in order; the reader takes all that gathered. A reader that
/// falls behind by more than `limit` events is cut off, so that nobody else pays for it. Whatever has to wake the
/// reader is given back, to be run without any lock: a task that is woken while it is being cancelled holds up whoever
/// wakes it, and its cancellation may need the cache.
final class Watcher: Sendable {
    /// Tells the reader that there is something to take.
    typealias Wake = @Sendable () -> Void

    enum Delivery: Sendable {
        case event(EventFrame.Kind, CacheEvent)
        /// An object of the initial state.
        case initial(EncodedObject)
        /// The reader is up to date with this revision; `endsInitial` after the last initial object.
        case bookmark(revision: Int64, endsInitial: Bool)

        /// The object that it shows.
        var object: EncodedObject? {
            switch self {
            case .event(_, let event): return event.object
            case .initial(let object): return object
            case .bookmark: return nil
            }
        }
    }

    private struct State {
        var pending: [Delivery] = []
        var isClosed = false
        var wake: Wake?

        /// Gives whom to wake, and lets go of it: it holds the reader, who holds the watcher.
        mutating func close() -> Wake? {
            isClosed = true
            defer { wake = nil }
            return wake
        }
    }

    let filter: ObjectFilter
    let limit: Int
    /// The version up to which the reader has seen all; another server may have told it of one that comes here later.
    private let since: Int64
    private let state = Mutex(State())

    init(filter: ObjectFilter, since: Int64 = 0, limit: Int = 8192) {
        self.filter = filter
        self.since = since
        self.limit = limit
    }

    /// Called by the reader: `wake` runs when something arrives, once for each `take` that left nothing.
    func onArrival(_ wake: @escaping Wake) {
        let ready = state.withLock { state in
            if !state.isClosed { state.wake = wake }
            return !state.pending.isEmpty || state.isClosed
        }
        if ready { wake() }
    }

    /// The initial state does not count against the limit: it is bounded by the cache itself.
    func seed(_ deliveries: [Delivery]) {
        state.withLock { $0.pending = deliveries + $0.pending }
    }

    func offer(_ event: CacheEvent, waking wakes: inout [Wake]) {
        guard event.revision > since, let kind = event.kind(for: filter) else { return }
        if let wake = push(.event(kind, event)) { wakes.append(wake) }
    }

    func push(_ delivery: Delivery) -> Wake? {
        state.withLock { state in
            if state.isClosed { return nil }
            if state.pending.count >= limit {
                state.pending = []
                return state.close()
            }
            state.pending.append(delivery)
            return state.pending.count == 1 ? state.wake : nil
        }
    }

    /// All that gathered, and whether the watch has ended.
    func take() -> (deliveries: [Delivery], isClosed: Bool) {
        state.withLock { state in
            let taken = state.pending
            state.pending = []
            return (taken, state.isClosed)
        }
    }

    /// Ends the watch after what is already queued.
    func close() {
        let wake = state.withLock { $0.close() }
        wake?()
    }

    /// Nobody reads any more.
    func abandon() {
        let left = state.withLock { state in
            defer { state.pending = [] }
            return (state.pending, state.close())
        }
        // What they hold is freed here, without the lock.
        withExtendedLifetime(left) {}
    }
}
