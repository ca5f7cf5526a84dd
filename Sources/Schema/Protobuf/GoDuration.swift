/// Go's text of a duration, such as `1h0m0.5s`.
enum GoDuration {
    private static let units: [(name: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    static func nanoseconds(_ text: String) -> Int64? {
        var rest = Substring(text)
        var sign = 1.0
        if rest.hasPrefix("-") || rest.hasPrefix("+") { sign = rest.removeFirst() == "-" ? -1 : 1 }
        if rest == "0" { return 0 }
        guard !rest.isEmpty else { return nil }
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
            guard let unit = units.first(where: { $0.name == name }) else { return nil }
            rest = rest.dropFirst(name.count)
            total += number * unit.nanoseconds
        }
        return Int64(exactly: (sign * total).rounded())
    }

    static func text(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let magnitude = nanoseconds.magnitude
        if magnitude < 1000 { return "\(sign)\(magnitude)ns" }
        if magnitude < 1_000_000 { return sign + decimal(magnitude, 1000) + "µs" }
        if magnitude < 1_000_000_000 { return sign + decimal(magnitude, 1_000_000) + "ms" }
        let minutes = magnitude / 60_000_000_000
        let seconds = decimal(magnitude % 60_000_000_000, 1_000_000_000) + "s"
        if minutes == 0 { return sign + seconds }
        if minutes < 60 { return "\(sign)\(minutes)m\(seconds)" }
        return "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }

    /// `number / unit` with as many decimals as it has.
    private static func decimal(_ number: UInt64, _ unit: UInt64) -> String {
        var fraction = String(number % unit + unit).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return fraction.isEmpty ? String(number / unit) : "\(number / unit).\(fraction)"
    }
}

/// Go's text of a duration, for those who take it as an option or a parameter.
package enum GoDurationText {
    /// Nil when the text is none.
    package static func parse(_ text: String) -> Duration? { GoDuration.nanoseconds(text).map { .nanoseconds($0) } }

    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return GoDuration.text(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
