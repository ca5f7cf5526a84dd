/// Writes metrics in Prometheus' text form (version 0.0.4).
package struct MetricWriter: ~Copyable {
    package enum Kind: String, Sendable { case counter, gauge, histogram }

    package private(set) var bytes: [UInt8] = []

    package init() { bytes.reserveCapacity(64 << 10) }

    /// Begins a metric: its samples have to follow at once.
    package mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        append("# HELP ")
        append(name)
        append(" ")
        for byte in help.utf8 { escape(byte, inQuotes: false) }
        append("\n# TYPE ")
        append(name)
        append(" ")
        append(kind.rawValue)
        append("\n")
    }

    package mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
        head(name, labels)
        append(Self.text(value))
        append("\n")
    }

    package mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Int) {
        head(name, labels)
        append(String(value))
        append("\n")
    }

    /// The samples of one histogram. `counts` has one entry a bucket and one for what is above the last bound.
    package mutating func histogram(_ name: String, _ labels: [(String, String)], _ buckets: [Double], _ state: HistogramState) {
        var total = 0
        for (index, count) in state.counts.enumerated() {
            total += count
            let bound = index < buckets.count ? Self.text(buckets[index]) : "+Inf"
            sample(name + "_bucket", labels + [("le", bound)], total)
        }
        sample(name + "_sum", labels, state.sum)
        sample(name + "_count", labels, total)
    }

    private mutating func head(_ name: String, _ labels: [(String, String)]) {
        append(name)
        if !labels.isEmpty {
            var separator = "{"
            for (label, value) in labels {
                append(separator)
                append(label)
                append("=\"")
                for byte in value.utf8 { escape(byte, inQuotes: true) }
                append("\"")
                separator = ","
            }
            append("}")
        }
        append(" ")
    }

    private mutating func escape(_ byte: UInt8, inQuotes: Bool) {
        switch byte {
        case UInt8(ascii: "\\"): append("\\\\")
        case UInt8(ascii: "\n"): append("\\n")
        case UInt8(ascii: "\"") where inQuotes: append("\\\"")
        default: bytes.append(byte)
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Whole numbers without a fraction, as Prometheus' own libraries write them.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return String(value)
    }
}
