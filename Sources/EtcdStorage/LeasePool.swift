import Objects
import Storage

/// Leases that several keys share, as kube-apiserver shares them: one for all events of a minute, not one each.
actor LeasePool {
    /// How long a lease takes further keys, and by how much it lives longer than they asked for.
    private static let sharedSeconds: Int64 = 60
    private static let sharedKeys = 1000

    private struct Lease {
        let id: Int64
        let until: ContinuousClock.Instant
        var keys: Int
    }

    private let connection: EtcdConnection
    private var leases: [Int64: Lease] = [:]

    init(_ connection: EtcdConnection) { self.connection = connection }

    /// A lease that ends no sooner than in `ttlSeconds`.
    func lease(ttlSeconds: Int64) async throws(StorageError) -> Int64 {
        // A short lease is meant exactly.
        let extra = ttlSeconds >= 10 * Self.sharedSeconds ? Self.sharedSeconds : 0
        if extra > 0, var known = leases[ttlSeconds], known.until > .now, known.keys < Self.sharedKeys {
            known.keys += 1
            leases[ttlSeconds] = known
            return known.id
        }
        let answer = try await connection.call("Lease/LeaseGrant", .build { $0.set(1, ttlSeconds + extra) }, isRead: true)
        let id = answer.int(2)
        guard id != 0 else { throw StorageError(.unavailable, "etcd granted no lease: \(answer.text(4))") }
        if extra > 0 { leases[ttlSeconds] = Lease(id: id, until: .now + .seconds(extra), keys: 1) }
        return id
    }
}
