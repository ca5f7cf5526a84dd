import Glibc
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
    /// For how many times as long where threads of the process have work, or wait for a processor: on a busy machine those that
    /// have something to do must not miss the time in which they could. Other tests' threads count, too, hence a bound.
    private static let busyTurns = 6
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
        var seen = -1, busy = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.stillness)
            if state.withLock({ $0.activity == seen }), busy < Self.busyTurns, ThreadStates.othersHaveWork() {
                busy += 1
                continue
            }
            busy = 0
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

/// What the threads of this process do, as the kernel says.
private enum ThreadStates {
    /// Whether one beside the caller's runs, waits for a processor, or for a disk.
    static func othersHaveWork() -> Bool {
        guard let folder = opendir("/proc/self/task") else { return false }
        defer { closedir(folder) }
        let own = ownName
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name.hasPrefix(".") || name == own { continue }
            if let state = state("/proc/self/task/\(name)/stat"), state == UInt8(ascii: "R") || state == UInt8(ascii: "D") { return true }
        }
        return false
    }

    private static var ownName: String {
        var path = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/thread-self", &path, path.count)
        let bytes = path.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }
        return String(String(decoding: bytes, as: UTF8.self).split(separator: "/").last ?? "")
    }

    /// The letter behind the name, which stands in parentheses and may have some of its own.
    private static func state(_ path: String) -> UInt8? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0, let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")), end + 2 < count else { return nil }
        return bytes[end + 2]
    }
}
