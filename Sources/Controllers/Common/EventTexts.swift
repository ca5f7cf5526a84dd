import KubernetesTypes
import Objects

/// Values as events write them.
enum EventTexts {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// A time as in mails: `Sat, 28 Nov 2026 05:00:00 +0000`.
    static func time(_ time: Timestamp) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let civil = time.civil
        let day = weekdays[((civil.weekday % 7) + 7) % 7]
        let month = months[min(max(civil.month, 1), 12) - 1]
        return "\(day), \(two(civil.day)) \(month) \(civil.year) \(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) +0000"
    }

    /// A label selector as a budget's event shows it.
    static func selector(_ selector: Value) -> String {
        if !selector.isObject { return "nil" }
        let labels = selector["matchLabels"].stringMap.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)," }.joined()
        let expressions = selector["matchExpressions"].array.map { entry in
            let values = entry["values"].strings.joined(separator: " ")
            return "LabelSelectorRequirement{Key:\(entry["key"].string ?? ""),Operator:\(entry["operator"].string ?? ""),Values:[\(values)],},"
        }.joined()
        return "&LabelSelector{MatchLabels:map[string]string{\(labels)},MatchExpressions:[]LabelSelectorRequirement{\(expressions)},}"
    }
}
