import Objects

/// When a CronJob is due: five fields, names for months and weekdays, `@daily` and its kind, `@every 1h30m`.
struct CronSchedule: Sendable, Hashable {
    private enum Kind: Sendable, Hashable {
        case fields(minutes: Set<Int>, hours: Set<Int>, days: Set<Int>, months: Set<Int>, weekdays: Set<Int>, isEitherDay: Bool)
        case every(Int64)
    }

    private let kind: Kind
    private let zone: TimeZoneRules

    /// Nil for a text that is no schedule.
    init?(_ text: String, zone: TimeZoneRules = .utc) {
        self.zone = zone
        let shortcuts = [
            "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *",
            "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
        ]
        if text.hasPrefix("@every ") {
            guard let seconds = Self.duration(text.dropFirst(7)), seconds > 0 else { return nil }
            kind = .every(seconds)
            return
        }
        let fields = (shortcuts[text] ?? text).split(whereSeparator: \.isWhitespace)
        guard fields.count == 5, let minutes = Self.field(fields[0], 0...59), let hours = Self.field(fields[1], 0...23),
            let days = Self.field(fields[2], 1...31), let months = Self.field(fields[3], 1...12, Self.monthNames),
            let weekdays = Self.field(fields[4], 0...7, Self.dayNames)
        else { return nil }
        // Where both kinds of day are limited, one of them is enough.
        let isStar = { (field: Substring) in field.hasPrefix("*") || field.hasPrefix("?") }
        let isEither = !isStar(fields[2]) && !isStar(fields[4])
        kind = .fields(minutes: minutes, hours: hours, days: days, months: months, weekdays: Set(weekdays.map { $0 % 7 }), isEitherDay: isEither)
    }

    private static let monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    private static func field(_ text: Substring, _ range: ClosedRange<Int>, _ names: [String] = []) -> Set<Int>? {
        func number(_ text: Substring) -> Int? {
            if let position = names.firstIndex(of: text.lowercased()) { return position + (range.lowerBound == 1 ? 1 : 0) }
            return text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
        }
        var values: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
            guard pieces.count <= 2 else { return nil }
            let step = pieces.count == 2 ? Int(pieces[1]) ?? 0 : 1
            guard step > 0 else { return nil }
            let span: ClosedRange<Int>
            if pieces[0] == "*" || pieces[0] == "?" {
                span = range
            } else {
                let ends = pieces[0].split(separator: "-", omittingEmptySubsequences: false)
                guard ends.count <= 2, let first = number(ends[0]) else { return nil }
                let last = ends.count == 2 ? number(ends[1]) : pieces.count == 2 ? range.upperBound : first
                guard let last, first <= last, range.contains(first), range.contains(last) else { return nil }
                span = first...last
            }
            for value in stride(from: span.lowerBound, through: span.upperBound, by: step) { values.insert(value) }
        }
        return values
    }

    /// Go's notation, whole seconds: `1h30m`.
    private static func duration(_ text: Substring) -> Int64? {
        let units: [Character: Int64] = ["h": 3600, "m": 60, "s": 1]
        var (total, number) = (Int64(0), Int64(0))
        var hasDigits = false
        for character in text {
            if let digit = character.wholeNumberValue {
                guard number < 1 << 40 else { return nil }
                number = number * 10 + Int64(digit)
                hasDigits = true
            } else {
                guard hasDigits, let unit = units[character] else { return nil }
                total += number * unit
                (number, hasDigits) = (0, false)
            }
        }
        return hasDigits ? nil : total
    }

    /// The first time that is due after `time`; nil when there is none within five years.
    func next(after time: Timestamp) -> Timestamp? {
        guard case .fields(let minutes, let hours, let days, let months, let weekdays, let isEither) = kind else {
            if case .every(let seconds) = kind { return Timestamp(seconds: time.seconds + seconds) }
            return nil
        }
        let start = time.seconds + zone.offset(at: time.seconds)
        var minute = (start - floorModulo(start, 60)) / 60 + 1
        let limit = minute + 5 * 366 * 1440
        while minute < limit {
            let day = (minute - floorModulo(minute, 1440)) / 1440
            let date = CalendarDay(daysSinceEpoch: day)
            guard months.contains(date.month) else {
                minute = date.firstOfNextMonth * 1440
                continue
            }
            let (inMonth, inWeek) = (days.contains(date.day), weekdays.contains(date.weekday))
            guard isEither ? inMonth || inWeek : inMonth && inWeek else {
                minute = (day + 1) * 1440
                continue
            }
            let hour = Int(floorModulo(minute, 1440) / 60)
            guard hours.contains(hour) else {
                minute = (minute - floorModulo(minute, 60)) + 60
                continue
            }
            if minutes.contains(Int(floorModulo(minute, 60))), let found = zone.instant(local: minute * 60), found > time.seconds {
                return Timestamp(seconds: found)
            }
            minute += 1
        }
        return nil
    }

    private func floorModulo(_ value: Int64, _ modulus: Int64) -> Int64 { let rest = value % modulus; return rest < 0 ? rest + modulus : rest }

    /// The last time that was due after `earliest` and not after `now`, and how many were; beyond 100 the number is not exact.
    func mostRecent(after earliest: Timestamp, notAfter now: Timestamp) -> (time: Timestamp?, missed: Int) {
        var last: Timestamp?
        var missed = 0
        var time = earliest
        var longestGap: Int64 = 3600
        while let next = next(after: time), next <= now {
            if let last { longestGap = max(longestGap, next.seconds - last.seconds) }
            last = next
            missed += 1
            time = next
            // So far behind that only the end matters: go on from closer by.
            if missed > 100 { time = max(next, Timestamp(seconds: now.seconds - 2 * longestGap)) }
        }
        return (last, missed)
    }
}
