import ComponentMetrics
import Synchronization

/// One priority level at work: its seats, its queues, and who waits.
package final class PriorityLevel: Sendable {
    /// What becomes of a request.
    package enum Decision: Sendable {
        case seat(FlowSeat)
        case wait(FlowWait)
        case refused(FlowSchemaCount.Refusal)
    }

    struct Figures: Sendable {
        var bounds: SeatShares.Bounds
        var limit: Int
        var executing: Int
        var executingSeats: Int
        var waiting: Int
        var waitingSeats: Int
        var smoothed: Double
        var high: Double
        var mean: Double
        var deviation: Double
        var target: Double
    }

    private struct State {
        var settings: PriorityLevelSettings
        var bounds: SeatShares.Bounds
        var queues: FairQueues
        var demand: SeatDemand
        var smoothed = 0.0
        var last = SeatDemand.Summary(high: 0, mean: 0, deviation: 0)
        var target = 0.0
        var waits: [UInt64: FlowWait] = [:]
        var nextID: UInt64 = 0
        var wakesAt: Double?
        /// When those who wait have waited too long.
        var dues: [UInt64: ContinuousClock.Instant] = [:]
        /// When somebody looks after them next.
        var clock: ContinuousClock.Instant?
    }

    package let name: String
    private let state: Mutex<State>
    private let origin: ContinuousClock.Instant

    init(_ settings: PriorityLevelSettings, _ bounds: SeatShares.Bounds) {
        name = settings.name
        origin = .now
        state = Mutex(
            State(
                settings: settings, bounds: bounds,
                queues: FairQueues(limit: Self.limit(settings, bounds), queuing: settings.queuing), demand: SeatDemand(now: 0)))
    }

    private static func limit(_ settings: PriorityLevelSettings, _ bounds: SeatShares.Bounds) -> Int {
        settings.isExempt ? .max / 4 : max(bounds.nominal, 1)
    }

    private func seconds(_ instant: ContinuousClock.Instant) -> Double { (instant - origin).seconds }

    package var settings: PriorityLevelSettings { state.withLock { $0.settings } }

    /// The most seats that one request may have.
    package var maximumSeats: Int {
        state.withLock { state in
            guard !state.settings.isExempt else { return RequestWidth.maximumSeats }
            let part = Int((Double(state.bounds.nominal) * 0.15).rounded(.up))
            let hand = max(state.bounds.nominal / max(state.settings.queuing?.handSize ?? 1, 1), 1)
            return max(min(RequestWidth.maximumSeats, part, hand), 1)
        }
    }

    /// Takes other settings, and so another number of seats.
    func configure(_ settings: PriorityLevelSettings, _ bounds: SeatShares.Bounds) {
        let now = seconds(.now)
        change(now) { state in
            if state.settings == settings, state.bounds == bounds { return [] }
            if state.settings.queuing != settings.queuing { state.queues.configure(settings.queuing) }
            state.settings = settings
            state.bounds = bounds
            return state.queues.setLimit(Self.limit(settings, bounds), now: now)
        }
    }

    // MARK: requests

    package func begin(_ schema: FlowSchemaCount, flow: UInt64, width: RequestWidth) -> Decision {
        let instant = ContinuousClock.now
        let now = seconds(instant)
        let decision: Decision = state.withLock { state in
            state.nextID += 1
            let id = state.nextID
            let arrival = state.queues.arrive(id, flow: flow, width: width, now: now)
            state.demand.set(state.queues.demand, now: now)
            switch arrival {
            case .starts(let queue):
                return .seat(FlowSeat(level: self, schema: schema, queue: queue, width: width, started: instant))
            case .waits:
                let wait = FlowWait(id: id, level: self, schema: schema, width: width, arrived: instant)
                state.waits[id] = wait
                return .wait(wait)
            case .full: return .refused(state.settings.queuing == nil ? .noSeat : .full)
            }
        }
        switch decision {
        case .seat: schema.starts(width, after: 0)
        case .wait:
            schema.waits(width)
            wakeWhenSeatsAreFree()
        case .refused(let refusal): schema.refuses(refusal, after: 0)
        }
        return decision
    }

    func end(_ seat: FlowSeat) {
        let instant = ContinuousClock.now
        let now = seconds(instant)
        let taken = (instant - seat.started).seconds
        seat.schema.ends(seat.width, after: taken)
        change(now) { $0.queues.end(queue: seat.queue, width: seat.width, seconds: taken, now: now) }
    }

    /// A request has waited too long.
    func abandon(_ wait: FlowWait) {
        let instant = ContinuousClock.now
        let now = seconds(instant)
        let isGone = state.withLock { state in
            guard state.queues.abandon(wait.id, now: now) else { return false }
            state.waits[wait.id] = nil
            state.dues[wait.id] = nil
            state.demand.set(state.queues.demand, now: now)
            return true
        }
        guard isGone else { return }
        wait.schema.stopsWaiting(wait.width)
        wait.schema.refuses(.timeOut, after: (instant - wait.arrived).seconds)
        wait.decide(.timedOut)
    }

    /// Sends a request away when it has waited for so long. Hardly any does: one clock goes for all of the level, and sleeps until the
    /// first of them is due.
    func bound(_ wait: FlowWait, _ limit: Duration) {
        let due = wait.arrived + limit
        let isFirst = state.withLock { state in
            guard state.waits[wait.id] != nil else { return false }
            state.dues[wait.id] = due
            if let clock = state.clock, clock <= due { return false }
            state.clock = due
            return true
        }
        if isFirst { Task { await sendAway(at: due) } }
    }

    private func sendAway(at first: ContinuousClock.Instant) async {
        var due = first
        while true {
            try? await Task.sleep(until: due, clock: .continuous)
            let now = ContinuousClock.now
            let late = state.withLock { state in
                let ids = state.dues.filter { $0.value <= now }.map(\.key)
                for id in ids { state.dues[id] = nil }
                return ids.compactMap { state.waits[$0] }
            }
            for wait in late { abandon(wait) }
            let next: ContinuousClock.Instant? = state.withLock { state in
                // Another clock that is due earlier has taken over.
                if state.clock != due { return nil }
                state.clock = state.dues.values.min()
                return state.clock
            }
            guard let next else { return }
            due = next
        }
    }

    /// Changes the queues, and lets those go that start by it.
    private func change(_ now: Double, _ body: (inout State) -> [FairQueues.Start]) {
        let started: [(FlowWait, Int)] = state.withLock { state in
            let starts = body(&state)
            state.demand.set(state.queues.demand, now: now)
            if starts.isEmpty { return [] }
            for start in starts { state.dues[start.id] = nil }
            return starts.compactMap { start in state.waits.removeValue(forKey: start.id).map { ($0, start.queue) } }
        }
        if started.isEmpty { return }
        let instant = ContinuousClock.now
        for (wait, queue) in started {
            wait.schema.stopsWaiting(wait.width)
            wait.schema.starts(wait.width, after: (instant - wait.arrived).seconds)
            wait.decide(.seat(FlowSeat(level: self, schema: wait.schema, queue: queue, width: wait.width, started: instant)))
        }
    }

    /// Seats that linger come free without any request ending: then somebody has to look.
    private func wakeWhenSeatsAreFree() {
        let now = seconds(.now)
        let due: Double? = state.withLock { state in
            guard state.queues.waiting > 0, let due = state.queues.nextRelease, state.wakesAt == nil else { return nil }
            state.wakesAt = due
            return due
        }
        guard let due else { return }
        Task { [self] in
            try? await Task.sleep(for: .seconds(max(due - now, 0.001)))
            let now = seconds(.now)
            change(now) { state in
                state.wakesAt = nil
                return state.queues.wake(now: now)
            }
            wakeWhenSeatsAreFree()
        }
    }

    // MARK: lending and borrowing

    /// How quickly the memory of a high demand fades.
    private static let smoothing = 0.977

    /// What the level wanted since the last time, as its share for the next time.
    func measure() -> SeatShares.Want {
        let now = seconds(.now)
        return state.withLock { state in
            let summary = state.demand.take(now: now)
            state.last = summary
            let envelope = summary.mean + summary.deviation
            state.smoothed = max(envelope, Self.smoothing * state.smoothed + (1 - Self.smoothing) * envelope)
            let lowest = max(Double(state.bounds.lowest), min(Double(state.bounds.nominal), summary.high))
            state.target = max(lowest, state.smoothed)
            return SeatShares.Want(lowest: lowest, highest: Double(state.bounds.highest), target: state.target)
        }
    }

    func setLimit(_ limit: Int) {
        let now = seconds(.now)
        change(now) { $0.settings.isExempt || $0.queues.limit == limit ? [] : $0.queues.setLimit(max(limit, 1), now: now) }
    }

    // MARK: what can be seen

    var figures: Figures {
        state.withLock { state in
            Figures(
                bounds: state.bounds, limit: state.settings.isExempt ? state.bounds.nominal : state.queues.limit,
                executing: state.queues.executing, executingSeats: state.queues.executingSeats, waiting: state.queues.waiting,
                waitingSeats: state.queues.waitingSeats, smoothed: state.smoothed, high: state.last.high, mean: state.last.mean,
                deviation: state.last.deviation, target: state.target)
        }
    }

    var queues: FairQueues { state.withLock { $0.queues } }

    var waits: [UInt64: FlowWait] { state.withLock { $0.waits } }
}
