import Objects

/// `intstr.IntOrString` as a share of a number.
enum IntOrPercent {
    static func value(_ value: Value, of total: Int64, roundingUp: Bool) -> Int64 {
        if let number = value.int { return number }
        guard let text = value.string, text.hasSuffix("%"), let percent = Int64(text.dropLast()) else { return 0 }
        return roundingUp ? (total * percent + 99) / 100 : total * percent / 100
    }
}
