import HeapModule

/// The pods that wait for a node: those to try now in order of priority, those that failed and are held back, those that wait
/// for something to change. A value; the time comes from outside.
///
/// Pods that wait for a change are kept by their class and by what could help them, so that a change costs what it may move, not
/// what waits.
struct SchedulingQueue: Sendable {
    private struct Ready: Sendable, Comparable {
        let priority: Int64
        let sequence: UInt64
        let key: String

        static func < (left: Ready, right: Ready) -> Bool {
            left.priority != right.priority ? left.priority < right.priority : left.sequence > right.sequence
        }
    }

    private struct Due: Sendable, Comparable {
        let time: ContinuousClock.Instant
        let sequence: UInt64
        let key: String

        static func < (left: Due, right: Due) -> Bool { left.time != right.time ? left.time < right.time : left.sequence < right.sequence }
    }

    private enum Place: Sendable { case active, heldBack, erred, waiting, attempted }

    private struct Entry: Sendable {
        var priority: Int64
        /// Of the place in a heap that is valid; older ones are passed over.
        var sequence: UInt64
        var place: Place
        var attempts = 0
        var group: GroupKey?
        var earliest: ContinuousClock.Instant?
    }

    private struct GroupKey: Sendable, Hashable {
        let podClass: ObjectIdentifier
        let cures: ClusterEvents
    }

    private struct Group: Sendable {
        let podClass: PodClass
        var keys: Set<String> = []
    }

    private var entries: [String: Entry] = [:]
    private var ready = Heap<Ready>()
    private var heldBack = Heap<Due>()
    /// When pods that wait are tried even though nothing seems to have changed.
    private var overdue = Heap<Due>()
    private var groups: [GroupKey: Group] = [:]
    private var groupsByEvent: [ClusterEvents: Set<GroupKey>] = [:]
    private var sequence: UInt64 = 0
    private var counts = (active: 0, heldBack: 0, waiting: 0)
    /// How many changes there were that may have helped: an attempt during which one came is tried again.
    private(set) var moves: UInt64 = 0

    private let firstDelay: Duration
    private let longestDelay: Duration
    private static let longestWait: Duration = .seconds(300)

    init(firstDelay: Duration = .seconds(1), longestDelay: Duration = .seconds(10)) {
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
    }

    /// How many pods are to be tried now, are held back for a time, and wait for a change.
    var lengths: (active: Int, heldBack: Int, unschedulable: Int) { (counts.active, counts.heldBack, counts.waiting) }
    var waitingCount: Int { counts.heldBack + counts.waiting }

    // MARK: coming and going

    mutating func add(_ key: String, priority: Int64) {
        if let known = entries[key] {
            if known.place == .active, known.priority == priority { return }
            leave(key)
        }
        activate(key, priority)
    }

    private mutating func activate(_ key: String, _ priority: Int64) {
        sequence += 1
        var entry = entries[key] ?? Entry(priority: priority, sequence: sequence, place: .active)
        entry.priority = priority
        entry.sequence = sequence
        entry.place = .active
        entry.earliest = nil
        entries[key] = entry
        counts.active += 1
        ready.insert(Ready(priority: priority, sequence: sequence, key: key))
    }

    /// The pod to try next; its attempt counts from here. When nothing else is to do, one that was woken need not wait out its time.
    mutating func pop() -> String? {
        while let first = ready.popMax() {
            if let entry = entries[first.key], entry.sequence == first.sequence, entry.place == .active { return attempt(first.key) }
        }
        while let first = heldBack.popMin() {
            guard let entry = entries[first.key], entry.sequence == first.sequence else { continue }
            if entry.place == .heldBack { return attempt(first.key) }
            if entry.place == .erred {
                heldBack.insert(first)
                return nil
            }
        }
        return nil
    }

    private mutating func attempt(_ key: String) -> String {
        leave(key)
        entries[key]?.place = .attempted
        entries[key]?.attempts += 1
        return key
    }

    /// The pod is bound or gone.
    mutating func forget(_ key: String) {
        leave(key)
        entries[key] = nil
    }

    private mutating func leave(_ key: String) {
        guard let entry = entries[key] else { return }
        switch entry.place {
        case .active: counts.active -= 1
        case .heldBack, .erred: counts.heldBack -= 1
        case .waiting:
            counts.waiting -= 1
            if let name = entry.group {
                groups[name]?.keys.remove(key)
                if groups[name]?.keys.isEmpty == true { drop(name) }
            }
        case .attempted: break
        }
        entries[key]?.group = nil
    }

    private mutating func drop(_ name: GroupKey) {
        groups[name] = nil
        for event in ClusterEvents.each where name.cures.contains(event) { groupsByEvent[event]?.remove(name) }
    }

    // MARK: failures

    private func delay(_ attempts: Int) -> Duration { min(firstDelay * (1 << min(max(attempts - 1, 0), 10)), longestDelay) }

    /// The pod found no node. `before` is `moves` as it was when the attempt began.
    mutating func failed(_ key: String, _ podClass: PodClass, cures: ClusterEvents, before: UInt64, now: ContinuousClock.Instant) {
        guard var entry = entries[key], entry.place == .attempted else { return }
        sequence += 1
        entry.sequence = sequence
        entry.priority = podClass.priority
        entry.earliest = now + delay(entry.attempts)
        if before != moves {
            entries[key] = entry
            return holdBack(key, .heldBack)
        }
        let name = GroupKey(podClass: ObjectIdentifier(podClass), cures: cures)
        entry.place = .waiting
        entry.group = name
        entries[key] = entry
        counts.waiting += 1
        if groups[name] == nil {
            groups[name] = Group(podClass: podClass)
            for event in ClusterEvents.each where cures.contains(event) { groupsByEvent[event, default: []].insert(name) }
        }
        groups[name]?.keys.insert(key)
        overdue.insert(Due(time: now + Self.longestWait, sequence: sequence, key: key))
    }

    /// What was decided could not be done: the pod is tried again after a pause, whatever happens.
    mutating func erred(_ key: String, now: ContinuousClock.Instant) {
        guard let entry = entries[key], entry.place == .attempted else { return }
        sequence += 1
        entries[key]?.sequence = sequence
        let earliest = now + delay(entry.attempts)
        entries[key]?.earliest = earliest
        holdBack(key, .erred)
    }

    private mutating func holdBack(_ key: String, _ place: Place) {
        guard let entry = entries[key], let earliest = entry.earliest else { return }
        entries[key]?.place = place
        counts.heldBack += 1
        heldBack.insert(Due(time: earliest, sequence: entry.sequence, key: key))
    }

    // MARK: waking

    /// Something changed. `helps` says whether it may let pods of a class go.
    mutating func wake(_ event: ClusterEvents, now: ContinuousClock.Instant, helps: (PodClass) -> Bool = { _ in true }) {
        moves += 1
        for single in ClusterEvents.each where event.contains(single) {
            for name in groupsByEvent[single] ?? [] {
                guard let group = groups[name], helps(group.podClass) else { continue }
                for key in group.keys { move(key, now) }
                drop(name)
            }
        }
    }

    /// A single pod is looked at again.
    mutating func wake(_ key: String, now: ContinuousClock.Instant) {
        guard let entry = entries[key], entry.place == .waiting else { return }
        if let name = entry.group {
            groups[name]?.keys.remove(key)
            if groups[name]?.keys.isEmpty == true { drop(name) }
        }
        move(key, now)
    }

    private mutating func move(_ key: String, _ now: ContinuousClock.Instant) {
        guard let entry = entries[key], entry.place == .waiting else { return }
        counts.waiting -= 1
        entries[key]?.group = nil
        if let earliest = entry.earliest, earliest > now { holdBack(key, .heldBack) } else { activate(key, entry.priority) }
    }

    /// Lets go of what was held back for long enough; returns when to come again.
    mutating func release(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        while let first = heldBack.min {
            if let entry = entries[first.key], entry.sequence == first.sequence, entry.place == .heldBack || entry.place == .erred {
                if first.time > now { break }
                heldBack.removeMin()
                counts.heldBack -= 1
                activate(first.key, entry.priority)
            } else {
                heldBack.removeMin()
            }
        }
        while let first = overdue.min {
            if let entry = entries[first.key], entry.sequence == first.sequence, entry.place == .waiting {
                if first.time > now { break }
                overdue.removeMin()
                leave(first.key)
                activate(first.key, entry.priority)
            } else {
                overdue.removeMin()
            }
        }
        return [heldBack.min?.time, overdue.min?.time].compactMap { $0 }.min()
    }
}
