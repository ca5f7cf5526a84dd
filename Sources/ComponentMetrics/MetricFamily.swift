import Synchronization

/// One metric with labels: an instrument for each combination of their values.
///
/// The combinations are bounded; what comes beyond counts towards one whose labels say `other`.
package final class MetricFamily<Instrument: Sendable>: Sendable {
    private static var limit: Int { 2000 }

    package let name: String
    package let help: String
    package let labels: [String]
    private let make: @Sendable () -> Instrument
    private let children = Mutex<[[String]: Instrument]>([:])

    package init(_ name: String, _ help: String, labels: [String], make: @escaping @Sendable () -> Instrument) {
        self.name = name
        self.help = help
        self.labels = labels
        self.make = make
    }

    /// The instrument for these values, one a label.
    package func with(_ values: [String]) -> Instrument {
        children.withLock { children in
            if let known = children[values] { return known }
            let key = children.count < Self.limit ? values : labels.map { _ in "other" }
            if let known = children[key] { return known }
            let new = make()
            children[key] = new
            return new
        }
    }

    fileprivate var all: [(values: [(String, String)], instrument: Instrument)] {
        children.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { (Array(zip(labels, $0.key)), $0.value) }
    }
}

/// A number that only grows.
package final class Counter: Sendable {
    private let value = Atomic<Int>(0)

    package init() {}

    package func increment(by amount: Int = 1) { value.add(amount, ordering: .relaxed) }
    package var current: Int { value.load(ordering: .relaxed) }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let value = Atomic<Int>(0)

    package init() {}

    package func set(_ number: Int) { value.store(number, ordering: .relaxed) }
    package func add(_ amount: Int) { value.add(amount, ordering: .relaxed) }
    package var current: Int { value.load(ordering: .relaxed) }
}

extension MetricWriter {
    package mutating func write(_ family: MetricFamily<Counter>) {
        begin(family.name, .counter, family.help)
        for (labels, counter) in family.all { sample(family.name, labels, counter.current) }
    }

    package mutating func write(_ family: MetricFamily<Gauge>) {
        begin(family.name, .gauge, family.help)
        for (labels, gauge) in family.all { sample(family.name, labels, gauge.current) }
    }

    package mutating func write(_ family: MetricFamily<Histogram>) {
        begin(family.name, .histogram, family.help)
        for (labels, histogram) in family.all { self.histogram(family.name, labels, histogram.bounds, histogram.current) }
    }
}
