/// Which nodes changed, one after the other: who has seen it up to some point works on what came after.
struct ChangeLog: Sendable {
    private var entries: [Int32] = []
    private var start: UInt64 = 0
    private static let limit = 1 << 15

    /// The number of changes so far.
    var end: UInt64 { start + UInt64(entries.count) }

    mutating func note(_ position: Int) {
        if entries.count >= Self.limit {
            entries.removeFirst(Self.limit / 2)
            start += UInt64(Self.limit / 2)
        }
        entries.append(Int32(truncatingIfNeeded: position))
    }

    /// The nodes that changed since `cursor`; nil when that is too long ago to say.
    func since(_ cursor: UInt64) -> ArraySlice<Int32>? {
        guard cursor >= start, cursor <= end else { return nil }
        return entries[Int(cursor - start)...]
    }
}
