import Objects

/// Pauses that double with each failure: 10 s, 20 s, … 300 s, forgotten after ten quiet minutes.
struct Backoff: Sendable, Equatable {
    private static let first: Int64 = 10
    private static let longest: Int64 = 300

    /// Seconds.
    private(set) var pause: Int64 = 0
    private var updated = Timestamp(seconds: 0)

    /// Until when nothing is tried again after a failure at `failure`; nil when now is the time.
    func end(after failure: Timestamp, now: Timestamp) -> Timestamp? {
        guard pause > 0, !hasExpired(now) else { return nil }
        let end = failure + .seconds(pause)
        return end > now ? end : nil
    }

    /// To be called when it is tried again, or has failed.
    mutating func grow(now: Timestamp) {
        pause = pause == 0 || hasExpired(now) ? Self.first : min(pause * 2, Self.longest)
        updated = now
    }

    private func hasExpired(_ now: Timestamp) -> Bool { now.seconds - updated.seconds > 2 * Self.longest }
}
