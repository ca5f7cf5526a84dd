import Storage
import TestSupport
import Testing

/// What every engine has to do. Each test opens a store of its own.
@Suite struct StorageContractTests {
    private func revision(_ result: CommitResult) throws -> Revision {
        guard case .committed(let revision) = result else {
            throw StorageError(.unavailable, "not committed: \(result)")
        }
        return revision
    }

    @Test(arguments: StorageEngine.available) func createsOnceAndComparesRevisions(engine: StorageEngine) async throws {
        let place = try await engine.makePlace()
        defer { place.remove() }
        let store = try await place.open()
        let first = try revision(await store.commit(.create(key: "/a/x", value: [1])))
        guard case .conflict(let current, _) = try await store.commit(.create(key: "/a/x", value: [2])) else {
            Issue.record("created twice")
            return
        }
        #expect(current?.value == [1])
        let second = try revision(await store.commit(.update(key: "/a/x", value: [3], expecting: first)))
        #expect(second == first + 1)
        guard case .conflict(let stale, _) = try await store.commit(.update(key: "/a/x", value: [4], expecting: first)) else {
            Issue.record("a stale update was taken")
            return
        }
        #expect(stale?.modRevision == second && stale?.version == 2 && stale?.createRevision == first)
        guard case .conflict = try await store.commit(.delete(key: "/a/x", expecting: first)) else {
            Issue.record("a stale deletion was taken")
            return
        }
        _ = try revision(await store.commit(.delete(key: "/a/x", expecting: second)))
        #expect(try await store.get("/a/x").record == nil)
        guard case .conflict(let absent, _) = try await store.commit(.update(key: "/a/x", value: [], expecting: second)) else {
            Issue.record("what is gone was updated")
            return
        }
        #expect(absent == nil)
        await store.close()
    }

    @Test(arguments: StorageEngine.available) func listsPagesAtARevision(engine: StorageEngine) async throws {
        let place = try await engine.makePlace()
        defer { place.remove() }
        let store = try await place.open()
        for number in 0..<10 { _ = try await store.commit(.create(key: "/p/\(number)", value: [UInt8(number)])) }
        _ = try await store.commit(.create(key: "/pq", value: [99]))
        let first = try await store.list(prefix: "/p/", startingAt: nil, limit: 4, at: nil)
        #expect(first.records.map(\.key) == ["/p/0", "/p/1", "/p/2", "/p/3"])
        #expect(first.more)
        let third = try await store.get("/p/5")
        _ = try await store.commit(.delete(key: "/p/5", expecting: third.record?.modRevision ?? 0))
        let rest = try await store.list(prefix: "/p/", startingAt: "/p/4", limit: 0, at: first.revision)
        #expect(rest.records.map(\.key) == ["/p/4", "/p/5", "/p/6", "/p/7", "/p/8", "/p/9"])
        #expect(try await store.count(prefix: "/p/") == 9)
        await store.close()
    }

    @Test(arguments: StorageEngine.available) func refusesCompactedAndFutureRevisions(engine: StorageEngine) async throws {
        let place = try await engine.makePlace()
        defer { place.remove() }
        let store = try await place.open()
        var last = try revision(await store.commit(.create(key: "/k", value: [0])))
        let early = last
        for number in 1..<20 { last = try revision(await store.commit(.update(key: "/k", value: [UInt8(number)], expecting: last))) }
        try await store.compact(to: last)
        await #expect(throws: StorageError(.compacted(last), "")) {
            _ = try await store.list(prefix: "/k", startingAt: nil, limit: 0, at: early)
        }
        await #expect(throws: StorageError(.futureRevision, "")) {
            _ = try await store.list(prefix: "/k", startingAt: nil, limit: 0, at: last + 100)
        }
        #expect(try await store.get("/k").record?.value == [19])
        await store.close()
    }

    @Test(arguments: StorageEngine.available) func survivesBeingOpenedAgain(engine: StorageEngine) async throws {
        let place = try await engine.makePlace()
        defer { place.remove() }
        let store = try await place.open()
        let written = try revision(await store.commit(.create(key: "/stays", value: [7])))
        await store.close()
        let again = try await place.open()
        let found = try await again.get("/stays")
        #expect(found.record?.modRevision == written)
        #expect(try revision(await again.commit(.create(key: "/new", value: []))) == written + 1)
        await again.close()
    }

    @Test(arguments: StorageEngine.available) func watchesBringEveryChangeInOrder(engine: StorageEngine) async throws {
        let place = try await engine.makePlace()
        defer { place.remove() }
        let store = try await place.open()
        let start = try await store.currentRevision()
        let watch = try await store.watch(prefix: "/w/", after: start)
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<25 { _ = try? await store.commit(.create(key: "/w/\(writer)-\(number)", value: [])) }
                }
                group.addTask { _ = try? await store.commit(.create(key: "/other/\(writer)", value: [])) }
            }
        }
        var seen: [StorageEvent] = []
        while seen.count < 200, let events = try await watch.next() { seen += events }
        #expect(Set(seen.map(\.record.key)).count == 200)
        #expect(seen.map(\.record.modRevision) == seen.map(\.record.modRevision).sorted())
        // A watch from the past brings the same again.
        let replay = try await store.watch(prefix: "/w/", after: start)
        var again: [StorageEvent] = []
        while again.count < 200, let events = try await replay.next() { again += events }
        #expect(again == seen)
        watch.cancel()
        replay.cancel()
        await store.close()
    }

    /// Keys go with the lease under which they were last written, each with an event of its own, however many they are.
    @Test(arguments: StorageEngine.available) func leasesTakeTheirKeysWithThem(engine: StorageEngine) async throws {
        let place = try await engine.makePlace()
        defer { place.remove() }
        let store = try await place.open()
        let short = try await store.grantLease(ttlSeconds: 15), long = try await store.grantLease(ttlSeconds: 3600)
        let kept = try revision(await store.commit(.create(key: "/e/kept", value: [1], lease: short)))
        let renewed = try revision(await store.commit(.create(key: "/e/renewed", value: [1], lease: short)))
        let count = 1100
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count { group.addTask { _ = try await store.commit(.create(key: "/e/\(number)", value: [1], lease: short)) } }
            try await group.waitForAll()
        }
        _ = try await store.commit(.update(key: "/e/kept", value: [2], expecting: kept))
        let last = try revision(await store.commit(.update(key: "/e/renewed", value: [2], expecting: renewed, lease: long)))
        let watch = try await store.watch(prefix: "/e/", after: last)
        var gone: [StorageEvent] = []
        while gone.count < count, let events = try await watch.next() { gone += events }
        watch.cancel()
        #expect(gone.allSatisfy { $0.kind == .delete })
        #expect(Set(gone.map(\.record.key)) == Set((0..<count).map { "/e/\($0)" }))
        #expect(zip(gone, gone.dropFirst()).allSatisfy { $0.record.modRevision <= $1.record.modRevision })
        #expect(try await store.list(prefix: "/e/", startingAt: nil, limit: 0, at: nil).records.map(\.key) == ["/e/kept", "/e/renewed"])
        await store.close()
    }

    @Test(arguments: StorageEngine.available, [UInt64.random(in: 0..<1_000_000), 7, 42])
    func behavesLikeTheModel(engine: StorageEngine, seed: UInt64) async throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let place = try await engine.makePlace()
        defer { place.remove() }
        let store = try await place.open()
        var model = StorageModel(revision: try await store.currentRevision())
        let watch = try await store.watch(prefix: "/", after: model.revision)
        for _ in 0..<400 {
            let key = "/\("ab".randomElement(using: &random) ?? "a")/\(Int.random(in: 0..<8, using: &random))"
            let known = model.records[key]?.modRevision ?? Revision.random(in: 0..<5, using: &random)
            let guess = Int.random(in: 0..<10, using: &random) == 0 ? known + 1 : known
            let value = [UInt8.random(in: 0...255, using: &random)]
            let mutation: StorageMutation = switch Int.random(in: 0..<3, using: &random) {
            case 0: .create(key: key, value: value)
            case 1: .update(key: key, value: value, expecting: guess)
            default: .delete(key: key, expecting: guess)
            }
            let result = try await store.commit(mutation)
            #expect(result == model.commit(mutation), "\(mutation)")
            if Int.random(in: 0..<20, using: &random) == 0 {
                #expect(try await store.list(prefix: "/a/", startingAt: nil, limit: 0, at: nil).records == model.list("/a/"))
            }
        }
        var seen: [StorageEvent] = []
        while seen.count < model.events.count, let events = try await watch.next() { seen += events }
        #expect(seen.map(\.record.key) == model.events.map(\.record.key))
        #expect(seen.map(\.record.modRevision) == model.events.map(\.record.modRevision))
        #expect(seen.map(\.kind) == model.events.map(\.kind))
        watch.cancel()
        await store.close()
    }
}
