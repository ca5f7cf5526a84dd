#if canImport(Glibc)
import Glibc
#endif

/// The offsets of a time zone from UTC, read from the system's zone files (TZif, RFC 9636).
package struct TimeZoneRules: Sendable, Hashable {
    private let transitions: [Int64]
    /// One more than there are transitions: the first holds before the first of them.
    private let offsets: [Int64]

    package static let utc = TimeZoneRules(transitions: [], offsets: [0])

    private init(transitions: [Int64], offsets: [Int64]) {
        self.transitions = transitions
        self.offsets = offsets
    }

    /// Nil when there is no such zone.
    package init?(name: String) {
        if name == "UTC" || name == "Etc/UTC" {
            self = .utc
            return
        }
        let isPlain = !name.isEmpty && !name.hasPrefix("/") && !name.contains("..") && name.utf8.allSatisfy { $0 > 32 && $0 < 127 }
        guard isPlain, let bytes = Self.read("/usr/share/zoneinfo/" + name), let parsed = Self.parse(bytes) else { return nil }
        self = parsed
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 262_144)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    private static func number(_ bytes: [UInt8], _ position: Int, _ count: Int) -> Int64? {
        guard position >= 0, position + count <= bytes.count else { return nil }
        let bits = bytes[position..<(position + count)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return count == 8 ? Int64(bitPattern: bits) : Int64(Int32(truncatingIfNeeded: bits))
    }

    private static func parse(_ bytes: [UInt8]) -> TimeZoneRules? {
        guard bytes.count > 44, Array(bytes[..<4]) == Array("TZif".utf8) else { return nil }
        func counts(_ start: Int) -> [Int]? {
            let values = (0..<6).compactMap { number(bytes, start + 20 + 4 * $0, 4).map { Int($0) } }
            return values.count == 6 && values.allSatisfy { (0...100_000).contains($0) } ? values : nil
        }
        // isutc, isstd, leap, time, type, char
        guard let first = counts(0) else { return nil }
        var start = 0
        var width = 4
        var header = first
        if bytes[4] >= UInt8(ascii: "2") {
            start = 44 + first[3] * 5 + first[4] * 6 + first[5] + first[2] * 8 + first[1] + first[0]
            width = 8
            guard let second = counts(start) else { return nil }
            header = second
        }
        let (times, types) = (header[3], header[4])
        let body = start + 44
        var transitions: [Int64] = []
        var indexes: [Int] = []
        for position in 0..<times {
            guard let time = number(bytes, body + position * width, width), body + times * width + position < bytes.count else { return nil }
            transitions.append(time)
            indexes.append(Int(bytes[body + times * width + position]))
        }
        let table = body + times * (width + 1)
        var kinds: [Int64] = []
        for position in 0..<types {
            guard let offset = number(bytes, table + position * 6, 4) else { return nil }
            kinds.append(offset)
        }
        guard let initial = kinds.first, indexes.allSatisfy(kinds.indices.contains) else { return nil }
        let rule = table + types * 6 + header[5] + header[2] * (width + 4) + header[1] + header[0]
        let footer = rule < bytes.count ? String(decoding: bytes[rule...], as: UTF8.self).filter { !$0.isNewline } : ""
        var offsets = [initial] + indexes.map { kinds[$0] }
        PosixZone(footer)?.extend(&transitions, &offsets)
        return TimeZoneRules(transitions: transitions, offsets: offsets)
    }

    /// Seconds to add to UTC at an instant.
    package func offset(at instant: Int64) -> Int64 {
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return offsets[low]
    }

    /// The instant of a local time; nil for a time that a change of the clocks leaves out.
    package func instant(local: Int64) -> Int64? {
        for offset in [offset(at: local - 86_400), offset(at: local + 86_400)] where self.offset(at: local - offset) == offset { return local - offset }
        return nil
    }
}

/// The rule at the end of a zone file for the years that its table does not list: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixZone {
    private struct Change {
        let month: Int
        let week: Int
        let weekday: Int
        let seconds: Int64
    }

    private let standard: Int64
    private let summer: Int64
    private let begin: Change
    private let end: Change

    /// Nil when there is no summer time, or it is told in a way that zone files do not use.
    init?(_ text: String) {
        let parts = text.split(separator: ",").map(String.init)
        guard parts.count == 3, let begin = Self.change(parts[1]), let end = Self.change(parts[2]) else { return nil }
        var rest = parts[0][...]
        guard Self.skipName(&rest), let standard = Self.time(&rest), Self.skipName(&rest) else { return nil }
        self.standard = -standard
        summer = rest.isEmpty ? -standard + 3600 : -(Self.time(&rest) ?? standard - 3600)
        self.begin = begin
        self.end = end
    }

    private static func skipName(_ text: inout Substring) -> Bool {
        if text.first == "<", let close = text.firstIndex(of: ">") {
            text = text[text.index(after: close)...]
            return true
        }
        let before = text.count
        text = text.drop(while: \.isLetter)
        return text.count < before
    }

    private static func time(_ text: inout Substring) -> Int64? {
        let digits = text.prefix { $0.isNumber || $0 == ":" || $0 == "-" || $0 == "+" }
        text = text.dropFirst(digits.count)
        let isNegative = digits.first == "-"
        let numbers = digits.drop { $0 == "-" || $0 == "+" }.split(separator: ":").map { Int64($0) }
        guard let hours = numbers.first ?? nil, numbers.count <= 3 else { return nil }
        var seconds = hours * 3600
        for (position, number) in numbers.enumerated().dropFirst() { seconds += (number ?? 0) * (position == 1 ? 60 : 1) }
        return isNegative ? -seconds : seconds
    }

    private static func change(_ text: String) -> Change? {
        let halves = text.split(separator: "/")
        guard let date = halves.first, date.first == "M" else { return nil }
        let numbers = date.dropFirst().split(separator: ".").compactMap { Int($0) }
        guard numbers.count == 3, (1...12).contains(numbers[0]), (1...5).contains(numbers[1]), (0...6).contains(numbers[2]) else { return nil }
        var rest = halves.count > 1 ? halves[1][...] : "2"
        return Change(month: numbers[0], week: numbers[1], weekday: numbers[2], seconds: time(&rest) ?? 7200)
    }

    /// The changes of the coming decades, behind those that are listed.
    func extend(_ transitions: inout [Int64], _ offsets: inout [Int64]) {
        let last = transitions.last ?? 0
        for year in 2020..<2100 {
            let changes = [(day(begin, year) * 86_400 + begin.seconds - standard, summer), (day(end, year) * 86_400 + end.seconds - summer, standard)]
            for (instant, offset) in changes.sorted(by: { $0.0 < $1.0 }) where instant > max(last, transitions.last ?? 0) {
                transitions.append(instant)
                offsets.append(offset)
            }
        }
    }

    private func day(_ change: Change, _ year: Int) -> Int64 {
        var first = Self.daysBefore(year)
        while CalendarDay(daysSinceEpoch: first).month != change.month { first = CalendarDay(daysSinceEpoch: first).firstOfNextMonth }
        let start = CalendarDay(daysSinceEpoch: first)
        var day = first + Int64((change.weekday - start.weekday + 7) % 7) + Int64(7 * (change.week - 1))
        while day >= start.firstOfNextMonth { day -= 7 }
        return day
    }

    private static func daysBefore(_ year: Int) -> Int64 {
        let before = Int64(year - 1)
        return before * 365 + before / 4 - before / 100 + before / 400 - 719_162
    }
}

/// A day of the Gregorian calendar.
package struct CalendarDay {
    package let month: Int
    package let day: Int
    /// 0 is Sunday.
    package let weekday: Int
    /// Days from the epoch to the first of the next month.
    package let firstOfNextMonth: Int64

    package init(daysSinceEpoch: Int64) {
        // Years that begin in March, in eras of 400 years: leap days come last.
        let shifted = daysSinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        weekday = Int(((daysSinceEpoch + 4) % 7 + 7) % 7)
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        firstOfNextMonth = daysSinceEpoch + Int64(length - day + 1)
    }
}
