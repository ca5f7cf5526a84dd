/// The times of a cron job, as the standard five fields or as one of the `@` names write them.
package enum CronSchedule {
    private struct Field {
        let minimum: Int
        let maximum: Int
        var names: [String] = []
        var firstName = 0
    }

    private static let fields: [Field] = [
        Field(minimum: 0, maximum: 59), Field(minimum: 0, maximum: 23), Field(minimum: 1, maximum: 31),
        Field(
            minimum: 1, maximum: 12,
            names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], firstName: 1),
        Field(minimum: 0, maximum: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"], firstName: 0),
    ]
    private static let descriptors: Set<String> = [
        "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly",
    ]

    /// What is wrong with the text; nil when it is a schedule.
    package static func problem(_ text: String) -> String? {
        if text.isEmpty { return "empty spec string" }
        if text.hasPrefix("TZ=") || text.hasPrefix("CRON_TZ=") { return problem(withZone: text) }
        if text.hasPrefix("@") {
            if descriptors.contains(text) { return nil }
            if text.hasPrefix("@every ") {
                return isDuration(text.dropFirst(7)) ? nil : "failed to parse duration \(text): time: invalid duration"
            }
            return "unrecognized descriptor: \(text)"
        }
        let parts = text.split(whereSeparator: \.isWhitespace)
        if parts.count != 5 { return "expected exactly 5 fields, found \(parts.count): [\(parts.joined(separator: " "))]" }
        for (part, field) in zip(parts, fields) {
            for range in part.split(separator: ",", omittingEmptySubsequences: false) {
                if let problem = problem(range, field) { return problem }
            }
        }
        return nil
    }

    /// The older way to name a time zone: before the fields.
    private static func problem(withZone text: String) -> String? {
        guard let equals = text.firstIndex(of: "="), let space = text.firstIndex(of: " ") else { return "empty spec string" }
        let zone = String(text[text.index(after: equals)..<space])
        if !TimeZones.isName(zone) || !TimeZones.isKnown(zone) { return "provided bad location \(zone): unknown time zone \(zone)" }
        return problem(String(text[space...].drop { $0 == " " }))
    }

    private static func problem(_ range: Substring, _ field: Field) -> String? {
        let steps = range.split(separator: "/", omittingEmptySubsequences: false)
        let ends = (steps.first ?? "").split(separator: "-", omittingEmptySubsequences: false)
        if ends.count > 2 { return "too many hyphens: \(range)" }
        if steps.count > 2 { return "too many slashes: \(range)" }
        var start = field.minimum
        var end = field.maximum
        if ends[0] != "*", ends[0] != "?" {
            guard let first = number(ends[0], field) else { return "failed to parse int from \(ends[0]): invalid syntax" }
            start = first
            end = first
            if ends.count == 2 {
                guard let last = number(ends[1], field) else { return "failed to parse int from \(ends[1]): invalid syntax" }
                end = last
            }
        }
        if steps.count == 2 {
            guard let step = Int(steps[1]), step >= 0 else { return "failed to parse int from \(steps[1]): invalid syntax" }
            if ends.count == 1 { end = field.maximum }
            if step == 0 { return "step of range should be a positive number: \(range)" }
        }
        if start < field.minimum { return "beginning of range (\(start)) below minimum (\(field.minimum)): \(range)" }
        if end > field.maximum { return "end of range (\(end)) above maximum (\(field.maximum)): \(range)" }
        if start > end { return "beginning of range (\(start)) beyond end of range (\(end)): \(range)" }
        return nil
    }

    private static func number(_ text: Substring, _ field: Field) -> Int? {
        if let position = field.names.firstIndex(of: text.lowercased()) { return position + field.firstName }
        guard let number = Int(text), number >= 0 else { return nil }
        return number
    }

    /// `1h30m`, as Go writes durations.
    private static func isDuration(_ text: Substring) -> Bool {
        var rest = text
        if rest.isEmpty { return false }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            guard !digits.isEmpty, Double(digits) != nil else { return false }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !$0.isNumber && $0 != "." }
            guard ["ns", "us", "µs", "ms", "s", "m", "h"].contains(unit) else { return false }
            rest = rest.dropFirst(unit.count)
        }
        return true
    }
}
