import ComponentMetrics
import HTTPServing
import KubernetesTypes
import NIOCore
import NIOHTTP1
import Objects
import Synchronization

/// One watch on its way to one client: takes what the cache queued and writes it, as fast as the client reads.
///
/// All state lives on the connection's event loop.
final class WatchStream: Sendable {
    private struct State {
        var isEnded = false
        var isPreparing = false
        var timers: [Scheduled<Void>] = []
    }

    private let watch: WatchAnswer
    private let frames: WatchFrames
    private let exchange: HTTPExchange
    private let events: ComponentMetrics.Counter
    private let onEnd: @Sendable () -> Void
    private let state: NIOLockedState<State>

    init(
        _ frames: WatchFrames, exchange: HTTPExchange, events: ComponentMetrics.Counter, onEnd: @escaping @Sendable () -> Void
    ) {
        self.events = events
        self.onEnd = onEnd
        watch = frames.watch
        self.frames = frames
        self.exchange = exchange
        state = NIOLockedState(State())
    }

    func start(_ headers: HTTPHeaders) {
        var headers = headers
        headers.add(name: "content-type", value: frames.contentType)
        exchange.begin(.ok, headers)
        exchange.onClose { [self] in finish() }
        let loop = exchange.eventLoop
        let end = loop.scheduleTask(in: .seconds(watch.timeoutSeconds)) { [self] in
            drain()
            finish()
            exchange.end()
        }
        state.withLock { $0.timers.append(end) }
        if watch.sendsBookmarks { scheduleBookmark() }
        watch.watcher.onArrival { [self] in
            if loop.inEventLoop { drain() } else { loop.execute { [self] in drain() } }
        }
    }

    private func scheduleBookmark() {
        let timer = exchange.eventLoop.scheduleTask(in: .seconds(watch.bookmarkPause)) { [self] in
            if state.withLock({ $0.isEnded }) { return }
            watch.cache.bookmark(watch.watcher)
            scheduleBookmark()
        }
        state.withLock { $0.timers.append(timer) }
    }

    private func drain() {
        if watch.kind.needsPreparation { return drainPrepared() }
        let (deliveries, isClosed) = watch.watcher.take()
        for delivery in deliveries { exchange.write(frames.frame(delivery)) }
        events.increment(by: deliveries.count)
        if isClosed {
            finish()
            exchange.end()
        }
    }

    /// As `drain` for objects that a webhook has to convert first: one batch after the other, in order.
    private func drainPrepared() {
        let isBusy = state.withLock { state in
            defer { state.isPreparing = true }
            return state.isPreparing || state.isEnded
        }
        if isBusy { return }
        let (deliveries, isClosed) = watch.watcher.take()
        if deliveries.isEmpty, !isClosed {
            state.withLock { $0.isPreparing = false }
            return
        }
        Task { [self] in
            let failure = await frames.preparation(deliveries)
            exchange.eventLoop.execute { [self] in finishBatch(deliveries, isClosed: isClosed, failure: failure) }
        }
    }

    private func finishBatch(_ deliveries: [Watcher.Delivery], isClosed: Bool, failure: StatusError?) {
        let isEnded = state.withLock { state in
            state.isPreparing = false
            return state.isEnded
        }
        if isEnded { return }
        if let failure {
            exchange.write(frames.failure(failure))
        } else {
            for delivery in deliveries { exchange.write(frames.frame(delivery)) }
        }
        if isClosed || failure != nil {
            finish()
            exchange.end()
        } else {
            drainPrepared()
        }
    }

    private func finish() {
        let (timers, isFirst) = state.withLock { state in
            defer {
                state.timers = []
                state.isEnded = true
            }
            return (state.timers, !state.isEnded)
        }
        for timer in timers { timer.cancel() }
        watch.cache.remove(watch.watcher)
        if isFirst { onEnd() }
    }
}

/// A mutex around state that is touched from one event loop, so contention is nil.
final class NIOLockedState<State: Sendable>: Sendable {
    private let mutex: Mutex<State>

    init(_ state: State) { mutex = Mutex(state) }

    func withLock<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        mutex.withLock { state in body(&state) }
    }
}
