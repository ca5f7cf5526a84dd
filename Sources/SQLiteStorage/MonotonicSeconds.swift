#if canImport(Glibc)
import Glibc
#endif
import Synchronization

enum MonotonicSeconds {
    /// Seconds since 1970: leases outlive the process, so they end by the wall clock.
    static func wall() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }
}

extension Atomic where Value == Int64 {
    /// A shared revision that the writer publishes and readers look at.
    final class Pointer: Sendable {
        private let value = Atomic<Int64>(0)

        func load() -> Int64 { value.load(ordering: .acquiring) }
        func store(_ number: Int64) { value.store(number, ordering: .releasing) }
    }
}
