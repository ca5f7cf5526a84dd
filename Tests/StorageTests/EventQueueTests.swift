import Storage
import Testing

@Suite struct EventQueueTests {
    private func event(_ key: String, _ revision: Revision) -> StorageEvent {
        StorageEvent(kind: .put, record: StoredRecord(key: key, value: [], createRevision: revision, modRevision: revision, version: 1))
    }

    @Test func keepsOnlyItsPrefix() async throws {
        let queue = EventQueue(prefix: "/a/") { _ in }
        queue.push([event("/a/1", 1), event("/b/1", 2), event("/a/2", 3)])
        #expect(try await queue.next()?.map(\.record.key) == ["/a/1", "/a/2"])
    }

    @Test func aReaderThatFallsBehindLosesItsWatch() async throws {
        let queue = EventQueue(prefix: "/", limit: 2) { _ in }
        queue.push([event("/1", 1), event("/2", 2), event("/3", 3)])
        await #expect(throws: StorageError(.unavailable, "")) { _ = try await queue.next() }
    }

    @Test func endsWhenCancelled() async throws {
        let queue = EventQueue(prefix: "/") { _ in }
        queue.cancel()
        #expect(try await queue.next() == nil)
    }
}
