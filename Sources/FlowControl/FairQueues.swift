import DequeModule

/// The queues of a priority level: fair queuing of requests over flows, by virtual time.
///
/// Each queue gets an equal share of the seats as long as it has requests. How far a queue has come is counted in
/// seat-seconds: the next request is that of the queue which would end it first if all went on at the same pace. A request
/// is billed an estimate when it starts, and what it really took when it ends.
package struct FairQueues: Sendable {
    /// What becomes of a request that arrives.
    package enum Arrival: Sendable, Hashable {
        /// It starts, on account of this queue.
        case starts(queue: Int)
        case waits
        case full
    }

    /// A request that starts after it has waited.
    package struct Start: Sendable, Hashable {
        package let id: UInt64
        package let queue: Int
    }

    private struct Waiting: Sendable {
        let id: UInt64
        let width: RequestWidth
    }

    private struct Queue: Sendable {
        var waiting: Deque<Waiting> = []
        var waitingWork = 0.0
        var executing = 0
        var executingSeats = 0
        /// The virtual time at which its next request starts.
        var nextStart = 0.0

        var isActive: Bool { executing > 0 || !waiting.isEmpty }
    }

    /// Seats that are taken for a while after their request.
    private struct Lingering: Sendable {
        let until: Double
        let seats: Int
    }

    /// What a request takes until it is known what it took, in seconds.
    private static let estimate = 0.003

    package private(set) var limit: Int
    private var handSize: Int
    private var lengthLimit: Int
    /// How many of the queues get requests.
    private var deck: Int
    private var queues: [Queue]
    private var lingering: Deque<Lingering> = []
    private var virtual = 0.0
    private var updated = 0.0
    private var active = 0
    private var turn = 0

    package private(set) var executing = 0
    package private(set) var executingSeats = 0
    package private(set) var waiting = 0
    package private(set) var waitingSeats = 0

    /// Seats that requests have or want.
    package var demand: Int { executingSeats + waitingSeats }

    /// Without queuing there is one queue, in which nothing waits.
    package init(limit: Int, queuing: PriorityLevelSettings.Queuing?) {
        self.limit = limit
        handSize = queuing?.handSize ?? 1
        lengthLimit = queuing?.lengthLimit ?? 0
        deck = queuing?.queues ?? 1
        queues = [Queue](repeating: Queue(), count: deck)
    }

    /// Takes other settings. Queues that are too many get no more requests, and end those that they have.
    package mutating func configure(_ queuing: PriorityLevelSettings.Queuing?) {
        handSize = queuing?.handSize ?? 1
        lengthLimit = queuing?.lengthLimit ?? 0
        deck = queuing?.queues ?? 1
        while queues.count < deck { queues.append(Queue()) }
    }

    // MARK: time

    /// Lets virtual time pass: as fast as seats are used, shared by the queues that have requests.
    private mutating func pass(to now: Double) {
        let elapsed = max(now - updated, 0)
        updated = now
        if active > 0 { virtual += elapsed * Double(min(demand, limit)) / Double(active) }
        while let first = lingering.first, first.until <= now {
            executingSeats -= first.seats
            lingering.removeFirst()
        }
    }

    private func fits(_ seats: Int) -> Bool { executingSeats == 0 || executingSeats + seats <= limit }

    // MARK: requests

    /// A request arrives, with the hash of its flow.
    package mutating func arrive(_ id: UInt64, flow: UInt64, width: RequestWidth, now: Double) -> Arrival {
        pass(to: now)
        let index = queue(of: flow)
        if waiting == 0, fits(width.seats) {
            begin(index, width)
            return .starts(queue: index)
        }
        guard queues[index].waiting.count < lengthLimit else { return .full }
        if !queues[index].isActive { activate(index) }
        queues[index].waiting.append(Waiting(id: id, width: width))
        queues[index].waitingWork += width.work(Self.estimate)
        waiting += 1
        waitingSeats += width.seats
        return .waits
    }

    /// Of the queues of a flow the one with the least to do.
    private func queue(of flow: UInt64) -> Int {
        if deck == 1 { return 0 }
        var best = 0
        var least = Double.infinity
        ShuffleDealer.deal(flow, deck: deck, hand: handSize) { index in
            let work = queues[index].waitingWork + Double(queues[index].executingSeats) * Self.estimate
            if work < least { (best, least) = (index, work) }
        }
        return best
    }

    private mutating func activate(_ index: Int) {
        active += 1
        queues[index].nextStart = max(queues[index].nextStart, virtual)
    }

    private mutating func begin(_ index: Int, _ width: RequestWidth) {
        if !queues[index].isActive { activate(index) }
        queues[index].executing += 1
        queues[index].executingSeats += width.seats
        queues[index].nextStart += width.work(Self.estimate)
        executing += 1
        executingSeats += width.seats
    }

    /// A request has ended after `seconds` of work. Returns those that start now.
    package mutating func end(queue index: Int, width: RequestWidth, seconds: Double, now: Double) -> [Start] {
        pass(to: now)
        executing -= 1
        executingSeats -= width.seats
        if queues.indices.contains(index) {
            queues[index].executing -= 1
            queues[index].executingSeats -= width.seats
            queues[index].nextStart += (seconds - Self.estimate) * Double(width.seats)
            if !queues[index].isActive { active -= 1 }
        }
        if width.finalSeats > 0 {
            executingSeats += width.finalSeats
            let entry = Lingering(until: now + width.finalSeconds, seats: width.finalSeats)
            let place = lingering.lastIndex { $0.until <= entry.until }.map { $0 + 1 } ?? 0
            lingering.insert(entry, at: place)
        }
        return waiting == 0 ? [] : dispatch()
    }

    /// Gives up a request that waits; false when it does not wait any more.
    package mutating func abandon(_ id: UInt64, now: Double) -> Bool {
        pass(to: now)
        for index in queues.indices {
            guard let place = queues[index].waiting.firstIndex(where: { $0.id == id }) else { continue }
            let gone = queues[index].waiting.remove(at: place)
            forget(gone, index)
            if !queues[index].isActive { active -= 1 }
            return true
        }
        return false
    }

    /// Another number of seats. Returns those that start now.
    package mutating func setLimit(_ limit: Int, now: Double) -> [Start] {
        pass(to: now)
        self.limit = limit
        return waiting == 0 ? [] : dispatch()
    }

    /// Time has passed: seats that lingered may be free.
    package mutating func wake(now: Double) -> [Start] {
        pass(to: now)
        return waiting == 0 ? [] : dispatch()
    }

    /// When the next seats that linger are free; nil when none do.
    package var nextRelease: Double? { lingering.first?.until }

    private mutating func forget(_ gone: Waiting, _ index: Int) {
        queues[index].waitingWork = queues[index].waiting.isEmpty ? 0 : queues[index].waitingWork - gone.width.work(Self.estimate)
        waiting -= 1
        waitingSeats -= gone.width.seats
    }

    private mutating func dispatch() -> [Start] {
        var starts: [Start] = []
        while waiting > 0, let index = next(), let first = queues[index].waiting.first, fits(first.width.seats) {
            queues[index].waiting.removeFirst()
            forget(first, index)
            // Active already: the request that starts is one that waited.
            queues[index].executing += 1
            queues[index].executingSeats += first.width.seats
            queues[index].nextStart += first.width.work(Self.estimate)
            executing += 1
            executingSeats += first.width.seats
            turn = index
            starts.append(Start(id: first.id, queue: index))
        }
        return starts
    }

    /// The queue whose oldest request would end first; of several the one whose turn it is.
    private func next() -> Int? {
        var best: Int?
        var earliest = Double.infinity
        for step in 1...queues.count {
            let index = (turn + step) % queues.count
            guard let first = queues[index].waiting.first else { continue }
            let end = queues[index].nextStart + first.width.work(Self.estimate)
            if end < earliest { (best, earliest) = (index, end) }
        }
        return best
    }

    // MARK: what can be seen

    /// Of each queue with requests: how many wait, how many are worked on, their seats and its virtual time.
    package var summary: [(queue: Int, waiting: Int, executing: Int, executingSeats: Int, nextStart: Double, waitingWork: Double)] {
        queues.indices.map {
            let queue = queues[$0]
            return ($0, queue.waiting.count, queue.executing, queue.executingSeats, queue.nextStart, queue.waitingWork)
        }
    }

    /// The requests that wait, in the order of their queues.
    package var waitingIDs: [(queue: Int, id: UInt64)] {
        queues.indices.flatMap { index in queues[index].waiting.map { (index, $0.id) } }
    }

    package var virtualTime: Double { virtual }
}
