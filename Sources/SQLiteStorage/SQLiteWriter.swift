import Storage
import Synchronization

/// The only one that changes the file: takes all mutations that gathered, and commits them as one.
///
/// Lives on its own thread; nothing here is shared.
final class SQLiteWriter {
    enum Job: Sendable {
        case commit(StorageMutation, @Sendable (Result<CommitResult, StorageError>) -> Void)
        case watch(EventQueue, after: Revision, @Sendable (Result<Void, StorageError>) -> Void)
        case compact(Revision, @Sendable (Result<Void, StorageError>) -> Void)
        case lease(Int64, @Sendable (Result<Int64, StorageError>) -> Void)
        case unwatch(EventQueue)
    }

    private let connection: SQLiteConnection
    private let published: Atomic<Int64>.Pointer
    private var revision: Revision
    private var compacted: Revision
    private var watches: [EventQueue] = []
    /// The newest lease of each length, and when it was granted.
    private var recentLeases: [Int64: (id: Int64, granted: Int64)] = [:]
    private var nextExpiry: Int64?
    /// The lease whose keys are being deleted, and up to which revision.
    private var expiring: (lease: Int64, revision: Revision)?
    /// Samples of time and revision, by which history is compacted after `historySeconds`.
    private var samples: [(time: Int64, revision: Revision)] = []
    private var pendingCompaction: Revision?
    /// How many revisions the next step looks at, and up to where writes had come at the last one.
    private var compactionStep: Int64 = 200
    private var revisionAtStep: Revision = 0
    private var isShrinking = false

    private static let historySeconds: Int64 = 300
    private static let leaseShareSeconds: Int64 = 60
    /// What a step of compaction may take: writers wait for it.
    private static let stepTime: Duration = .milliseconds(4)
    /// How many keys whose lease has ended go at a time.
    private static let expiryStep: Int64 = 500
    private static let stepLimits: ClosedRange<Int64> = 50...2000

    init(path: String, published: Atomic<Int64>.Pointer) throws(StorageError) {
        connection = try SQLiteConnection(path: path, isReader: false)
        self.published = published
        try Self.check(connection, path)
        try SQLiteSchema.prepare(connection)
        (revision, compacted) = try SQLiteSchema.revisions(connection)
        published.store(revision)
        nextExpiry = try Self.nextExpiry(connection)
    }

    /// Files up to this size are looked through at each start; larger ones would take longer than a start may.
    private static let checkedBytes: Int64 = 64 << 20

    /// Throws when the file is damaged: better nobody is served than with half of what was written.
    private static func check(_ connection: SQLiteConnection, _ path: String) throws(StorageError) {
        do throws(StorageError) {
            var pages: Int64 = 0, size: Int64 = 0
            try connection.run("PRAGMA page_count") { pages = $0.int(0) }
            try connection.run("PRAGMA page_size") { size = $0.int(0) }
            if pages * size <= checkedBytes { try SQLiteIntegrity.check(connection) }
        } catch where error.code == .corrupt {
            throw StorageError(
                .corrupt, "the store \(path) is damaged: \(error.reason); `martlet snapshot restore` takes back a copy of it")
        }
    }

    func run(_ queue: WorkerThread<Job>) {
        while let jobs = queue.take(waitingAtMost: waitMilliseconds()) {
            handle(jobs)
            housekeep()
        }
        for watch in watches { watch.finish(StorageError(.closed, "the store is closed")) }
        connection.close()
    }

    /// Nil when nothing but a job can bring work, so that an idle store costs nothing.
    private func waitMilliseconds() -> Int? {
        if pendingCompaction != nil { return 5 }
        if isShrinking { return 20 }
        var waits: [Int64] = []
        if let nextExpiry { waits.append(max(nextExpiry - MonotonicSeconds.wall(), 0) * 1000 + 20) }
        if let oldest = samples.first { waits.append(max(oldest.time + Self.historySeconds - MonotonicSeconds.wall(), 0) * 1000 + 20) }
        return waits.min().map { Int(min($0, 3_600_000)) }
    }

    // MARK: mutations

    private func handle(_ jobs: [Job]) {
        var commits: [(StorageMutation, @Sendable (Result<CommitResult, StorageError>) -> Void)] = []
        for job in jobs {
            switch job {
            case .commit(let mutation, let done): commits.append((mutation, done))
            case .watch(let queue, let after, let done):
                flush(&commits)
                done(begin(queue, after: after))
            case .compact(let target, let done):
                flush(&commits)
                pendingCompaction = max(pendingCompaction ?? 0, min(target, revision))
                do {
                    while pendingCompaction != nil { try compactStep() }
                    done(.success(()))
                } catch {
                    done(.failure(error))
                }
            case .lease(let seconds, let done): done(lease(seconds))
            case .unwatch(let queue): watches.removeAll { $0 === queue }
            }
        }
        flush(&commits)
    }

    /// Commits what gathered as one transaction; acknowledges only after it is on disk.
    private func flush(_ commits: inout [(StorageMutation, @Sendable (Result<CommitResult, StorageError>) -> Void)]) {
        if commits.isEmpty { return }
        let batch = commits
        commits = []
        let before = revision
        var results: [CommitResult] = []
        var events: [StorageEvent] = []
        do {
            try connection.execute("BEGIN IMMEDIATE")
            for (mutation, _) in batch { results.append(try apply(mutation, &events)) }
            try connection.execute("COMMIT")
        } catch {
            try? connection.execute("ROLLBACK")
            revision = before
            for (_, done) in batch { done(.failure(error)) }
            return
        }
        published.store(revision)
        if !events.isEmpty {
            for watch in watches { watch.push(events) }
            sample()
        }
        for ((_, done), result) in zip(batch, results) { done(.success(result)) }
    }

    private func apply(_ mutation: StorageMutation, _ events: inout [StorageEvent]) throws(StorageError) -> CommitResult {
        let key = mutation.key
        let current = try SQLiteSchema.record(connection, key: key)
        let value: [UInt8]
        let lease: Int64
        switch mutation {
        case .create(_, let bytes, let id):
            if current != nil { return .conflict(current: current, revision: revision) }
            (value, lease) = (bytes, id)
        case .update(_, let bytes, let expecting, let id):
            if current?.modRevision != expecting { return .conflict(current: current, revision: revision) }
            (value, lease) = (bytes, id)
        case .delete(_, let expecting):
            if current?.modRevision != expecting { return .conflict(current: current, revision: revision) }
            revision += 1
            try SQLiteSchema.delete(connection, key: key, revision: revision)
            events.append(Self.deletion(key, revision))
            return .committed(revision)
        }
        revision += 1
        let record = StoredRecord(
            key: key, value: value, createRevision: current?.createRevision ?? revision, modRevision: revision,
            version: (current?.version ?? 0) + 1, lease: lease)
        try SQLiteSchema.put(connection, record)
        events.append(StorageEvent(kind: .put, record: record))
        return .committed(revision)
    }

    private static func deletion(_ key: String, _ revision: Revision) -> StorageEvent {
        StorageEvent(
            kind: .delete, record: StoredRecord(key: key, value: [], createRevision: 0, modRevision: revision, version: 0))
    }

    // MARK: watches

    private func begin(_ queue: EventQueue, after: Revision) -> Result<Void, StorageError> {
        if after < compacted {
            return .failure(StorageError(.compacted(compacted), "required revision has been compacted"))
        }
        if after < revision {
            do {
                queue.push(try SQLiteSchema.events(connection, after: after))
            } catch {
                return .failure(error)
            }
        }
        watches.append(queue)
        return .success(())
    }

    // MARK: leases

    private func lease(_ seconds: Int64) -> Result<Int64, StorageError> {
        let now = MonotonicSeconds.wall()
        if let recent = recentLeases[seconds], now - recent.granted < min(Self.leaseShareSeconds, seconds / 2) {
            return .success(recent.id)
        }
        let expires = now + seconds + min(Self.leaseShareSeconds, seconds / 2)
        do {
            let id = try SQLiteSchema.grant(connection, expires: expires)
            recentLeases[seconds] = (id, now)
            nextExpiry = min(nextExpiry ?? expires, expires)
            return .success(id)
        } catch {
            return .failure(error)
        }
    }

    private static func nextExpiry(_ connection: SQLiteConnection) throws(StorageError) -> Int64? {
        var expiry: Int64?
        try connection.run("SELECT min(expires) FROM leases") { row in
            let value = row.int(0)
            if value > 0 { expiry = value }
        }
        return expiry
    }

    /// Deletes the keys of a lease that has ended, some at a time: an hour after a great change these are hundreds of thousands of Events.
    private func expireLeases() throws(StorageError) {
        let now = MonotonicSeconds.wall()
        guard let expiry = nextExpiry, expiry <= now else { return }
        let before = revision
        var events: [StorageEvent] = []
        do {
            try connection.execute("BEGIN IMMEDIATE")
            if let lease = try SQLiteSchema.lease(connection, expiredBy: now) {
                let after = expiring?.lease == lease ? expiring?.revision ?? 0 : 0
                let keys = try SQLiteSchema.keys(connection, lease: lease, after: after, limit: Self.expiryStep)
                for (key, _) in keys {
                    revision += 1
                    try SQLiteSchema.delete(connection, key: key, revision: revision)
                    events.append(Self.deletion(key, revision))
                }
                expiring = keys.last.map { (lease, $0.revision) }
                if keys.count < Self.expiryStep { try connection.run("DELETE FROM leases WHERE id = ?", [.int(lease)]) }
            }
            try connection.execute("COMMIT")
        } catch {
            try? connection.execute("ROLLBACK")
            revision = before
            expiring = nil
            nextExpiry = now + 10
            throw error
        }
        published.store(revision)
        if !events.isEmpty { for watch in watches { watch.push(events) } }
        nextExpiry = try Self.nextExpiry(connection)
    }

    // MARK: history

    private func sample() {
        let now = MonotonicSeconds.wall()
        if let last = samples.last, now - last.time < 30 { return }
        samples.append((now, revision))
    }

    /// What may be done between commits; failures are repeated later.
    private func housekeep() {
        try? expireLeases()
        let now = MonotonicSeconds.wall()
        while let oldest = samples.first, now - oldest.time >= Self.historySeconds {
            pendingCompaction = max(pendingCompaction ?? 0, oldest.revision)
            samples.removeFirst()
        }
        if pendingCompaction != nil {
            try? compactStep()
        } else if isShrinking {
            isShrinking = (try? shrinkStep()) ?? false
        }
    }

    /// Gives some free pages back to the disk; false when few are left, which the next writes will take.
    private func shrinkStep() throws(StorageError) -> Bool {
        var free: Int64 = 0, pages: Int64 = 0
        try connection.run("PRAGMA freelist_count") { free = $0.int(0) }
        try connection.run("PRAGMA page_count") { pages = $0.int(0) }
        guard free > max(256, pages / 16) else { return false }
        try connection.execute("PRAGMA incremental_vacuum(256)")
        return true
    }

    /// Forgets the superseded records of a bounded range of revisions, so that writers wait only briefly.
    private func compactStep() throws(StorageError) {
        guard let target = pendingCompaction else { return }
        if target <= compacted {
            pendingCompaction = nil
            return
        }
        if revisionAtStep == 0 { revisionAtStep = revision }
        // At least twice of what was written since, so that it comes to an end.
        let next = min(compacted + max(compactionStep, 2 * (revision - revisionAtStep)), target)
        revisionAtStep = revision
        let begun = ContinuousClock.now
        do {
            try SQLiteSchema.compact(connection, from: compacted, to: next)
        } catch {
            pendingCompaction = nil
            throw error
        }
        let taken = ContinuousClock.now - begun
        let fitting = taken > Self.stepTime * 2 ? compactionStep / 2 : taken < Self.stepTime / 2 ? compactionStep * 2 : compactionStep
        compactionStep = min(max(fitting, Self.stepLimits.lowerBound), Self.stepLimits.upperBound)
        compacted = next
        if next >= target {
            pendingCompaction = nil
            revisionAtStep = 0
            isShrinking = true
        }
    }
}
