#if canImport(Glibc)
import Glibc
#endif

/// An instant of UTC, as the API's `Time` and `MicroTime` hold it.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int64
    /// 0 to 999,999,999.
    package let nanoseconds: Int32

    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The time of day where the current task's cluster is.
    package static func now() -> Timestamp {
        if let source = ClusterTime.source { return source.wall }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        .seconds(left.seconds - right.seconds) + .nanoseconds(Int64(left.nanoseconds - right.nanoseconds))
    }

    package static func + (left: Timestamp, right: Duration) -> Timestamp {
        let (seconds, attoseconds) = right.components
        let nanoseconds = Int64(left.nanoseconds) + attoseconds / 1_000_000_000
        let carry = nanoseconds >= 1_000_000_000 ? 1 : nanoseconds < 0 ? -1 : 0
        return Timestamp(
            seconds: left.seconds + seconds + Int64(carry), nanoseconds: Int32(nanoseconds - Int64(carry) * 1_000_000_000))
    }

    /// Reads RFC 3339; nil when the text is something else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ start: Int, _ length: Int) -> Int? {
            guard start + length <= bytes.count else { return nil }
            var number = 0
            for byte in bytes[start..<start + length] {
                let digit = byte &- UInt8(ascii: "0")
                if digit > 9 { return nil }
                number = number * 10 + Int(digit)
            }
            return number
        }
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
            let minute = number(14, 2), let second = number(17, 2), (1...12).contains(month),
            day >= 1, day <= Self.daysInMonth(month, year: year), hour < 24, minute < 60, second < 60
        else { return nil }
        var position = 19
        var fraction = 0
        if bytes[position] == UInt8(ascii: ".") {
            position += 1
            let start = position
            var scale = 100_000_000
            while position < bytes.count, bytes[position] &- UInt8(ascii: "0") <= 9 {
                fraction += Int(bytes[position] - UInt8(ascii: "0")) * scale
                scale /= 10
                position += 1
            }
            if position == start { return nil }
        }
        guard position < bytes.count else { return nil }
        var offset = 0
        if bytes[position] | 0x20 == UInt8(ascii: "z") {
            position += 1
        } else {
            let sign = bytes[position]
            guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let hours = number(position + 1, 2),
                let minutes = number(position + 4, 2), bytes[position + 3] == UInt8(ascii: ":"), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
            position += 6
        }
        guard position == bytes.count else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        self.init(
            seconds: Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset), nanoseconds: Int32(fraction))
    }

    private static func daysInMonth(_ month: Int, year: Int) -> Int {
        switch month {
        case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    /// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, counted in eras of 400 years
    /// that begin in March, so that the leap day is the last of its year.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Year, month, day, hour, minute, second in UTC, and the weekday (0 is Sunday).
    package var civil: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, weekday: Int) {
        let dayNumber = Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
        let rest = Int(seconds) - dayNumber * 86_400
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let weekday = ((dayNumber % 7) + 11) % 7
        return (year, month, dayOfYear - (153 * march + 2) / 5 + 1, rest / 3600, rest / 60 % 60, rest % 60, weekday)
    }

    /// RFC 3339 with whole seconds, as `metav1.Time` prints it.
    package var text: String { dateText + "Z" }

    /// RFC 3339 with six decimals, as `metav1.MicroTime` prints it.
    package var microText: String { dateText + "." + Self.padded(Int(nanoseconds) / 1000, 6) + "Z" }

    /// RFC 3339 with nine decimals, as container logs carry it.
    package var nanoText: String { dateText + "." + Self.padded(Int(nanoseconds), 9) + "Z" }

    private var dateText: String {
        let part = civil
        guard (0...9999).contains(part.year) else {
            let day = "\(Self.padded(part.year, 4))-\(Self.padded(part.month, 2))-\(Self.padded(part.day, 2))"
            return "\(day)T\(Self.padded(part.hour, 2)):\(Self.padded(part.minute, 2)):\(Self.padded(part.second, 2))"
        }
        return String(unsafeUninitializedCapacity: 19) { buffer in
            var end = 0
            func put(_ number: Int, _ width: Int, _ separator: UInt8?) {
                var rest = number
                for position in stride(from: end + width - 1, through: end, by: -1) {
                    buffer[position] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                end += width
                guard let separator else { return }
                buffer[end] = separator
                end += 1
            }
            put(part.year, 4, UInt8(ascii: "-"))
            put(part.month, 2, UInt8(ascii: "-"))
            put(part.day, 2, UInt8(ascii: "T"))
            put(part.hour, 2, UInt8(ascii: ":"))
            put(part.minute, 2, UInt8(ascii: ":"))
            put(part.second, 2, nil)
            return end
        }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
    }
}
