import Logging
import Objects
import Storage
import Synchronization

/// A watch on etcd that outlives its connections: it goes on after the last revision that it has brought.
///
/// The reader takes from the bounded queue; a compaction that passed the watch by ends it with `compacted`.
final class EtcdWatch: Sendable {
    private enum Ending: Sendable { case compacted(Revision), refused(String) }

    private struct State {
        var next: Revision
        /// The keys of revision `next` that were brought already, when the connection broke in the middle of it.
        var partly: Set<String> = []
        var ending: Ending?
        var hasBegun = false

        /// The events that were not brought before.
        mutating func advance(by events: [StorageEvent], isComplete: Bool) -> [StorageEvent] {
            guard let last = events.last?.record.modRevision else { return [] }
            let fresh = events.filter { $0.record.modRevision > next || !partly.contains($0.record.key) }
            if isComplete {
                next = last + 1
                partly = []
            } else {
                if last > next { partly = [] }
                next = max(next, last)
                partly.formUnion(events.filter { $0.record.modRevision == last }.map(\.record.key))
            }
            return fresh
        }
    }

    let queue: EventQueue
    private let connection: EtcdConnection
    private let state: Mutex<State>
    private let logger: Logger

    init(_ queue: EventQueue, after revision: Revision, _ connection: EtcdConnection, logger: Logger) {
        self.queue = queue
        self.connection = connection
        self.logger = logger
        state = Mutex(State(next: revision + 1))
    }

    /// Follows until cancelled, compacted or refused. `onBegin` runs once, when the server has taken the watch or
    /// has ended it.
    func run(onBegin: @escaping @Sendable () -> Void) async {
        var pause = Duration.milliseconds(20)
        while !Task.isCancelled {
            let begun = state.withLock { $0.next }
            do {
                try await connection.follow(EtcdMessages.watch(prefix: queue.prefix, from: begun)) { [self] response in
                    take(response, onBegin)
                }
            } catch {
                if !Task.isCancelled { logger.warning("the watch on etcd broke off", metadata: ["reason": "\(error.reason)"]) }
            }
            let (next, ending) = state.withLock { ($0.next, $0.ending) }
            switch ending {
            case .compacted(let oldest):
                queue.finish(StorageError(.compacted(oldest), "required revision has been compacted"))
                return
            case .refused(let reason):
                queue.finish(StorageError(.unavailable, reason))
                return
            case nil: break
            }
            if next > begun { pause = .milliseconds(20) }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// Whether the stream goes on.
    private func take(_ response: WireFields, _ onBegin: @Sendable () -> Void) -> Bool {
        let events = response.messages(11).map(EtcdMessages.event)
        // The parts of one revision may come as several messages: only a complete revision is behind us.
        let fresh = state.withLock { $0.advance(by: events, isComplete: !response.bool(7)) }
        if !fresh.isEmpty { queue.push(fresh) }
        let isFirst = state.withLock { state in
            defer { state.hasBegun = true }
            return !state.hasBegun
        }
        if isFirst { onBegin() }
        guard response.bool(4) else { return true }
        let oldest = response.int(5)
        state.withLock { $0.ending = oldest > 0 ? .compacted(oldest) : .refused("etcd ended the watch: \(response.text(6))") }
        return false
    }
}
