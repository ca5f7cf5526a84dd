import Logging
import Storage
import Synchronization

/// Carries every change of the store into the watch caches, in the order of the revisions.
///
/// One watch on the whole store feeds all caches, so that one revision says how far all of them are.
final class CacheFeed: Sendable {
    private struct Routes {
        var caches: [String: WatchCache] = [:]
    }

    static let root = "/registry/"
    /// How many of the last changes are read as changes when the caches are loaded.
    private static let repeatedChanges: Revision = 1000

    private let storage: any Storage
    private let applied: AppliedRevision
    private let routes = Mutex(Routes())
    private let logger: Logger
    private let following = Atomic<Bool>(false)

    init(storage: any Storage, applied: AppliedRevision, logger: Logger) {
        self.storage = storage
        self.applied = applied
        self.logger = logger
    }

    /// Registers a cache by its key prefix. Before `load`, or with objects that it loaded itself.
    func add(_ cache: WatchCache) {
        routes.withLock { $0.caches[cache.prefix] = cache }
    }

    func remove(_ cache: WatchCache) {
        _ = routes.withLock { $0.caches.removeValue(forKey: cache.prefix) }
    }

    /// Adds a cache while the feed runs: its objects are loaded first, then it joins.
    func addLive(_ cache: WatchCache) async throws(StorageError) {
        let listed = try await storage.list(prefix: cache.prefix, startingAt: nil, limit: 0, at: nil)
        cache.load(listed.records, revision: listed.revision)
        add(cache)
    }

    /// The cache of a key: prefixes end with a slash and have one or two names below the root.
    private func cache(for key: String, in caches: [String: WatchCache]) -> WatchCache? {
        var slashes = 0
        let bytes = key.utf8
        var best: WatchCache?
        for index in bytes.indices where bytes[index] == UInt8(ascii: "/") {
            slashes += 1
            if slashes == 3 || slashes == 4 {
                if let cache = caches[String(key[...index])] { best = cache }
                if slashes == 4 { break }
            }
        }
        return best
    }

    /// Reads what the store held some changes ago, so that `run` brings these changes and watches that were open
    /// before a restart go on where they were. Returns the revision up to which the caches are complete, and the one
    /// that they have to reach before they show the present.
    func load() async throws(StorageError) -> (loaded: Revision, present: Revision) {
        let present = try await storage.currentRevision()
        let take: (WatchCache, [StoredRecord], Revision) -> Void = { $0.load($1, revision: $2) }
        if present > 1 {
            do throws(StorageError) {
                return (try await readAll(at: max(1, present - Self.repeatedChanges), take), present)
            } catch {
                guard case .compacted(let oldest) = error.code else { throw error }
                if oldest > 0, oldest < present, let loaded = try? await readAll(at: oldest, take) { return (loaded, present) }
            }
        }
        let loaded = try await readAll(take)
        return (loaded, loaded)
    }

    private func readAll(
        at revision: Revision? = nil, _ take: (WatchCache, [StoredRecord], Revision) -> Void
    ) async throws(StorageError) -> Revision {
        let caches = routes.withLock { $0.caches }
        let listed = try await storage.list(prefix: Self.root, startingAt: nil, limit: 0, at: revision)
        var byPrefix: [String: [StoredRecord]] = [:]
        for record in listed.records {
            if let cache = cache(for: record.key, in: caches) { byPrefix[cache.prefix, default: []].append(record) }
        }
        for cache in caches.values { take(cache, byPrefix[cache.prefix] ?? [], listed.revision) }
        applied.advance(to: listed.revision)
        return listed.revision
    }

    /// Follows the store until cancelled. A watch that ends is begun again where it was; where that is no longer
    /// possible, all is read anew and what differs is shown as events.
    func run(after revision: Revision) async {
        var revision = revision
        var pause = Duration.milliseconds(50)
        while !Task.isCancelled {
            let before = revision
            do throws(StorageError) {
                try await follow(&revision)
                if Task.isCancelled { return }
                logger.warning("the store's watch ended")
            } catch {
                logger.warning("the store's watch ended", metadata: ["reason": "\(error.reason)"])
            }
            if revision > before { pause = .milliseconds(50) }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
            do throws(StorageError) {
                revision = try await reload()
            } catch {
                logger.error("the store cannot be read", metadata: ["reason": "\(error.reason)"])
            }
        }
    }

    /// Whether changes of the store arrive.
    var isFollowing: Bool { following.load(ordering: .acquiring) }

    private func follow(_ revision: inout Revision) async throws(StorageError) {
        let watch = try await storage.watch(prefix: Self.root, after: revision)
        following.store(true, ordering: .releasing)
        defer { following.store(false, ordering: .releasing) }
        let outcome: Result<Revision, StorageError> = await withTaskCancellationHandler {
            var last = revision
            do throws(StorageError) {
                while let events = try await watch.next() {
                    apply(events)
                    last = events.last?.record.modRevision ?? last
                }
            } catch {
                return .failure(error)
            }
            return .success(last)
        } onCancel: {
            watch.cancel()
        }
        watch.cancel()
        revision = max(revision, applied.current)
        _ = try outcome.get()
    }

    /// Brings the caches to what the store holds now.
    private func reload() async throws(StorageError) -> Revision {
        try await readAll { cache, records, revision in cache.reconcile(records, revision: revision) }
    }

    private func apply(_ events: [StorageEvent]) {
        let caches = routes.withLock { $0.caches }
        for event in events {
            cache(for: event.record.key, in: caches)?.apply(event)
            applied.advance(to: event.record.modRevision)
        }
    }
}
