import Objects

/// An instant, to the nanosecond, between the years 1 and 9999.
public struct CELTimestamp: Sendable, Hashable, Comparable {
    static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Seconds since 1970-01-01T00:00:00Z.
    public let seconds: Int64
    /// 0 to 999,999,999.
    public let nanoseconds: Int32

    /// Nil past the years that can be told.
    public init?(seconds: Int64, nanoseconds: Int32 = 0) {
        guard Self.range.contains(seconds) else { return nil }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Reads RFC 3339.
    public init?(_ text: String) {
        guard let time = Timestamp(text) else { return nil }
        self.init(seconds: time.seconds, nanoseconds: time.nanoseconds)
    }

    /// RFC 3339 in UTC, with as many decimals as there are.
    public var text: String {
        let time = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
        if nanoseconds == 0 { return time.text }
        var text = time.nanoText
        text.removeLast()
        while text.hasSuffix("0") { text.removeLast() }
        return text + "Z"
    }

    public static func < (left: CELTimestamp, right: CELTimestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    func adding(_ duration: CELDuration) throws(CELError) -> CELTimestamp {
        let total = Int128(seconds) * 1_000_000_000 + Int128(nanoseconds) + Int128(duration.nanoseconds)
        guard let result = Self.from(total) else { throw .timestampOverflow }
        return result
    }

    func since(_ other: CELTimestamp) throws(CELError) -> CELDuration {
        let distance = Int128(seconds - other.seconds) * 1_000_000_000 + Int128(nanoseconds - other.nanoseconds)
        guard let nanoseconds = Int64(exactly: distance) else { throw .durationOverflow }
        return CELDuration(nanoseconds: nanoseconds)
    }

    private static func from(_ total: Int128) -> CELTimestamp? {
        var (whole, rest) = total.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest < 0 {
            whole -= 1
            rest += 1_000_000_000
        }
        return Int64(exactly: whole).flatMap { CELTimestamp(seconds: $0, nanoseconds: Int32(rest)) }
    }

    /// The parts of the date and the time as a zone's clocks show them.
    func parts(zone: String?) throws(CELError) -> TimeParts {
        let offset = try zone.map { name throws(CELError) in try Self.offset(of: name, at: seconds) } ?? 0
        return TimeParts(seconds: seconds + offset, nanoseconds: nanoseconds)
    }

    private static func offset(of zone: String, at instant: Int64) throws(CELError) -> Int64 {
        if let rules = TimeZoneRules(name: zone) { return rules.offset(at: instant) }
        let sign: Int64 = zone.hasPrefix("-") ? -1 : 1
        let digits = zone.hasPrefix("-") || zone.hasPrefix("+") ? zone.dropFirst() : zone[...]
        let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hours = Int64(parts[0]), let minutes = Int64(parts[1]), (0...23).contains(hours), (0...59).contains(minutes)
        else { throw CELError("unknown time zone \(zone)") }
        return sign * (hours * 3600 + minutes * 60)
    }
}

/// The parts of a time of day and of a date.
struct TimeParts {
    let year, month, day, hour, minute, second, weekday, dayOfYear, milliseconds: Int

    init(seconds: Int64, nanoseconds: Int32) {
        let civil = Timestamp(seconds: seconds).civil
        (year, month, day) = (civil.year, civil.month, civil.day)
        (hour, minute, second, weekday) = (civil.hour, civil.minute, civil.second, civil.weekday)
        milliseconds = Int(nanoseconds) / 1_000_000
        let isLeap = civil.year % 4 == 0 && (civil.year % 100 != 0 || civil.year % 400 == 0)
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
        dayOfYear = (before.indices.contains(civil.month - 1) ? before[civil.month - 1] : 0) + civil.day - 1
            + (isLeap && civil.month > 2 ? 1 : 0)
    }
}

/// A length of time, to the nanosecond.
public struct CELDuration: Sendable, Hashable, Comparable {
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Reads Go's form: `1h30m`, `-1.5s`, `250ms`.
    public init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        if rest.elementsEqual([UInt8(ascii: "0")]) {
            nanoseconds = 0
            return
        }
        guard !rest.isEmpty else { return nil }
        var total: Int128 = 0
        while !rest.isEmpty {
            guard let part = Self.part(&rest) else { return nil }
            total += part
            guard total <= Int128(Int64.max) + 1 else { return nil }
        }
        guard let exact = Int64(exactly: isNegative ? -total : total) else { return nil }
        nanoseconds = exact
    }

    private static let units: [(String, Int128)] = [
        ("ns", 1), ("us", 1_000), ("\u{b5}s", 1_000), ("\u{3bc}s", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// One number with its unit, in nanoseconds.
    private static func part(_ rest: inout ArraySlice<UInt8>) -> Int128? {
        var whole: Int128 = 0, fraction: Int128 = 0, scale: Int128 = 1
        var digits = 0
        var isFraction = false
        while let byte = rest.first {
            let digit = byte &- UInt8(ascii: "0")
            if digit <= 9 {
                digits += 1
                if !isFraction {
                    whole = whole * 10 + Int128(digit)
                    if whole > Int128(Int64.max) { return nil }
                } else if scale < 1_000_000_000_000_000_000 {
                    fraction = fraction * 10 + Int128(digit)
                    scale *= 10
                }
            } else if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else {
                break
            }
            rest = rest.dropFirst()
        }
        guard digits > 0 else { return nil }
        let name = rest.prefix { $0 &- UInt8(ascii: "0") > 9 && $0 != UInt8(ascii: ".") }
        rest = rest.dropFirst(name.count)
        guard let unit = units.first(where: { name.elementsEqual($0.0.utf8) }) else { return nil }
        return whole * unit.1 + fraction * unit.1 / scale
    }

    /// Seconds with as many decimals as there are: `5400s`, `-0.01s`.
    public var text: String {
        let whole = nanoseconds.magnitude / 1_000_000_000
        var fraction = String(nanoseconds.magnitude % 1_000_000_000)
        fraction = String(repeating: "0", count: 9 - fraction.count) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return (nanoseconds < 0 ? "-" : "") + String(whole) + (fraction.isEmpty ? "" : "." + fraction) + "s"
    }

    public static func < (left: CELDuration, right: CELDuration) -> Bool { left.nanoseconds < right.nanoseconds }
}
