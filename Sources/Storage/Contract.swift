package typealias Revision = Int64
package struct StoredRecord: Sendable, Equatable {
    package let key: String; package let value: [UInt8]; package let createRevision: Revision; package let modRevision: Revision; package let version: Int64; package let lease: Int64
}
package enum Mutation: Sendable {
    case create(key: String, value: [UInt8], lease: Int64 = 0)
    case update(key: String, value: [UInt8], expecting: Revision, lease: Int64 = 0)
    case delete(key: String, expecting: Revision)
}
package enum CommitResult: Sendable { case committed(Revision); case conflict(current: StoredRecord?, revision: Revision) }
package struct GetResult: Sendable { package let record: StoredRecord?; package let revision: Revision }
package struct ListResult: Sendable { package let records: [StoredRecord]; package let more: Bool; package let remaining: Int64?; package let revision: Revision }
package struct StorageEvent: Sendable { package enum Kind: Sendable { case put, delete }; package let kind: Kind; package let record: StoredRecord; package let previous: StoredRecord? }
package struct StorageError: Error { package enum Code: Sendable { case compacted(Revision), futureRevision, diskFull, corrupt, closed, unavailable, tooLarge }
    package let code: Code; package let reason: String }
package protocol Storage: Sendable {
  func commit(_ mutation: Mutation) async throws(StorageError) -> CommitResult
  func get(_ key: String) async throws(StorageError) -> GetResult
  func list(prefix: String, startingAt: String?, limit: Int, at revision: Revision?) async throws(StorageError) -> ListResult
  func count(prefix: String) async throws(StorageError) -> Int
  func currentRevision() async throws(StorageError) -> Revision
  func watch(prefix: String, after: Revision) async throws(StorageError) -> any StorageWatch
  func compact(to: Revision) async throws(StorageError)
  func grantLease(ttlSeconds: Int64) async throws(StorageError) -> Int64
  func close() async
}
package protocol StorageWatch: Sendable { func next() async throws(StorageError) -> [StorageEvent]?; func cancel() }
