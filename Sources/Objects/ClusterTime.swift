/// Where a cluster's time comes from: the machine's clocks, unless a simulation gives another.
package protocol TimeSource: Sendable {
    /// Never goes back.
    var now: ContinuousClock.Instant { get }
    /// The time of day.
    var wall: Timestamp { get }
    /// Throws when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// The time of the cluster that the current task works for. Everything that waits or dates something asks here, so that a whole
/// control plane can live through hours in seconds.
package enum ClusterTime {
    /// Nil for the machine's clocks. Tasks hand it on to those that they start.
    @TaskLocal package static var source: (any TimeSource)?

    package static var now: ContinuousClock.Instant { source?.now ?? ContinuousClock.now }

    /// Throws when the task is cancelled.
    package static func sleep(for duration: Duration) async throws {
        guard let source else { return try await Task.sleep(for: duration) }
        try await source.sleep(for: duration)
    }
}
