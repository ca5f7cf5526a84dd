import Objects
import Synchronization

/// Time that jumps to the next moment at which somebody wants to be woken, as soon as nothing happens any more.
///
/// What happens takes no time: only sleeping does. So minutes of a cluster's life pass in milliseconds.
final class SimulatedTime: TimeSource {
    private struct Sleeper {
        let due: Duration
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var elapsed = Duration.zero
        var sleepers: [Int: Sleeper] = [:]
        var lastSleeper = 0
        /// Sleepers that were cancelled before they slept.
        var cancelled: Set<Int> = []
        /// How often somebody asked or went to sleep: a sign that something happens.
        var activity = 0
    }

    /// How long nothing may happen before time goes on.
    private static let stillness = Duration.milliseconds(2)
    private static let beginning = Timestamp(seconds: 1_800_000_000)

    private let start = ContinuousClock.now
    private let state = Mutex(State())

    var now: ContinuousClock.Instant { start + elapsed }
    var wall: Timestamp { Self.beginning + elapsed }

    var elapsed: Duration {
        state.withLock { state in
            state.activity += 1
            return state.elapsed
        }
    }

    func sleep(for duration: Duration) async throws {
        let number = state.withLock { state in
            state.lastSleeper += 1
            state.activity += 1
            return state.lastSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if state.cancelled.remove(number) != nil { return true }
                    state.sleepers[number] = Sleeper(due: state.elapsed + max(duration, .zero), continuation: continuation)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                if let sleeper = state.sleepers.removeValue(forKey: number) { return Optional(sleeper) }
                state.cancelled.insert(number)
                return nil
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
        state.withLock { _ = $0.cancelled.remove(number) }
    }

    /// Lets time go on until cancelled. Runs on the machine's own clock.
    func run() async {
        var seen = -1
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.stillness)
            let woken = state.withLock { state -> [Sleeper] in
                if state.activity != seen {
                    seen = state.activity
                    return []
                }
                guard let next = state.sleepers.values.map(\.due).min() else { return [] }
                state.elapsed = max(state.elapsed, next)
                let due = state.sleepers.filter { $0.value.due <= next }
                for number in due.keys { state.sleepers[number] = nil }
                return Array(due.values)
            }
            for sleeper in woken { sleeper.continuation.resume() }
        }
    }
}
