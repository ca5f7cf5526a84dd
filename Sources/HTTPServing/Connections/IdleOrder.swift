/// Who has nothing to do, in the order in which they fell silent.
struct IdleOrder<ID: Hashable & Sendable>: Sendable {
    private var turns: [ID: UInt64] = [:]
    /// With entries of those that were busy since, which are passed over.
    private var queue: [(id: ID, turn: UInt64)] = []
    private var head = 0
    private var turn: UInt64 = 0

    var count: Int { turns.count }

    mutating func fellSilent(_ id: ID) {
        turn += 1
        turns[id] = turn
        queue.append((id, turn))
    }

    mutating func isBusy(_ id: ID) {
        turns[id] = nil
        // Not more dead entries than living ones, so that the queue stays as small as what it is about.
        if queue.count - head > 2 * turns.count + 64 { compact() }
    }

    /// The one that has been silent for longest, when there are more than `limit`; it counts no longer.
    mutating func surplus(over limit: Int) -> ID? {
        guard turns.count > limit else { return nil }
        while head < queue.count {
            let entry = queue[head]
            head += 1
            if head > 1_000, head * 2 > queue.count { compact() }
            if turns[entry.id] == entry.turn {
                turns[entry.id] = nil
                return entry.id
            }
        }
        return nil
    }

    private mutating func compact() {
        queue = queue[head...].filter { turns[$0.id] == $0.turn }
        head = 0
    }
}
