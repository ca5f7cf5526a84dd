package import Logging
package import Storage
import Synchronization

/// A store in which the values of some keys are encrypted. Whoever uses it sees plain values.
package final class EncryptedStorage: Storage {
    private let base: any Storage
    private let configuration: Mutex<EncryptionConfiguration>
    private let logger: Logger

    package init(_ base: any Storage, _ configuration: EncryptionConfiguration, logger: Logger) {
        self.base = base
        self.configuration = Mutex(configuration)
        self.logger = logger
    }

    package var isShared: Bool { base.isShared }

    /// Takes another configuration, at once. Values that its first providers did not write are to be written anew: `renew`.
    package func reload(_ new: EncryptionConfiguration) { configuration.withLock { $0 = new } }

    private func transformers(_ key: String) -> [any DataTransformer] {
        configuration.withLock { configuration in
            configuration.entries.first { entry in entry.prefixes.contains { key.hasPrefix($0) } }?.transformers ?? []
        }
    }

    private func seal(_ value: [UInt8], _ key: String) async throws(StorageError) -> [UInt8] {
        guard let first = transformers(key).first else { return value }
        do {
            return Array(first.prefix.utf8) + (try await first.encrypt(value, key: key))
        } catch {
            throw StorageError(.unavailable, "\(key) cannot be encrypted: \(error)")
        }
    }

    private static let mark = Array("k8s:enc:".utf8)

    private func open(_ record: StoredRecord) async throws(StorageError) -> StoredRecord {
        let candidates = transformers(record.key)
        let isSealed = record.value.starts(with: Self.mark)
        if candidates.isEmpty, !isSealed { return record }
        for candidate in candidates where isSealed != candidate.prefix.isEmpty {
            let prefix = Array(candidate.prefix.utf8)
            guard record.value.starts(with: prefix) else { continue }
            do {
                let plain = try await candidate.decrypt(record.value[prefix.count...], key: record.key)
                return StoredRecord(
                    key: record.key, value: plain, createRevision: record.createRevision, modRevision: record.modRevision,
                    version: record.version, lease: record.lease)
            } catch {
                throw StorageError(.corrupt, "\(record.key) cannot be read: \(error)")
            }
        }
        throw StorageError(.corrupt, "\(record.key) cannot be read: no provider of the encryption configuration fits")
    }

    private func open(_ records: [StoredRecord]) async throws(StorageError) -> [StoredRecord] {
        var opened: [StoredRecord] = []
        opened.reserveCapacity(records.count)
        for record in records { opened.append(try await open(record)) }
        return opened
    }

    // MARK: the contract

    package func commit(_ mutation: StorageMutation) async throws(StorageError) -> CommitResult {
        let sealed: StorageMutation = switch mutation {
        case .create(let key, let value, let lease): .create(key: key, value: try await seal(value, key), lease: lease)
        case .update(let key, let value, let expecting, let lease):
            .update(key: key, value: try await seal(value, key), expecting: expecting, lease: lease)
        case .delete: mutation
        }
        let result = try await base.commit(sealed)
        guard case .conflict(let current?, let revision) = result else { return result }
        return .conflict(current: try await open(current), revision: revision)
    }

    package func get(_ key: String) async throws(StorageError) -> GetResult {
        let result = try await base.get(key)
        guard let record = result.record else { return result }
        return GetResult(record: try await open(record), revision: result.revision)
    }

    package func list(
        prefix: String, startingAt: String?, limit: Int, at revision: Revision?
    ) async throws(StorageError) -> ListResult {
        let result = try await base.list(prefix: prefix, startingAt: startingAt, limit: limit, at: revision)
        return ListResult(records: try await open(result.records), more: result.more, revision: result.revision)
    }

    package func count(prefix: String) async throws(StorageError) -> Int { try await base.count(prefix: prefix) }
    package func currentRevision() async throws(StorageError) -> Revision { try await base.currentRevision() }

    package func watch(prefix: String, after: Revision) async throws(StorageError) -> any StorageWatch {
        Watch(base: try await base.watch(prefix: prefix, after: after), storage: self)
    }

    package func compact(to revision: Revision) async throws(StorageError) { try await base.compact(to: revision) }
    package func grantLease(ttlSeconds: Int64) async throws(StorageError) -> Int64 { try await base.grantLease(ttlSeconds: ttlSeconds) }
    package func close() async { await base.close() }

    private struct Watch: StorageWatch {
        let base: any StorageWatch
        let storage: EncryptedStorage

        func next() async throws(StorageError) -> [StorageEvent]? {
            guard let events = try await base.next() else { return nil }
            var opened: [StorageEvent] = []
            opened.reserveCapacity(events.count)
            for event in events {
                opened.append(event.kind == .put ? StorageEvent(kind: .put, record: try await storage.open(event.record)) : event)
            }
            return opened
        }

        func cancel() { base.cancel() }
    }

    // MARK: renewal

    /// Writes values anew that the present first provider did not write: plain ones, and those of older keys. A write of
    /// somebody else that comes first has done it already. Returns how many were written.
    @discardableResult
    package func renew() async throws(StorageError) -> Int {
        let prefixes = configuration.withLock { $0.entries.flatMap(\.prefixes) }
        var written = 0
        for prefix in prefixes {
            var from: String?
            while true {
                let page = try await base.list(prefix: prefix, startingAt: from, limit: 500, at: nil)
                for record in page.records where isStale(record) {
                    let plain = try await open(record)
                    let mutation = StorageMutation.update(
                        key: record.key, value: plain.value, expecting: record.modRevision, lease: record.lease)
                    if case .committed = try await commit(mutation) { written += 1 }
                }
                guard page.more, let last = page.records.last else { break }
                from = last.key + "\0"
            }
        }
        if written > 0 { logger.info("stored values were encrypted anew", metadata: ["count": "\(written)"]) }
        return written
    }

    private func isStale(_ record: StoredRecord) -> Bool {
        guard let first = transformers(record.key).first else { return false }
        if first.prefix.isEmpty { return record.value.starts(with: Self.mark) }
        return !record.value.starts(with: Array(first.prefix.utf8))
    }
}
