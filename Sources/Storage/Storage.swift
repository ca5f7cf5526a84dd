/// The store's one clock: it grows by one with every change, and never goes back.
package typealias Revision = Int64

/// The part of etcd v3 that Kubernetes uses: compare-and-swap per key, lists and watches by revision.
///
/// Keys are text like `/registry/pods/default/a`, ordered by their bytes. All calls may be made from any thread.
package protocol Storage: Sendable {
    /// Whether others write to it too, so that a reader of a cache has to ask whether it is up to date.
    var isShared: Bool { get }
    /// Applies one mutation durably, or says why it does not apply. What is `committed` survives a crash.
    func commit(_ mutation: StorageMutation) async throws(StorageError) -> CommitResult
    func get(_ key: String) async throws(StorageError) -> GetResult
    /// The records whose keys begin with `prefix`, from `startingAt` (inclusive) on, at most `limit` of them
    /// (0 for all), as of `revision` (nil for now). Throws `compacted` for a revision that is gone.
    func list(prefix: String, startingAt: String?, limit: Int, at revision: Revision?) async throws(StorageError) -> ListResult
    func count(prefix: String) async throws(StorageError) -> Int
    func currentRevision() async throws(StorageError) -> Revision
    /// The changes after `after`, in the order of revisions, without gap or repetition.
    func watch(prefix: String, after: Revision) async throws(StorageError) -> any StorageWatch
    /// Forgets the states before `to`; the newest state of every key stays.
    func compact(to revision: Revision) async throws(StorageError)
    /// A lease that ends after `ttlSeconds`; keys written under it are deleted then. Leases of one length
    /// granted close together may be shared, as Kubernetes shares them for events.
    func grantLease(ttlSeconds: Int64) async throws(StorageError) -> Int64
    /// Finishes what was accepted and closes the files.
    func close() async
}

/// A running watch.
package protocol StorageWatch: Sendable {
    /// The next events, at least one; nil after `cancel`. Throws when the watch fell too far behind.
    func next() async throws(StorageError) -> [StorageEvent]?
    func cancel()
}

/// One key at one revision.
package struct StoredRecord: Sendable, Equatable {
    package let key: String
    package let value: [UInt8]
    package let createRevision: Revision
    package let modRevision: Revision
    /// 1 for a new key, one more with every change.
    package let version: Int64
    /// 0 when no lease ends it.
    package let lease: Int64

    package init(
        key: String, value: [UInt8], createRevision: Revision, modRevision: Revision, version: Int64, lease: Int64 = 0
    ) {
        self.key = key
        self.value = value
        self.createRevision = createRevision
        self.modRevision = modRevision
        self.version = version
        self.lease = lease
    }
}

package enum StorageMutation: Sendable {
    /// Only when the key is absent.
    case create(key: String, value: [UInt8], lease: Int64 = 0)
    /// Only when the key's last change is `expecting`.
    case update(key: String, value: [UInt8], expecting: Revision, lease: Int64 = 0)
    case delete(key: String, expecting: Revision)

    package var key: String {
        switch self {
        case .create(let key, _, _), .update(let key, _, _, _), .delete(let key, _): return key
        }
    }
}

package enum CommitResult: Sendable, Equatable {
    /// The revision of the change; of a deletion too.
    case committed(Revision)
    /// The key exists already, has another revision, or is gone (`current` is nil). `revision` is the store's.
    case conflict(current: StoredRecord?, revision: Revision)
}

package struct GetResult: Sendable, Equatable {
    package let record: StoredRecord?
    package let revision: Revision

    package init(record: StoredRecord?, revision: Revision) {
        self.record = record
        self.revision = revision
    }
}

package struct ListResult: Sendable, Equatable {
    package let records: [StoredRecord]
    /// Whether `limit` cut the list off.
    package let more: Bool
    package let revision: Revision

    package init(records: [StoredRecord], more: Bool, revision: Revision) {
        self.records = records
        self.more = more
        self.revision = revision
    }
}

package struct StorageEvent: Sendable, Equatable {
    package enum Kind: Sendable { case put, delete }

    package let kind: Kind
    /// For a deletion: the key and the revision of the deletion, without value.
    package let record: StoredRecord

    package init(kind: Kind, record: StoredRecord) {
        self.kind = kind
        self.record = record
    }
}

/// Why the store could not do what it was asked.
package struct StorageError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        /// The revision asked for is before this one, which is the oldest kept.
        case compacted(Revision)
        case futureRevision
        case diskFull
        case corrupt
        case closed
        case unavailable
        case tooLarge
    }

    package let code: Code
    package let reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    package static func == (left: StorageError, right: StorageError) -> Bool { left.code == right.code }
    package var description: String { reason }
}
