import Glibc

/// Numbers as Go prints them.
package enum NumberText {
    /// The fewest digits that read back the same; with an exponent below 1e-4 and from 1e6 on.
    static func shortest(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        if number == 0 { return number.sign == .minus ? "-0" : "0" }
        let (digits, exponent) = decimal(number.magnitude)
        let sign = number < 0 ? "-" : ""
        if exponent < -4 || exponent >= 6 {
            let fraction = digits.dropFirst()
            let magnitude = String(exponent.magnitude)
            return sign + String(digits.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction) + "e" + (exponent < 0 ? "-" : "+")
                + (magnitude.count < 2 ? "0" : "") + magnitude
        }
        if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits }
        if digits.count <= exponent + 1 { return sign + digits + String(repeating: "0", count: exponent + 1 - digits.count) }
        return sign + digits.prefix(exponent + 1) + "." + digits.dropFirst(exponent + 1)
    }

    /// The shortest digits without zeros at the ends, and the power of ten of the first of them.
    private static func decimal(_ number: Double) -> (digits: String, exponent: Int) {
        var mantissa = number.description[...]
        var exponent = 0
        if let mark = mantissa.firstIndex(of: "e") {
            exponent = Int(mantissa[mantissa.index(after: mark)...]) ?? 0
            mantissa = mantissa[..<mark]
        }
        let parts = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let whole = parts.first ?? "", fraction = parts.count > 1 ? parts[1] : ""
        var digits = (whole + fraction)[...]
        exponent += whole.count - 1
        while digits.count > 1, digits.hasPrefix("0") {
            digits = digits.dropFirst()
            exponent -= 1
        }
        while digits.count > 1, digits.hasSuffix("0") { digits = digits.dropLast() }
        return (String(digits), exponent)
    }

    package static func fixed(_ number: Double, decimals: Int) -> String { printed("%.*f", decimals, number) }
    static func scientific(_ number: Double, decimals: Int) -> String { printed("%.*e", decimals, number) }

    private static func printed(_ format: String, _ decimals: Int, _ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        // The largest double has 309 digits before its decimals.
        var buffer = [CChar](repeating: 0, count: 400 + decimals)
        let length = withVaList([Int32(clamping: decimals), number]) { vsnprintf(&buffer, buffer.count, format, $0) }
        return String(decoding: buffer.prefix(Int(max(length, 0))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
