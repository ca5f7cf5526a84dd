import Objects

/// The forms of texts beyond the names of `NameRules`. Each gives its problems, none when the text is fine.
package enum TextRules {
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
    private static func isLower(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "a") <= 25 }
    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") <= 25 }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

    /// Keys of config maps and secrets.
    static func configKey(_ text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 253 { problems.append("must be no more than 253 characters") }
        let isFine = !text.isEmpty && text.utf8.allSatisfy {
            isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
        }
        if !isFine {
            problems.append(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")
        }
        return problems + dotsOnly(text)
    }

    private static func dotsOnly(_ text: String) -> [String] {
        if text == "." { return ["must not be '.'"] }
        if text == ".." { return ["must not be '..'"] }
        if text.hasPrefix("..") { return ["must not start with '..'"] }
        return []
    }

    /// Names of environment variables: printable ASCII without `=`.
    static func environmentName(_ text: String) -> [String] {
        let isFine = !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7e && $0 != UInt8(ascii: "=") }
        return isFine ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
    }

    static func headerName(_ text: String) -> [String] {
        let isFine = !text.isEmpty && text.utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
        return isFine
            ? []
            : ["a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"]
    }

    /// `N%`.
    static func percent(_ text: String) -> [String] {
        let digits = text.utf8.dropLast()
        if text.hasSuffix("%"), !digits.isEmpty, digits.allSatisfy(isDigit) { return [] }
        return ["a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"]
    }

    /// The name of a port (IANA service name).
    static func portName(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var problems: [String] = []
        if bytes.count > 15 { problems.append("must be no more than 15 characters") }
        if bytes.isEmpty || !bytes.allSatisfy({ isDigit($0) || isLower($0) || $0 == UInt8(ascii: "-") }) {
            problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !bytes.contains(where: isLower) { problems.append("must contain at least one letter (a-z)") }
        if text.contains("--") { problems.append("must not contain consecutive hyphens") }
        if bytes.first == UInt8(ascii: "-") || bytes.last == UInt8(ascii: "-") {
            problems.append("must not begin or end with a hyphen")
        }
        return problems
    }

    /// A subdomain of at least two labels; a trailing dot is taken.
    static func fullyQualifiedName(_ text: String) -> [String] {
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        if let problem = NameRules.dns1123Subdomain(name).first { return [problem] }
        return name.contains(".") ? [] : ["should be a domain with at least two segments separated by dots"]
    }

    /// `*.` and a subdomain.
    static func wildcardSubdomain(_ text: String) -> [String] {
        if text.hasPrefix("*."), NameRules.dns1123Subdomain(String(text.dropFirst(2))).isEmpty { return [] }
        return ["a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"]
    }

    /// A DNS subdomain whose labels may begin with and hold underscores (search paths).
    static func subdomainWithUnderscores(_ text: String) -> [String] {
        if text.utf8.count > 253 { return ["must be no more than 253 characters"] }
        for label in text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            let body = label.first == UInt8(ascii: "_") ? label.dropFirst() : label
            let isFine = (body.first.map { isDigit($0) || isLower($0) } ?? false)
                && (body.last.map { isDigit($0) || isLower($0) } ?? false)
                && body.allSatisfy { isDigit($0) || isLower($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
            if !isFine {
                return ["a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')"]
            }
        }
        return []
    }

    /// `DOMAIN/PATH`, as signers and `managedBy` are named.
    static func domainPrefixedPath(_ text: String) -> [(part: String, problem: String)] {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            return [(text, "must be a domain-prefixed path (such as \"acme.io/foo\")")]
        }
        let host = String(parts[0])
        var problems = NameRules.dns1123Subdomain(host).map { (part: host, problem: $0) }
        if !isURLPath(parts[1]) {
            problems.append((String(parts[1]), "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')"))
        }
        return problems
    }

    private static func isURLPath(_ text: Substring) -> Bool {
        let others = Array("/-._~%!$&'()*+,;=:".utf8)
        return text.utf8.allSatisfy { isDigit($0) || isLetter($0) || others.contains($0) }
    }

    /// A path below some directory: relative, without `..`.
    static func localDescendingPath(_ text: String) -> [String] {
        (text.hasPrefix("/") ? ["must be a relative path"] : []) + withoutBackSteps(text)
    }

    static func withoutBackSteps(_ text: String) -> [String] {
        text.split(separator: "/").contains("..") ? ["must not contain '..'"] : []
    }

    /// As `localDescendingPath`, and its first name does not begin with `..`, which the kubelet keeps for itself.
    static func localNonReservedPath(_ text: String) -> [String] {
        localDescendingPath(text) + (text.hasPrefix("..") && !text.hasPrefix("../") ? ["must not start with '..'"] : [])
    }

    /// A C identifier.
    static func identifier(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        let isFine = !bytes.isEmpty && !isDigit(bytes[0])
            && bytes.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "_") }
        return isFine ? [] : ["a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')"]
    }

    /// The name of a sysctl.
    static func isSysctlName(_ text: String) -> Bool {
        guard text.utf8.count <= 253 else { return false }
        let parts = text.utf8.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
        return parts.allSatisfy { part in
            (part.first.map { isDigit($0) || isLower($0) } ?? false) && (part.last.map { isDigit($0) || isLower($0) } ?? false)
                && part.allSatisfy { isDigit($0) || isLower($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        }
    }

    /// A decimal number of 32 bits without sign `+` and without leading zeros.
    static func isStrictInt32(_ text: String) -> Bool {
        guard let number = Int32(text) else { return false }
        return String(number) == text
    }

    static func isPadded(_ text: String) -> Bool { trimmed(text) != text[...] }

    static func trimmed(_ text: String) -> Substring {
        var part = text[...]
        while let first = part.first, first.isWhitespace { part = part.dropFirst() }
        while let last = part.last, last.isWhitespace { part = part.dropLast() }
        return part
    }
}

extension FieldErrors {
    /// A host, a slash and a path; what is wrong is said of the part that it is wrong with.
    mutating func domainPrefixedPath(_ field: FieldValue) {
        guard need(field) else { return }
        for (part, problem) in TextRules.domainPrefixedPath(field.text) { invalid(field, problem, showing: .string(part)) }
    }
}
