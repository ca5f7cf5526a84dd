package import Objects

/// One object on its way into a table: the texts that many kinds share.
struct Row {
    let object: Value
    let now: Timestamp

    var spec: Value { object["spec"] }
    var status: Value { object["status"] }
    var metadata: Value { object["metadata"] }
    var isDeleted: Bool { metadata["deletionTimestamp"].string != nil }

    /// How old the object is.
    var age: Value { .string(since(metadata["creationTimestamp"])) }

    /// How long ago that was; `<unknown>` for no time.
    func since(_ time: Value) -> String {
        guard let text = time.string, let then = Timestamp(text) else { return "<unknown>" }
        return HumanDuration.text(seconds: Int64((now - then).components.seconds))
    }

    /// The text, or what stands for none.
    static func text(_ value: Value, or absent: String = "") -> Value {
        guard let text = value.string, !text.isEmpty else { return .string(absent) }
        return .string(text)
    }

    static func number(_ value: Value) -> Value { .int(value.int ?? 0) }

    /// A number or a text (`intOrString`).
    static func either(_ value: Value, or absent: String) -> Value {
        if let number = value.int { return .string(String(number)) }
        return text(value, or: absent)
    }

    static func isTrue(_ conditions: Value, _ type: String) -> Bool {
        conditions.array.contains { $0["type"].string == type && $0["status"].string == "True" }
    }

    /// Names and images of the containers of a pod specification.
    static func containers(_ podSpec: Value) -> [Value] {
        let containers = podSpec["containers"].array
        return [
            .string(containers.map { $0["name"].string ?? "" }.joined(separator: ",")),
            .string(containers.map { $0["image"].string ?? "" }.joined(separator: ",")),
        ]
    }

    /// The first texts, and how many there are beyond.
    static func list(_ texts: [String], limit: Int, separator: String = ",") -> String {
        let shown = texts.prefix(limit).joined(separator: separator)
        return texts.count > limit ? "\(shown) + \(texts.count - limit) more..." : shown
    }
}

/// Durations as `kubectl get` prints ages: two units at most, coarser the longer they are.
package enum HumanDuration {
    package static func text(seconds: Int64) -> String {
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        let (minutes, hours) = (seconds / 60, seconds / 3600)
        if seconds < 120 { return "\(seconds)s" }
        if minutes < 10 { return seconds % 60 == 0 ? "\(minutes)m" : "\(minutes)m\(seconds % 60)s" }
        if minutes < 180 { return "\(minutes)m" }
        if hours < 8 { return minutes % 60 == 0 ? "\(hours)h" : "\(hours)h\(minutes % 60)m" }
        if hours < 48 { return "\(hours)h" }
        let days = hours / 24
        if days < 8 { return hours % 24 == 0 ? "\(days)d" : "\(days)d\(hours % 24)h" }
        if days < 730 { return "\(days)d" }
        let years = days / 365
        if days < 2920 { return days % 365 == 0 ? "\(years)y" : "\(years)y\(days % 365)d" }
        return "\(years)y"
    }
}

/// Selectors as text.
package enum SelectorText {
    /// A `LabelSelector`, or a plain map, as a client would write it; empty when it selects everything.
    package static func print(_ selector: Value) -> String {
        let isFull = selector.contains("matchLabels") || selector.contains("matchExpressions")
        var parts = labels(isFull ? selector["matchLabels"] : selector)
        for expression in selector["matchExpressions"].array {
            let key = expression["key"].string ?? ""
            let values = expression["values"].strings.sorted().joined(separator: ",")
            switch expression["operator"].string {
            case "In": parts.append("\(key) in (\(values))")
            case "NotIn": parts.append("\(key) notin (\(values))")
            case "Exists": parts.append(key)
            default: parts.append("!\(key)")
            }
        }
        return parts.sorted().joined(separator: ",")
    }

    private static func labels(_ map: Value) -> [String] {
        map.stringMap.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }

    /// A cell: `<none>` when nothing is selected.
    static func cell(_ selector: Value) -> Value {
        let text = print(selector)
        return .string(text.isEmpty ? "<none>" : text)
    }
}
