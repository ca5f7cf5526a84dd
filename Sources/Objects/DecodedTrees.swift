import Synchronization

/// The objects whose trees are remembered, oldest first: there is a bound for all of them together.
///
/// A tree is some six times as large as its bytes, and one is asked for at every change of an object. Without a bound a burst
/// of changes would hold trees of all that exists.
package final class DecodedTrees: Sendable {
    /// Those of all objects of the process.
    package static let shared = DecodedTrees(budget: 6 << 20)

    private struct State {
        var ring: [EncodedObject] = []
        var head = 0
        /// Bytes of JSON of those in the ring.
        var size = 0

        mutating func popFirst() -> EncodedObject? {
            guard head < ring.count else { return nil }
            let object = ring[head]
            head += 1
            if head > 1024, head * 2 > ring.count {
                ring.removeFirst(head)
                head = 0
            }
            size -= object.size
            return object
        }

        mutating func append(_ object: EncodedObject) {
            ring.append(object)
            size += object.size
        }
    }

    private let budget: Int
    private let state = Mutex(State())

    /// `budget` is in bytes of JSON.
    package init(budget: Int) { self.budget = budget }

    /// How many objects it holds.
    package var count: Int { state.withLock { $0.ring.count - $0.head } }

    /// Takes in an object whose tree was just made; others that nobody asked for lately lose theirs.
    package func remember(_ object: EncodedObject) {
        let old = state.withLock { state -> [EncodedObject] in
            state.append(object)
            var old: [EncodedObject] = []
            // Those that were used get another turn, but not all of them at once.
            var turns = 8
            while state.size > budget, let oldest = state.popFirst() {
                if turns > 0, oldest.clearUse() {
                    turns -= 1
                    state.append(oldest)
                } else {
                    old.append(oldest)
                }
            }
            return old
        }
        // Freed here, outside the lock.
        for object in old { object.forget() }
    }

    /// Lets all trees go that nobody asked for since the last call, and says how many.
    package func forgetUnused() -> Int {
        let unused = state.withLock { state -> [EncodedObject] in
            let all = state.ring[state.head...]
            state.ring = []
            state.head = 0
            state.size = 0
            var unused: [EncodedObject] = []
            for object in all { if object.clearUse() { state.append(object) } else { unused.append(object) } }
            return unused
        }
        for object in unused { object.forget() }
        return unused.count
    }
}
