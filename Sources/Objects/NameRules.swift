/// The forms that names, labels and paths of the API have to have (RFC 1035, RFC 1123, qualified names).
///
/// Each rule gives the problems that it found, in Kubernetes' wording, none when the text is fine.
package enum NameRules {
    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLower(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
    private static func isLower(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "a") <= 25 }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") <= 25 }

    private static func tooLong(_ limit: Int) -> String { "must be no more than \(limit) bytes" }
    private static func tooManyCharacters(_ limit: Int) -> String { "must be no more than \(limit) characters" }

    /// A DNS label: at most 63 of a-z, 0-9 and -, alphanumeric at both ends.
    package static func dns1123Label(_ text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append(tooManyCharacters(63)) }
        if isLabel(text.utf8) { return problems }
        // It is not too long as a whole, so only the dots are wrong with it.
        if isSubdomain(text) {
            problems.append("must not contain dots")
        } else {
            problems.append(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")
        }
        return problems
    }

    private static func isLabel(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first, isLowerAlphanumeric(first) else { return false }
        var last = first
        for byte in bytes {
            if !isLowerAlphanumeric(byte), byte != UInt8(ascii: "-") { return false }
            last = byte
        }
        return isLowerAlphanumeric(last)
    }

    /// Dot-separated DNS labels of at most 253 bytes in all.
    package static func dns1123Subdomain(_ text: String) -> [String] { subdomain(text, tooManyCharacters(253)) }

    private static func subdomain(_ text: String, _ lengthProblem: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 253 { problems.append(lengthProblem) }
        if !isSubdomain(text) {
            problems.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
        }
        return problems
    }

    private static func isSubdomain(_ text: String) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { isLabel($0) }
    }

    /// A DNS label that begins with a letter (Service names).
    package static func dns1035Label(_ text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append(tooManyCharacters(63)) }
        if !isLabel(text.utf8) || !(text.utf8.first.map(isLower) ?? false) {
            problems.append(
                "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')")
        }
        return problems
    }

    private static func isNamePart(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first, isAlphanumeric(first) else { return false }
        var last = first
        for byte in bytes {
            if !isAlphanumeric(byte), byte != UInt8(ascii: "-"), byte != UInt8(ascii: "_"), byte != UInt8(ascii: ".") { return false }
            last = byte
        }
        return isAlphanumeric(last)
    }

    /// `name` or `prefix/name`, as label and annotation keys are.
    package static func qualifiedName(_ text: String) -> [String] {
        let form = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        var problems: [String] = []
        let name: Substring
        switch parts.count {
        case 1: name = parts[0]
        case 2:
            name = parts[1]
            if parts[0].isEmpty {
                problems.append("prefix part must be non-empty")
            } else {
                problems += subdomain(String(parts[0]), tooLong(253)).map { "prefix part " + $0 }
            }
        default:
            return ["a valid label key \(form) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
        }
        if name.isEmpty {
            problems.append("name part must be non-empty")
        } else if name.utf8.count > 63 {
            problems.append("name part " + tooLong(63))
        }
        if !isNamePart(name.utf8) { problems.append("name part \(form)") }
        return problems
    }

    /// Empty, or at most 63 bytes of a name's form.
    package static func labelValue(_ text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append(tooLong(63)) }
        if !text.isEmpty, !isNamePart(text.utf8) {
            problems.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
        }
        return problems
    }

    /// What may not stand in one segment of a URL path (RBAC names, for example).
    package static func pathSegment(_ text: String) -> [String] {
        if text == "." || text == ".." { return ["may not be '\(text)'"] }
        return ["/", "%"].filter { text.contains($0) }.map { "may not contain '\($0)'" }
    }
}
