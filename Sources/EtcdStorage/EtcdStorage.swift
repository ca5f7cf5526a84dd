package import Logging
import Objects
package import Storage
import Synchronization

/// The engine on an etcd cluster (v3 API, 3.4 and newer): keys, values and leases as kube-apiserver keeps them.
package final class EtcdStorage: Storage {
    /// How many records one answer brings; a list of all takes several, of one revision.
    private static let pageSize = 1000

    private let connection: EtcdConnection
    private let leases: LeasePool
    private let tasks = Mutex<[ObjectIdentifier: Task<Void, Never>]>([:])
    private let compaction: Task<Void, Never>?
    private let logger: Logger

    package var isShared: Bool { true }

    /// Connects. Throws when no member answers within ten seconds.
    package init(_ settings: EtcdSettings, logger: Logger) async throws(StorageError) {
        let connection = try EtcdConnection(settings)
        self.connection = connection
        self.logger = logger
        leases = LeasePool(connection)
        compaction = settings.compactionInterval > .zero
            ? Task { await EtcdCompaction(connection, interval: settings.compactionInterval, logger: logger).run() } : nil
        do throws(StorageError) {
            try await connection.authenticate()
            _ = try await currentRevision()
        } catch {
            await close()
            throw error
        }
    }

    package func commit(_ mutation: StorageMutation) async throws(StorageError) -> CommitResult {
        switch mutation {
        case .update(let key, _, let expecting, _) where expecting < 1, .delete(let key, let expecting) where expecting < 1:
            // No record has such a revision; to etcd it would mean an absent key.
            let found = try await get(key)
            return .conflict(current: found.record, revision: found.revision)
        default:
            return EtcdMessages.result(try await connection.call("KV/Txn", EtcdMessages.transaction(mutation), isRead: false))
        }
    }

    package func get(_ key: String) async throws(StorageError) -> GetResult {
        let answer = try await connection.call("KV/Range", EtcdMessages.range(key: key), isRead: true)
        return GetResult(record: answer.messages(2).first.map(EtcdMessages.record), revision: EtcdMessages.revision(answer))
    }

    package func list(
        prefix: String, startingAt: String?, limit: Int, at revision: Revision?
    ) async throws(StorageError) -> ListResult {
        let end = EtcdMessages.end(of: prefix)
        var from = Array(max(startingAt ?? prefix, prefix).utf8)
        var records: [StoredRecord] = []
        var seen = revision ?? 0
        while true {
            let wanted = limit > 0 ? min(limit - records.count, Self.pageSize) : Self.pageSize
            let answer: WireFields
            do throws(StorageError) {
                answer = try await connection.call(
                    "KV/Range", EtcdMessages.range(from: from, to: end, limit: wanted, revision: seen), isRead: true, timeout: .seconds(60))
            } catch {
                guard case .compacted = error.code else { throw error }
                throw StorageError(.compacted(await oldestRevision()), error.reason)
            }
            if seen == 0 { seen = EtcdMessages.revision(answer) }
            let page = answer.messages(2).map(EtcdMessages.record)
            records += page
            let more = answer.bool(3)
            guard more, let last = page.last, limit == 0 || records.count < limit else {
                return ListResult(records: records, more: more, revision: seen)
            }
            from = Array(last.key.utf8) + [0]
        }
    }

    package func count(prefix: String) async throws(StorageError) -> Int {
        let request = EtcdMessages.range(from: Array(prefix.utf8), to: EtcdMessages.end(of: prefix), onlyCount: true)
        return Int(try await connection.call("KV/Range", request, isRead: true).int(4))
    }

    package func currentRevision() async throws(StorageError) -> Revision {
        // Any read that has to ask the leader tells it.
        EtcdMessages.revision(try await connection.call("KV/Range", EtcdMessages.range(key: "/registry/"), isRead: true))
    }

    /// The oldest revision that is kept: etcd says it only to a watch that begins before it. 0 when it does not say.
    private func oldestRevision() async -> Revision {
        let oldest = OldestRevision()
        try? await connection.follow(EtcdMessages.watch(prefix: "/registry/", from: 1)) { response in
            guard response.bool(4) else { return response.messages(11).isEmpty }
            oldest.value.store(response.int(5), ordering: .releasing)
            return false
        }
        return oldest.value.load(ordering: .acquiring)
    }

    package func watch(prefix: String, after: Revision) async throws(StorageError) -> any StorageWatch {
        let queue = EventQueue(prefix: prefix) { [weak self] queue in self?.forget(queue) }
        let watch = EtcdWatch(queue, after: after, connection, logger: logger)
        let begun = Gate()
        let task = Task {
            await watch.run { begun.open() }
            begun.open()
        }
        tasks.withLock { $0[ObjectIdentifier(queue)] = task }
        await begun.passed()
        return queue
    }

    private func forget(_ queue: EventQueue) {
        tasks.withLock { $0.removeValue(forKey: ObjectIdentifier(queue)) }?.cancel()
    }

    package func compact(to revision: Revision) async throws(StorageError) {
        _ = try await connection.call("KV/Compact", .build { $0.set(1, revision) }, isRead: false)
    }

    package func grantLease(ttlSeconds: Int64) async throws(StorageError) -> Int64 {
        try await leases.lease(ttlSeconds: ttlSeconds)
    }

    package func close() async {
        compaction?.cancel()
        let running = tasks.withLock { tasks in
            defer { tasks = [:] }
            return Array(tasks.values)
        }
        for task in running { task.cancel() }
        connection.close()
    }
}

/// What the probe of a watch found out.
private final class OldestRevision: Sendable {
    let value = Atomic<Revision>(0)
}
