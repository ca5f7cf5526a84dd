/// An amount of a resource, as Kubernetes writes it: `100m`, `1.5Gi`, `1e3`.
///
/// Kept in billionths, rounded up as Kubernetes rounds; amounts past ±2⁶³ are capped there.
package struct Quantity: Sendable, Hashable {
    /// How the amount was written, and so how it is printed.
    package enum Format: Sendable { case decimalSI, binarySI, decimalExponent }

    package let nanos: Int128
    package let format: Format

    private static let unit: Int128 = 1_000_000_000
    private static let limit: Int128 = Int128(Int64.max) * unit

    package static let zero = Quantity(nanos: 0)

    package init(nanos: Int128, format: Format = .decimalSI) {
        self.nanos = min(max(nanos, -Self.limit), Self.limit)
        self.format = format
    }

    /// Whole units.
    package init(_ whole: Int64, format: Format = .decimalSI) {
        self.init(nanos: Int128(whole) * Self.unit, format: format)
    }

    package init(milli: Int64) { self.init(nanos: Int128(milli) * 1_000_000) }

    /// Reads text such as `250m`; nil when it is not a quantity.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        var position = 0
        var negative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            negative = sign == UInt8(ascii: "-")
            position = 1
        }
        var mantissa: Int128 = 0
        var scale = 0
        var digits = 0
        var roundsUp = false
        var sawPoint = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
            } else if let digit = Self.digit(byte) {
                digits += 1
                if mantissa < 1_000_000_000_000_000_000_000_000_000 {
                    mantissa = mantissa * 10 + Int128(digit)
                    if sawPoint { scale -= 1 }
                } else {
                    roundsUp = roundsUp || digit != 0
                    if !sawPoint { scale += 1 }
                }
            } else {
                break
            }
            position += 1
        }
        guard digits > 0, let suffix = Self.suffix(bytes[position...]) else { return nil }
        var amount = mantissa
        if suffix.binaryShift > 0 {
            amount = amount.multipliedReportingOverflow(by: Int128(1) << Int128(suffix.binaryShift)).overflow
                ? Int128.max : amount << Int128(suffix.binaryShift)
        }
        // amount × 10^(scale + exponent) units; in nanos nine more.
        var exponent = scale + suffix.exponent + 9
        while exponent > 0, amount != 0, amount < Self.limit * 10 {
            amount *= 10
            exponent -= 1
        }
        if exponent > 0, amount != 0 { amount = Self.limit }
        while exponent < 0, amount != 0 {
            if amount % 10 != 0 { roundsUp = true }
            amount /= 10
            exponent += 1
        }
        if roundsUp { amount += 1 }
        self.init(nanos: negative ? -amount : amount, format: suffix.format)
    }

    /// The text that Kubernetes stores for a quantity that a client wrote; nil when it is none.
    ///
    /// That is the canonical text, but for decimal amounts that could not be written shorter: those it keeps as they
    /// came (`+1`, `5.`, `1E3`).
    package static func storedText(of written: String) -> String? {
        var text = written[...]
        while let first = text.first, first.isWhitespace { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        guard let quantity = Quantity(String(text)) else { return nil }
        return isKept(Array(text.utf8)) ? String(text) : quantity.text
    }

    /// Whether the digits end in none that is zero and the exponent is one of the suffixes.
    private static func isKept(_ bytes: [UInt8]) -> Bool {
        var digits: [UInt8] = []
        var fraction = 0
        var isFraction = false
        var position = 0
        if let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position = 1 }
        while position < bytes.count, bytes[position] == UInt8(ascii: ".") || digit(bytes[position]) != nil {
            if bytes[position] == UInt8(ascii: ".") { isFraction = true } else {
                digits.append(bytes[position])
                if isFraction { fraction += 1 }
            }
            position += 1
        }
        guard let last = digits.last, last != UInt8(ascii: "0"), digits.count <= 19,
            let suffix = suffix(bytes[position...]), suffix.binaryShift == 0
        else { return false }
        let exponent = suffix.exponent - fraction
        return exponent % 3 == 0 && exponent >= -9 && fraction == 0
    }

    /// Reads a JSON value: a string, or a bare number.
    package init?(_ value: Value) {
        switch value {
        case .string(let text): self.init(text)
        case .int(let whole): self.init(whole)
        case .double(let number): self.init(number.description)
        default: return nil
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        let digit = byte &- UInt8(ascii: "0")
        return digit <= 9 ? digit : nil
    }

    private static func suffix(_ bytes: ArraySlice<UInt8>) -> (format: Format, exponent: Int, binaryShift: Int)? {
        switch String(decoding: bytes, as: UTF8.self) {
        case "": return (.decimalSI, 0, 0)
        case "n": return (.decimalSI, -9, 0)
        case "u": return (.decimalSI, -6, 0)
        case "m": return (.decimalSI, -3, 0)
        case "k": return (.decimalSI, 3, 0)
        case "M": return (.decimalSI, 6, 0)
        case "G": return (.decimalSI, 9, 0)
        case "T": return (.decimalSI, 12, 0)
        case "P": return (.decimalSI, 15, 0)
        case "E": return (.decimalSI, 18, 0)
        case "Ki": return (.binarySI, 0, 10)
        case "Mi": return (.binarySI, 0, 20)
        case "Gi": return (.binarySI, 0, 30)
        case "Ti": return (.binarySI, 0, 40)
        case "Pi": return (.binarySI, 0, 50)
        case "Ei": return (.binarySI, 0, 60)
        case let text where text.first == "e" || text.first == "E":
            guard let exponent = Int(text.dropFirst()), exponent.magnitude < 1000 else { return nil }
            return (.decimalExponent, exponent, 0)
        default: return nil
        }
    }

    /// Whole units, rounded up.
    package var rounded: Int64 {
        let (quotient, remainder) = nanos.quotientAndRemainder(dividingBy: Self.unit)
        return Int64(clamping: remainder > 0 ? quotient + 1 : quotient)
    }

    /// Thousandths, rounded up.
    package var milli: Int64 {
        let (quotient, remainder) = nanos.quotientAndRemainder(dividingBy: 1_000_000)
        return Int64(clamping: remainder > 0 ? quotient + 1 : quotient)
    }

    package var isZero: Bool { nanos == 0 }
    package var isNegative: Bool { nanos < 0 }
    package var isInteger: Bool { nanos % Self.unit == 0 }

    package static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }
    package func hash(into hasher: inout Hasher) { hasher.combine(nanos) }

    package static func + (left: Quantity, right: Quantity) -> Quantity {
        Quantity(nanos: left.nanos + right.nanos, format: left.isZero ? right.format : left.format)
    }

    package static func - (left: Quantity, right: Quantity) -> Quantity {
        Quantity(nanos: left.nanos - right.nanos, format: left.isZero ? right.format : left.format)
    }

    /// The canonical text: no fraction, the largest suffix that loses nothing.
    package var text: String {
        if nanos == 0 { return "0" }
        if format == .binarySI, isInteger, nanos.magnitude >= UInt128(1024 * Self.unit) {
            var whole = nanos / Self.unit
            var power = 0
            while power < 6, whole % 1024 == 0 {
                whole /= 1024
                power += 1
            }
            return "\(whole)\(["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power])"
        }
        var mantissa = nanos
        var exponent = -9
        while exponent < 18, mantissa % 1000 == 0 {
            mantissa /= 1000
            exponent += 3
        }
        if format == .decimalExponent { return exponent == 0 ? "\(mantissa)" : "\(mantissa)e\(exponent)" }
        let suffixes = [-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"]
        return "\(mantissa)\(suffixes[exponent] ?? "")"
    }
}

extension Quantity: Comparable, CustomStringConvertible {
    package static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }
    package var description: String { text }
}
