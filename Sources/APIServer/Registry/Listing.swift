import KubernetesTypes
import Objects
import Schema
import Storage

/// Answers lists from the watch cache, and from the store's past when a page asks for a state that the
/// cache no longer holds.
struct Listing: Sendable {
    let kind: ServedKind
    let options: ListOptions

    private var cache: WatchCache { kind.store.cache }

    /// The whole list, where an index gives it at once: what is newest, and what is less than a page.
    func indexed() -> ObjectList? {
        guard options.continuation == nil, options.resourceVersion ?? 0 == 0,
            let (candidates, revision) = cache.candidates(options.filter)
        else { return nil }
        let objects = candidates.filter(options.filter.matches)
        // Whether a full page goes on depends on all objects behind it.
        if options.limit > 0, objects.count >= options.limit { return nil }
        return ObjectList(objects: objects, revision: revision, continuation: nil, remaining: nil, kind: kind)
    }

    /// The state to list from; nil when only the store has it.
    func snapshot() throws(StatusError) -> WatchCache.Snapshot? {
        if let token = options.continuation, !token.isInconsistent { return cache.retained(token.revision) }
        let snapshot = cache.snapshot()
        if let wanted = options.resourceVersion, wanted > 0 {
            if wanted > snapshot.revision {
                throw StatusError(
                    code: 504, reason: "Timeout", message: "Timeout: Too large resource version: \(wanted), current: \(snapshot.revision)",
                    details: [
                        "causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]],
                        "retryAfterSeconds": 1,
                    ])
            }
            let isExact = options.match == .exact || (options.match == .unset && options.limit > 0)
            if isExact { return cache.retained(wanted) }
        }
        return snapshot
    }

    func page(_ snapshot: WatchCache.Snapshot) -> ObjectList {
        let prefix = options.filter.namespace.isEmpty ? "" : options.filter.namespace + "/"
        let start = options.continuation.map { $0.after + "\0" } ?? ""
        var objects: [EncodedObject] = []
        var last = ""
        var hasMore = false
        var remaining: Int64 = 0
        if options.filter.isEverything, options.limit == 0 { objects.reserveCapacity(snapshot.objects.count) }
        // With a selector Kubernetes does not count what remains, so the walk may stop.
        let counts = options.filter.labels.isEverything && options.filter.fields.isEverything
        snapshot.objects.forEach(from: start, prefix: prefix) { object in
            // A full page goes on as long as there are keys, whether or not their objects would match.
            if options.limit > 0, objects.count == options.limit, options.filter.name == nil {
                hasMore = true
                remaining += 1
                return counts
            }
            guard options.filter.matches(object) else { return true }
            objects.append(object)
            last = object.key
            return true
        }
        if hasMore { cache.retain(snapshot) }
        return ObjectList(
            objects: objects, revision: snapshot.revision,
            continuation: hasMore ? ContinueToken(revision: snapshot.revision, after: last).text : nil,
            remaining: hasMore && counts ? remaining : nil, kind: kind)
    }

    /// A page out of the store's history. Throws 410 when it is compacted.
    func pageFromStore() async throws(StatusError) -> ObjectList {
        let revision = options.continuation?.revision ?? options.resourceVersion ?? 0
        let prefix = cache.prefix + (options.filter.namespace.isEmpty ? "" : options.filter.namespace + "/")
        do {
            let result = try await kind.store.storage.list(
                prefix: prefix, startingAt: options.continuation.map { cache.prefix + $0.after + "\0" }, limit: 0, at: revision)
            var past = SortedObjects()
            for record in result.records {
                past.upsert(cache.codec.object(from: record, key: String(record.key.dropFirst(cache.prefix.count))))
            }
            return page(WatchCache.Snapshot(objects: past, revision: revision))
        } catch {
            if case .compacted = error.code {
                throw Self.expiry(options.continuation)
            }
            throw StatusError(storage: error)
        }
    }

    /// The state of a list's first page is gone. The rest of the list can still be had, as it is by now.
    private static func expiry(_ token: ContinueToken?) -> StatusError {
        guard let token else { return .expired("The resourceVersion for the provided list is too old.") }
        var error = StatusError.expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.")
        error.continuation = ContinueToken(revision: ContinueToken.newest, after: token.after).text
        return error
    }
}
