/// How many seats were wanted over a time: the most, the mean and the deviation.
package struct SeatDemand: Sendable {
    package struct Summary: Sendable, Hashable {
        package let high: Double
        package let mean: Double
        package let deviation: Double
    }

    private var current = 0.0
    private var high = 0.0
    private var sum = 0.0
    private var squares = 0.0
    private var began: Double
    private var updated: Double

    package init(now: Double) {
        began = now
        updated = now
    }

    package mutating func set(_ seats: Int, now: Double) {
        add(until: now)
        current = Double(seats)
        if current > high { high = current }
    }

    private mutating func add(until now: Double) {
        let elapsed = max(now - updated, 0)
        sum += elapsed * current
        squares += elapsed * current * current
        updated = max(now, updated)
    }

    /// What was since the last time that somebody asked.
    package mutating func take(now: Double) -> Summary {
        add(until: now)
        let elapsed = updated - began
        defer { (high, sum, squares, began) = (current, 0, 0, updated) }
        guard elapsed > 0 else { return Summary(high: high, mean: current, deviation: 0) }
        let mean = sum / elapsed
        return Summary(high: high, mean: mean, deviation: max(squares / elapsed - mean * mean, 0).squareRoot())
    }
}
