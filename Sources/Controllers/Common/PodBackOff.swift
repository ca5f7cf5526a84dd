import Objects
import Synchronization

/// Holds back what failed lately: a second after the first failure, twice as long after each next, at most 15 minutes.
final class PodBackOff: Sendable {
    private struct Entry {
        var failures = 0
        var until = ClusterTime.now
    }

    private let entries = Mutex<[String: Entry]>([:])
    private static let longest: Duration = .seconds(900)

    func failed(_ key: String) {
        entries.withLock { entries in
            if entries.count > 10_000 { entries = entries.filter { $0.value.until + Self.longest > ClusterTime.now } }
            var entry = entries[key] ?? Entry()
            // What went well for long enough starts from the beginning.
            if ClusterTime.now - entry.until > Self.longest * 2 { entry.failures = 0 }
            entry.until = ClusterTime.now + min(.seconds(1 << min(entry.failures, 10)), Self.longest)
            entry.failures += 1
            entries[key] = entry
        }
    }

    func isHeldBack(_ key: String) -> Bool { entries.withLock { $0[key].map { $0.until > ClusterTime.now } ?? false } }
}
