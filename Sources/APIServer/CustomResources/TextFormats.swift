import Credentials
import Objects

/// The formats of strings that are checked; others are notes to the reader.
enum TextFormats {
    static func accepts(_ text: String, as format: String) -> Bool {
        switch format {
        case "date-time", "datetime": return Timestamp(text) != nil
        case "date": return text.utf8.count == 10 && Timestamp(text + "T00:00:00Z") != nil
        case "duration": return isDuration(text)
        case "byte": return Base64.decode(text) != nil
        case "ipv4": return IPAddressBytes.parse(text)?.count == 4
        case "ipv6": return IPAddressBytes.parse(text)?.count == 16
        case "cidr": return isPrefix(text)
        case "mac": return isHardwareAddress(text)
        case "uri": return isURI(text)
        case "email": return isEmail(text)
        case "hostname": return isHostname(text)
        case "creditcard": return isCardNumber(text)
        case "ssn": return text.utf8.count == 11 && matches(text, "ddd-dd-dddd")
        case "bsonobjectid": return text.utf8.count == 24 && text.allSatisfy(\.isHexDigit)
        case "rgbcolor": return isRGBColor(text)
        case "uuid": return isUUID(text, version: nil)
        case "uuid3": return isUUID(text, version: "3")
        case "uuid4": return isUUID(text, version: "4")
        case "uuid5": return isUUID(text, version: "5")
        case "hexcolor": return isHexColor(text)
        case "isbn", "isbn10", "isbn13": return isBookNumber(text, format)
        case "k8s-short-name": return NameRules.dns1123Label(text).isEmpty
        case "k8s-long-name": return NameRules.dns1123Subdomain(text).isEmpty
        default: return true
        }
    }

    /// Go's durations, and a number with a unit in words.
    private static func isDuration(_ text: String) -> Bool {
        var rest = text.drop { $0 == "-" || $0 == "+" }
        if rest == "0" { return true }
        if rest.isEmpty { return false }
        let units = [
            "ns", "us", "\u{b5}s", "ms", "s", "m", "h", "d", "w", "nano", "nanos", "nanosecond", "nanoseconds", "micro", "micros", "microsecond",
            "microseconds", "milli", "millis", "millisecond", "milliseconds", "sec", "secs", "second", "seconds", "min", "mins", "minute", "minutes",
            "hr", "hrs", "hour", "hours", "day", "days", "wk", "wks", "week", "weeks",
        ]
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            if number.isEmpty { return false }
            rest = rest.dropFirst(number.count).drop { $0 == " " }
            let unit = rest.prefix { $0.isLetter }
            guard units.contains(unit.lowercased()) else { return false }
            rest = rest.dropFirst(unit.count)
        }
        return true
    }

    private static func isPrefix(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddressBytes.parse(String(parts[0])), let length = Int(parts[1]) else { return false }
        return length >= 0 && length <= address.count * 8
    }

    private static func isHardwareAddress(_ text: String) -> Bool {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
        return [6, 8, 20].contains(parts.count) && parts.allSatisfy { $0.count == 2 && $0.allSatisfy(\.isHexDigit) }
    }

    private static func isURI(_ text: String) -> Bool {
        if text.hasPrefix("/") { return !text.contains(" ") }
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return false }
        return !text.contains(" ") && text[..<colon].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    }

    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty && !text.contains(" ")
    }

    /// Labels of letters, digits and symbols with hyphens within; the last of several has two characters at least.
    private static func isHostname(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 255, labels.allSatisfy({ (1...63).contains($0.utf8.count) }), let last = labels.last else { return false }
        func isPlain(_ character: Character) -> Bool {
            character.isLetter || character.isNumber && character.isASCII || character.isSymbol
        }
        for label in labels {
            guard let first = label.first, let end = label.last, isPlain(first), isPlain(end),
                label.allSatisfy({ isPlain($0) || $0 == "-" })
            else { return false }
        }
        return labels.count == 1 || last.count > 1 && !last.contains("--")
    }

    /// `d` stands for a digit, `-` for a hyphen or a space.
    private static func matches(_ text: String, _ form: String) -> Bool {
        zip(text, form).allSatisfy { character, wanted in
            wanted == "d" ? character.isASCII && character.isNumber : character == "-" || character == " "
        }
    }

    /// Of a length and with a beginning that some issuer uses, and with the check digit of Luhn.
    private static func isCardNumber(_ text: String) -> Bool {
        let digits = text.filter { $0.isASCII && $0.isNumber }
        guard let beginning = Int(digits.prefix(4)) else { return false }
        let isIssued: Bool
        switch beginning {
        case 4000...4999: isIssued = digits.count == 13 || digits.count == 16
        case 5100...5599, 2221...2720, 6011, 6500...6599, 6200...6299, 6700...6799: isIssued = digits.count == 16
        case 3400...3499, 3700...3799, 2131, 1800: isIssued = digits.count == 15
        case 3500...3599: isIssued = digits.count == 16
        case 3000...3059, 3600...3699, 3800...3899: isIssued = digits.count == 14
        default: isIssued = false
        }
        guard isIssued else { return false }
        var sum = 0
        for (position, digit) in digits.reversed().enumerated() {
            let value = (digit.wholeNumberValue ?? 0) * (position % 2 == 0 ? 1 : 2)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    /// `rgb(R, G, B)`, each up to 255.
    private static func isRGBColor(_ text: String) -> Bool {
        guard text.hasPrefix("rgb("), text.hasSuffix(")") else { return false }
        let parts = text.dropFirst(4).dropLast().split(separator: ",", omittingEmptySubsequences: false)
        return parts.count == 3 && parts.allSatisfy { part in
            let digits = part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
            let number = String(digits.reversed())
            guard let value = Int(number), String(value) == number else { return false }
            return (0...255).contains(value)
        }
    }

    private static func isUUID(_ text: String, version: Character?) -> Bool {
        let digits = text.filter { $0 != "-" }
        guard digits.count == 32, digits.allSatisfy(\.isHexDigit) else { return false }
        // Hyphens may be left out, but stand nowhere else.
        var rest = text[...]
        for length in [8, 4, 4, 4] {
            guard rest.prefix(length).allSatisfy(\.isHexDigit) else { return false }
            rest = rest.dropFirst(length)
            if rest.first == "-" { rest = rest.dropFirst() }
        }
        guard rest.count == 12 else { return false }
        guard let version else { return true }
        let position = digits.index(digits.startIndex, offsetBy: 12)
        let variant = digits[digits.index(digits.startIndex, offsetBy: 16)]
        return digits[position] == version && (version == "3" || "89abAB".contains(variant))
    }

    private static func isHexColor(_ text: String) -> Bool {
        let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
        return (digits.count == 3 || digits.count == 6) && digits.allSatisfy(\.isHexDigit)
    }

    /// ISBN with its check digit.
    private static func isBookNumber(_ text: String, _ format: String) -> Bool {
        let digits = text.filter { $0 != "-" && $0 != " " }.map { $0 == "X" || $0 == "x" ? 10 : $0.wholeNumberValue ?? -1 }
        if digits.contains(-1) { return false }
        if digits.count == 10, format != "isbn13" {
            return digits.enumerated().reduce(0) { $0 + (10 - $1.offset) * $1.element } % 11 == 0
        }
        if digits.count == 13, format != "isbn10" {
            return digits.enumerated().reduce(0) { $0 + ($1.offset % 2 == 0 ? 1 : 3) * $1.element } % 10 == 0
        }
        return false
    }
}
