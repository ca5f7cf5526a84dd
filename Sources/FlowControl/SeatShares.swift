/// Shares the seats of the server out to the priority levels: each gets its nominal part, lends of it what it does not
/// need, and borrows what others lend.
package enum SeatShares {
    /// The bounds between which the seats of a level move.
    package struct Bounds: Sendable, Hashable {
        package let nominal: Int
        package let lowest: Int
        package let highest: Int
    }

    /// The bounds of each level, of `total` seats.
    package static func bounds(_ levels: [PriorityLevelSettings], total: Int) -> [Bounds] {
        let sum = levels.reduce(Int64(0)) { $0 + $1.shares }
        return levels.map { level in
            let nominal = sum == 0 ? 0 : Int((Double(total) * Double(level.shares) / Double(sum)).rounded(.up))
            let lent = Int((Double(nominal) * Double(level.lendablePercent) / 100).rounded())
            let highest = level.borrowingLimitPercent.map { nominal + Int((Double(nominal) * Double($0) / 100).rounded()) } ?? total
            // A level that is configured has one seat at least: else its requests would wait for ever.
            let seats = level.isExempt ? nominal : max(nominal, 1)
            return Bounds(nominal: seats, lowest: max(seats - lent, 0), highest: max(highest, seats))
        }
    }

    /// What a level wants, and between what it may get.
    package struct Want: Sendable, Hashable {
        package let lowest: Double
        package let highest: Double
        package let target: Double

        package init(lowest: Double, highest: Double, target: Double) {
            self.lowest = lowest
            self.highest = highest
            self.target = target
        }
    }

    /// The seats of each level: all get the same fraction of what they want, as far as their bounds let them, so that
    /// the sum is `total`. Also that fraction.
    package static func divide(_ total: Double, _ wants: [Want]) -> (seats: [Double], fraction: Double) {
        func seats(_ fraction: Double) -> [Double] {
            wants.map { min(max($0.target * fraction, $0.lowest), $0.highest) }
        }
        let least = wants.reduce(0) { $0 + $1.lowest }
        if least >= total { return (wants.map(\.lowest), 0) }
        var (low, high) = (0.0, 1.0)
        while high < 1e9, seats(high).reduce(0, +) < total { (low, high) = (high, high * 2) }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if seats(middle).reduce(0, +) < total { low = middle } else { high = middle }
        }
        return (seats(high), high)
    }
}
