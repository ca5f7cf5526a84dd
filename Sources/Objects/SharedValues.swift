import Synchronization

/// Values that many objects have in common, kept once. It starts anew when it holds too many; what is in use then lives on with
/// its users.
package final class SharedValues<Key: Hashable & Sendable, Item: Sendable>: Sendable {
    private let items = Mutex<[Key: Item]>([:])
    private let limit: Int

    package init(limit: Int) { self.limit = limit }

    /// The item of a key; made when it is not there.
    package func item(_ key: Key, _ make: () -> Item) -> Item {
        if let known = items.withLock({ $0[key] }) { return known }
        let made = make()
        return items.withLock { items in
            if let known = items[key] { return known }
            if items.count >= limit { items = [:] }
            items[key] = made
            return made
        }
    }
}
