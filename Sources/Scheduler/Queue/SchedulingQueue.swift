/// The pods that wait for a node: those to try now in order of priority, those that failed and are held back, those that wait
/// for something to change. A value; the time comes from outside.
struct SchedulingQueue: Sendable {
    private struct Entry: Sendable {
        let key: String
        let priority: Int64
        let sequence: UInt64

        func comesBefore(_ other: Entry) -> Bool { priority != other.priority ? priority > other.priority : sequence < other.sequence }
    }

    private struct Waiting: Sendable {
        let priority: Int64
        let since: ContinuousClock.Instant
        /// When it may be tried again at the earliest.
        let earliest: ContinuousClock.Instant
        let waitsForPods: Bool
    }

    private var heap: [Entry] = []
    private var active: Set<String> = []
    private var heldBack: [String: Waiting] = [:]
    private var unschedulable: [String: Waiting] = [:]
    private var attempts: [String: Int] = [:]
    private var sequence: UInt64 = 0
    /// How many changes there were that may have helped: an attempt during which one came is tried again.
    private(set) var moves: UInt64 = 0

    private static let firstDelay: Duration = .seconds(1)
    private static let longestDelay: Duration = .seconds(10)
    /// After this time a pod is tried again even when nothing seems to have changed.
    private static let longestWait: Duration = .seconds(300)

    var isEmpty: Bool { heap.isEmpty }
    /// How many pods are to be tried now, are held back for a time, and wait for a change.
    var lengths: (active: Int, heldBack: Int, unschedulable: Int) { (heap.count, heldBack.count, unschedulable.count) }
    var waitingCount: Int { heldBack.count + unschedulable.count }

    mutating func add(_ key: String, priority: Int64) {
        heldBack[key] = nil
        unschedulable[key] = nil
        guard active.insert(key).inserted else { return }
        sequence += 1
        heap.append(Entry(key: key, priority: priority, sequence: sequence))
        rise(heap.count - 1)
    }

    /// The pod to try next. Its attempt counts from here.
    mutating func pop() -> String? {
        while let first = heap.first {
            let last = heap.removeLast()
            if !heap.isEmpty {
                heap[0] = last
                sink(0)
            }
            guard active.remove(first.key) != nil else { continue }
            attempts[first.key, default: 0] += 1
            return first.key
        }
        return nil
    }

    /// The pod found no node. `before` is `moves` as it was when the attempt began.
    mutating func failed(_ key: String, priority: Int64, waitsForPods: Bool, before: UInt64, now: ContinuousClock.Instant) {
        if active.contains(key) { return }
        let delay = min(Self.firstDelay * (1 << min(max((attempts[key] ?? 1) - 1, 0), 10)), Self.longestDelay)
        let entry = Waiting(priority: priority, since: now, earliest: now + delay, waitsForPods: waitsForPods)
        if before == moves { unschedulable[key] = entry } else { heldBack[key] = entry }
    }

    /// The pod is bound or gone.
    mutating func forget(_ key: String) {
        active.remove(key)
        heldBack[key] = nil
        unschedulable[key] = nil
        attempts[key] = nil
    }

    /// Something changed that may help: all pods that wait, or those that wait for other pods.
    mutating func wake(onlyThoseWaitingForPods: Bool, now: ContinuousClock.Instant) {
        moves += 1
        for (key, entry) in unschedulable where !onlyThoseWaitingForPods || entry.waitsForPods {
            unschedulable[key] = nil
            if entry.earliest <= now { add(key, priority: entry.priority) } else { heldBack[key] = entry }
        }
    }

    /// Lets go of what was held back for long enough; returns when to come again.
    mutating func release(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        for (key, entry) in heldBack where entry.earliest <= now { add(key, priority: entry.priority) }
        for (key, entry) in unschedulable where entry.since + Self.longestWait <= now { add(key, priority: entry.priority) }
        let first = heldBack.values.map(\.earliest).min()
        let second = unschedulable.values.map { $0.since + Self.longestWait }.min()
        return [first, second].compactMap { $0 }.min()
    }

    // MARK: heap

    private mutating func rise(_ start: Int) {
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard heap[position].comesBefore(heap[parent]) else { return }
            heap.swapAt(position, parent)
            position = parent
        }
    }

    private mutating func sink(_ start: Int) {
        var position = start
        while true {
            var best = position
            for child in [2 * position + 1, 2 * position + 2] where child < heap.count && heap[child].comesBefore(heap[best]) { best = child }
            if best == position { return }
            heap.swapAt(position, best)
            position = best
        }
    }
}
