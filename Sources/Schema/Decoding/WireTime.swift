/// A point in time as protobuf has it, and its text in JSON.
struct WireTime: Equatable {
    /// Since 1970 in UTC; before it, negative.
    var seconds: Int64
    var nanoseconds: Int32

    init(seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Reads RFC 3339. A `Time` loses its fraction, a `MicroTime` must have six decimals.
    init(parsing text: String, isMicro: Bool) throws(ObjectDecodingError) {
        var reader = Reader(bytes: Array(text.utf8), text: text, isMicro: isMicro)
        let year = try reader.number(4, "2006")
        try reader.literal("-", "-")
        let month = try reader.number(2, "01", 1...12, "month")
        try reader.literal("-", "-")
        let day = try reader.number(2, "02")
        try reader.literal("T", "T")
        let hour = try reader.number(2, "15", 0...23, "hour")
        try reader.literal(":", ":")
        let minute = try reader.number(2, "04", 0...59, "minute")
        try reader.literal(":", ":")
        let second = try reader.number(2, "05", 0...59, "second")
        let fraction = try reader.fraction()
        let offset = try reader.zone()
        guard day >= 1, day <= Self.days(in: month, year) else { throw reader.error(suffix: ": day out of range") }
        let days = Self.days(year, month, day)
        seconds = days * 86400 + Int64(hour * 3600 + minute * 60 + second) - Int64(offset)
        nanoseconds = isMicro ? fraction : 0
    }

    private struct Reader {
        let bytes: [UInt8]
        let text: String
        let isMicro: Bool
        var offset = 0

        func error(_ element: String) -> ObjectDecodingError {
            let left = String(decoding: bytes[min(offset, bytes.count)...], as: UTF8.self)
            return error(suffix: ": cannot parse \"\(left)\" as \"\(element)\"")
        }

        func error(suffix: String) -> ObjectDecodingError {
            let layout = isMicro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00"
            let shown = suffix.hasSuffix("out of range") ? "" : " as \"\(layout)\""
            return ObjectDecodingError(code: .badTime, description: "parsing time \"\(text)\"\(shown)\(suffix)")
        }

        mutating func number(
            _ length: Int, _ element: String, _ range: ClosedRange<Int>? = nil, _ name: String = ""
        ) throws(ObjectDecodingError) -> Int {
            var number = 0
            guard offset + length <= bytes.count else { throw error(element) }
            for position in offset..<(offset + length) {
                let digit = bytes[position] &- UInt8(ascii: "0")
                guard digit <= 9 else { throw error(element) }
                number = number * 10 + Int(digit)
            }
            if let range, !range.contains(number) { throw error(suffix: ": \(name) out of range") }
            offset += length
            return number
        }

        mutating func literal(_ character: Unicode.Scalar, _ element: String) throws(ObjectDecodingError) {
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { throw error(element) }
            offset += 1
        }

        /// Nanoseconds.
        mutating func fraction() throws(ObjectDecodingError) -> Int32 {
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: ".") else {
                if isMicro { throw error(".000000") }
                return 0
            }
            let start = offset
            offset += 1
            var nanoseconds: Int32 = 0
            var digits = 0
            while offset < bytes.count, bytes[offset] &- UInt8(ascii: "0") <= 9 {
                if digits < 9 { nanoseconds = nanoseconds * 10 + Int32(bytes[offset] - UInt8(ascii: "0")) }
                digits += 1
                offset += 1
            }
            if isMicro, digits > 6 {
                // Six digits are read, and what follows is no zone.
                offset = start + 7
                throw error("Z07:00")
            }
            if digits == 0 || (isMicro && digits != 6) {
                offset = start
                throw error(isMicro ? ".000000" : "Z07:00")
            }
            for _ in min(digits, 9)..<9 { nanoseconds *= 10 }
            return nanoseconds
        }

        /// Seconds east of UTC.
        mutating func zone() throws(ObjectDecodingError) -> Int {
            guard offset < bytes.count else { throw error("Z07:00") }
            let sign: Int
            switch bytes[offset] {
            case UInt8(ascii: "Z"): sign = 0
            case UInt8(ascii: "+"): sign = 1
            case UInt8(ascii: "-"): sign = -1
            default: throw error("Z07:00")
            }
            offset += 1
            var east = 0
            if sign != 0 {
                let hours = try number(2, "Z07:00", 0...24, "time zone offset hour")
                try literal(":", "Z07:00")
                let minutes = try number(2, "Z07:00", 0...60, "time zone offset minute")
                east = sign * (hours * 3600 + minutes * 60)
            }
            guard offset == bytes.count else {
                let extra = String(decoding: bytes[offset...], as: UTF8.self)
                throw error(suffix: ": extra text: \"\(extra)\"")
            }
            return east
        }
    }

    /// RFC 3339 in UTC; a `MicroTime` with six decimals.
    func text(isMicro: Bool) -> String {
        let day = Int((Double(seconds) / 86400).rounded(.down))
        let rest = Int(seconds) - day * 86400
        let (year, month, dayOfMonth) = Self.date(day)
        var output: [UInt8] = []
        output.reserveCapacity(27)
        func append(_ number: Int, _ digits: Int) {
            var divisor = 1
            for _ in 1..<digits { divisor *= 10 }
            while divisor > 0 {
                output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
                divisor /= 10
            }
        }
        append(max(0, min(year, 9999)), 4)
        output.append(UInt8(ascii: "-"))
        append(month, 2)
        output.append(UInt8(ascii: "-"))
        append(dayOfMonth, 2)
        output.append(UInt8(ascii: "T"))
        append(rest / 3600, 2)
        output.append(UInt8(ascii: ":"))
        append(rest / 60 % 60, 2)
        output.append(UInt8(ascii: ":"))
        append(rest % 60, 2)
        if isMicro {
            output.append(UInt8(ascii: "."))
            append(Int(max(0, nanoseconds)) / 1000, 6)
        }
        output.append(UInt8(ascii: "Z"))
        return String(decoding: output, as: UTF8.self)
    }

    /// Seconds that Go can show as a date with four digits of year.
    static let range: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    /// Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that leap days end them.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    private static func date(_ days: Int) -> (Int, Int, Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func days(in month: Int, _ year: Int) -> Int {
        switch month {
        case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }
}
