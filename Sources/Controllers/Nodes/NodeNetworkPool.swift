import Objects

/// The equal parts of one network that nodes get for their pods.
struct NodeNetworkPool {
    let network: IPNetwork
    /// How many bits of a part's addresses are fixed.
    let partPrefix: Int
    /// How many hold a part, by its number. More than one only where somebody gave networks by hand.
    private var holders: [Int: Int] = [:]
    /// Where the search goes on: a part that was given back rests for as long as there are others.
    private var next = 0

    /// Nil when the network cannot be cut like that: no part would fit, or there were more than 65,536.
    init?(_ network: IPNetwork, partPrefix: Int) {
        guard partPrefix <= network.base.family.bitCount, (0...16).contains(partPrefix - network.prefix) else { return nil }
        self.network = network
        self.partPrefix = partPrefix
    }

    var partCount: Int { 1 << (partPrefix - network.prefix) }
    var freeCount: Int { partCount - holders.count }

    /// A part that nobody holds; nil when there is none.
    mutating func take() -> IPNetwork? {
        guard freeCount > 0 else { return nil }
        while holders[next] != nil { next = (next + 1) % partCount }
        guard let part = network.part(next, prefix: partPrefix) else { return nil }
        holders[next] = 1
        next = (next + 1) % partCount
        return part
    }

    /// Counts everything that `other` touches as held once more. What lies elsewhere changes nothing.
    mutating func occupy(_ other: IPNetwork) {
        for part in parts(other) { holders[part, default: 0] += 1 }
    }

    /// Takes one `occupy` or `take` back.
    mutating func release(_ other: IPNetwork) {
        for part in parts(other) {
            guard let count = holders[part] else { continue }
            holders[part] = count > 1 ? count - 1 : nil
        }
    }

    private func parts(_ other: IPNetwork) -> Range<Int> {
        guard other.base.family == network.base.family else { return 0..<0 }
        if other.prefix <= network.prefix { return other.contains(network.base) ? 0..<partCount : 0..<0 }
        guard network.contains(other.base) else { return 0..<0 }
        let shift = UInt128(network.base.family.bitCount - partPrefix)
        let first = shift == 128 ? 0 : Int((other.base.bits - network.base.bits) >> shift)
        return first..<(first + (other.prefix < partPrefix ? 1 << (partPrefix - other.prefix) : 1))
    }
}
