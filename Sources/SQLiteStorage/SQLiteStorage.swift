#if canImport(Glibc)
import Glibc
#endif
package import Storage
import Synchronization

/// The embedded engine: one SQLite file in WAL mode, one writer thread, one reader thread.
package final class SQLiteStorage: Storage {
    private enum Read: Sendable {
        case run(@Sendable (borrowing SQLiteReader) -> Void)
    }

    /// Gives jobs a connection that lives on the reader's thread.
    struct SQLiteReader: ~Copyable {
        let connection: SQLiteConnection
    }

    private let writer = WorkerThread<SQLiteWriter.Job>()
    private let reader = WorkerThread<Read>()
    private let published = Atomic<Int64>.Pointer()

    package var isShared: Bool { false }

    /// Opens or creates the file (mode 0600). Throws when it cannot be used.
    package init(path: String) async throws(StorageError) {
        let before = umask(0o077)
        defer { umask(before) }
        let opened: Result<Void, StorageError> = await withCheckedContinuation { [writer, published] continuation in
            startThread {
                do throws(StorageError) {
                    let engine = try SQLiteWriter(path: path, published: published)
                    continuation.resume(returning: .success(()))
                    engine.run(writer)
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        try opened.get()
        let reading: Result<Void, StorageError> = await withCheckedContinuation { [reader] continuation in
            startThread {
                do throws(StorageError) {
                    let connection = try SQLiteConnection(path: path, isReader: true)
                    try connection.execute("PRAGMA cache_size = -1024")
                    continuation.resume(returning: .success(()))
                    let context = SQLiteReader(connection: connection)
                    while let jobs = reader.take(waitingAtMost: nil) {
                        for case .run(let job) in jobs { job(context) }
                    }
                    connection.close()
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        try reading.get()
    }

    private static let closed = StorageError(.closed, "the store is closed")

    private func write<Answer: Sendable>(
        _ job: @escaping (@escaping @Sendable (Result<Answer, StorageError>) -> Void) -> SQLiteWriter.Job
    ) async throws(StorageError) -> Answer {
        let result: Result<Answer, StorageError> = await withCheckedContinuation { continuation in
            if !writer.submit(job { continuation.resume(returning: $0) }) {
                continuation.resume(returning: .failure(Self.closed))
            }
        }
        return try result.get()
    }

    private func read<Answer: Sendable>(
        _ body: @escaping @Sendable (SQLiteConnection) throws(StorageError) -> Answer
    ) async throws(StorageError) -> Answer {
        let result: Result<Answer, StorageError> = await withCheckedContinuation { continuation in
            let job = Read.run { context in
                do throws(StorageError) {
                    continuation.resume(returning: .success(try body(context.connection)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if !reader.submit(job) { continuation.resume(returning: .failure(Self.closed)) }
        }
        return try result.get()
    }

    package func commit(_ mutation: StorageMutation) async throws(StorageError) -> CommitResult {
        try await write { .commit(mutation, $0) }
    }

    package func get(_ key: String) async throws(StorageError) -> GetResult {
        try await read { [published] connection throws(StorageError) in
            let revision = published.load()
            return GetResult(record: try SQLiteSchema.record(connection, key: key), revision: revision)
        }
    }

    package func list(
        prefix: String, startingAt: String?, limit: Int, at revision: Revision?
    ) async throws(StorageError) -> ListResult {
        try await read { [published] connection throws(StorageError) in
            try connection.execute("BEGIN")
            defer { try? connection.execute("COMMIT") }
            let (current, compacted) = try SQLiteSchema.revisions(connection)
            if let revision {
                if revision < compacted { throw StorageError(.compacted(compacted), "required revision has been compacted") }
                if revision > max(current, published.load()) {
                    throw StorageError(.futureRevision, "required revision is a future revision")
                }
            }
            var records = try SQLiteSchema.list(
                connection, prefix: prefix, from: max(startingAt ?? prefix, prefix), limit: limit, at: revision)
            let more = limit > 0 && records.count > limit
            if more { records.removeLast() }
            return ListResult(records: records, more: more, revision: revision ?? current)
        }
    }

    package func count(prefix: String) async throws(StorageError) -> Int {
        try await read { connection throws(StorageError) in try SQLiteSchema.count(connection, prefix: prefix) }
    }

    package func currentRevision() async throws(StorageError) -> Revision { published.load() }

    package func watch(prefix: String, after: Revision) async throws(StorageError) -> any StorageWatch {
        let queue = EventQueue(prefix: prefix) { [writer] queue in _ = writer.submit(.unwatch(queue)) }
        try await write { .watch(queue, after: after, $0) }
        return queue
    }

    package func compact(to revision: Revision) async throws(StorageError) {
        try await write { .compact(revision, $0) }
    }

    package func grantLease(ttlSeconds: Int64) async throws(StorageError) -> Int64 {
        try await write { .lease(ttlSeconds, $0) }
    }

    package func close() async {
        writer.close()
        reader.close()
    }
}
