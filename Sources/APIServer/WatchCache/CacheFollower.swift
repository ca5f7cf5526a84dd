import Synchronization

/// Brings something up to date once, and again after every change of a resource. Changes that come meanwhile are one.
final class CacheFollower: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// Returns when the first `reconcile` has.
    func start(_ cache: WatchCache, _ reconcile: @escaping @Sendable () async -> Void) async {
        let (signal, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        guard let watcher = cache.watch(ObjectFilter(), from: .after(cache.snapshot().revision)) else { return }
        watcher.onArrival { continuation.yield() }
        await reconcile()
        let running = Task {
            for await _ in signal {
                let (_, isClosed) = watcher.take()
                if isClosed || Task.isCancelled { return }
                await reconcile()
            }
        }
        task.withLock { $0 = running }
    }

    func stop() { task.withLock { $0?.cancel() } }
}
