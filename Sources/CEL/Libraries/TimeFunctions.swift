/// The parts of timestamps and durations.
enum TimeFunctions {
    static let all: [Function] = [
        part("getFullYear") { $0.year },
        part("getMonth") { $0.month - 1 },
        part("getDate") { $0.day },
        part("getDayOfMonth") { $0.day - 1 },
        part("getDayOfWeek") { $0.weekday },
        part("getDayOfYear") { $0.dayOfYear },
        part("getHours", nanoseconds: 3_600_000_000_000) { $0.hour },
        part("getMinutes", nanoseconds: 60_000_000_000) { $0.minute },
        part("getSeconds", nanoseconds: 1_000_000_000) { $0.second },
        part("getMilliseconds", nanoseconds: 1_000_000) { $0.milliseconds },
    ]

    /// `nanoseconds` is the unit in which a duration has this part; nil when it has none.
    private static func part(_ name: String, nanoseconds: Int64? = nil, _ read: @escaping @Sendable (TimeParts) -> Int) -> Function {
        var overloads = [
            Overload("timestamp_\(name)", isMember: true, [.timestamp], .int),
            Overload("timestamp_\(name)_with_tz", isMember: true, [.timestamp, .string], .int),
        ]
        if nanoseconds != nil { overloads.append(Overload("duration_\(name)", isMember: true, [.duration], .int)) }
        return Function(name, overloads) { arguments throws(CELError) in
            switch arguments[0] {
            case .timestamp(let time): return .int(Int64(read(try time.parts(zone: arguments[1].string))))
            case .duration(let duration):
                guard let nanoseconds else { throw .noSuchOverload }
                return .int(duration.nanoseconds / nanoseconds)
            default: throw .noSuchOverload
            }
        }
    }
}
