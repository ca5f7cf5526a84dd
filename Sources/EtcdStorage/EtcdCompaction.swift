import Logging
import Objects
import Storage

/// Forgets what is older than one interval, together with every other API server on the same etcd.
///
/// The key `compact_rev_key` is kube-apiserver's: who changes its version first compacts, the others wait for the
/// next turn. So servers of both kinds may share one etcd.
struct EtcdCompaction {
    private static let key = "compact_rev_key"

    private let connection: EtcdConnection
    private let interval: Duration
    private let logger: Logger

    init(_ connection: EtcdConnection, interval: Duration, logger: Logger) {
        self.connection = connection
        self.interval = interval
        self.logger = logger
    }

    func run() async {
        var version: Int64 = 0
        var revision: Revision = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: interval)
            if Task.isCancelled { return }
            do throws(StorageError) {
                (version, revision) = try await turn(version, revision)
            } catch {
                logger.warning("etcd was not compacted", metadata: ["reason": "\(error.reason)"])
            }
        }
    }

    /// One turn: forgets what was before `revision`, the state one interval ago, if nobody else took this turn.
    private func turn(_ version: Int64, _ revision: Revision) async throws(StorageError) -> (Int64, Revision) {
        let request = WireMessage.build { transaction in
            // EQUAL of the key's VERSION, both 0.
            transaction.set(1, .build {
                $0.set(3, Self.key)
                $0.put(4, version)
            })
            transaction.set(2, EtcdMessages.put(Self.key, Array(String(revision).utf8), 0))
            transaction.set(3, .build { $0.set(1, EtcdMessages.range(key: Self.key)) })
        }
        let answer = try await connection.call("KV/Txn", request, isRead: false)
        let current = EtcdMessages.revision(answer)
        guard answer.bool(2) else {
            let found = answer.messages(3).first?.message(1).messages(2).first.map(EtcdMessages.record)
            return (found?.version ?? 0, current)
        }
        if revision > 0 { _ = try await connection.call("KV/Compact", .build { $0.set(1, revision) }, isRead: false) }
        return (version + 1, current)
    }
}
