import Objects
import Policies

/// What webhooks and admission policies share: which requests they are for, and where the answer comes from.
extension FieldErrors {
    private static let operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]

    /// A rule with operations: groups, versions, resources and scope.
    mutating func admissionRule(_ rule: FieldValue) {
        let operations = rule["operations"]
        need(operations)
        if operations.count > 1, operations.strings.contains("*") {
            invalid(operations, "if '*' is present, must not specify other operations")
        }
        for operation in operations.items { oneOf(operation, Self.operations) }
        wildcards(rule["apiGroups"], "API groups", isEmptyAllowed: true)
        wildcards(rule["apiVersions"], "API versions", isEmptyAllowed: false)
        resources(rule["resources"])
        oneOfIfPresent(rule["scope"], ["*", "Cluster", "Namespaced"])
    }

    private mutating func wildcards(_ list: FieldValue, _ what: String, isEmptyAllowed: Bool) {
        need(list)
        if list.count > 1, list.strings.contains("*") { invalid(list, "if '*' is present, must not specify other \(what)") }
        if !isEmptyAllowed { for item in list.items where item.isEmpty { required(item) } }
    }

    private mutating func resources(_ list: FieldValue) {
        need(list)
        let names = list.strings
        var wholeResources: Set<String> = []
        var subresources: Set<String> = []
        for name in names where name != "*/*" {
            if name.hasSuffix("/*") { wholeResources.insert(String(name.dropLast(2))) }
            if name.hasPrefix("*/") { subresources.insert(String(name.dropFirst(2))) }
        }
        for item in list.items {
            if item.isEmpty {
                required(item)
                continue
            }
            let parts = item.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, item.text != "*/*" else { continue }
            if parts[1] != "*", wholeResources.contains(parts[0]) {
                invalid(item, "if '\(parts[0])/*' is present, must not specify \(item.text)")
            }
            if parts[0] != "*", subresources.contains(parts[1]) {
                invalid(item, "if '*/\(parts[1])' is present, must not specify \(item.text)")
            }
        }
        if list.count > 1, names.contains("*/*") { invalid(list, "if '*/*' is present, must not specify other resources") }
        if names.contains("*"), names.contains(where: { $0 != "*" && !$0.contains("/") }) {
            invalid(list, "if '*' is present, must not specify other resources without subresources")
        }
    }

    /// Where a webhook, a conversion or an aggregated server is reached.
    mutating func serviceReference(_ service: FieldValue, namespaceFirst: Bool = false) {
        for name in namespaceFirst ? ["namespace", "name"] : ["name", "namespace"] { need(service[name]) }
        let port = service["port"], path = service["path"]
        if port.isPresent, !(1...65535).contains(port.number) {
            invalid(port, "port is not valid: must be between 1 and 65535, inclusive")
        }
        guard path.isPresent else { return }
        let text = path.text
        guard text.hasPrefix("/") else { return invalid(path, "must start with a '/'") }
        if text == "/" { return }
        let rest = text.dropFirst()
        let segments = (rest.hasSuffix("/") ? rest.dropLast() : rest).split(separator: "/", omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            if segment.isEmpty {
                invalid(path, "segment[\(index)] may not be empty")
                return
            }
            for problem in NameRules.dns1123Subdomain(String(segment)) { invalid(path, "segment[\(index)]: \(problem)") }
        }
    }

    mutating func webhookURL(_ url: FieldValue) {
        let form = "; desired format: https://host[/path]"
        if let problem = URLParts.problem(url.text) {
            return required(url, "url must be a valid URL: parse \(Value.string(url.text).jsonString): \(problem)" + form)
        }
        let parts = URLParts(url.text)
        if parts.scheme != "https" {
            invalid(url, "'https' is the only allowed URL scheme" + form, showing: .string(parts.scheme))
        }
        if parts.host.isEmpty { invalid(url, "host must be specified" + form, showing: "") }
        if !parts.user.isEmpty { invalid(url, "user information is not permitted in the URL", showing: .string(parts.user)) }
        if !parts.fragment.isEmpty { invalid(url, "fragments are not permitted in the URL", showing: .string(parts.fragment)) }
        if !parts.query.isEmpty { invalid(url, "query parameters are not permitted in the URL", showing: .string(parts.query)) }
    }

    mutating func matchConditions(_ conditions: FieldValue) {
        atMost(64, conditions)
        if conditions.count > 64 { return }
        var names: Set<String> = []
        for condition in conditions.items {
            let name = condition["name"]
            if TextRules.trimmed(condition["expression"].text).isEmpty { required(condition["expression"]) }
            guard need(name) else { continue }
            text(name, NameRules.qualifiedName)
            if !names.insert(name.text).inserted { duplicate(name) }
        }
    }
}

/// The parts of a URL that say where a webhook is.
private struct URLParts {
    var scheme = ""
    var user = ""
    var host = ""
    var query = ""
    var fragment = ""

    /// Why the text cannot be taken apart at all; nil when it can.
    static func problem(_ text: String) -> String? {
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) { return "net/url: invalid control character in URL" }
        if text.hasPrefix(":") { return "missing protocol scheme" }
        var rest = text[...]
        while let percent = rest.firstIndex(of: "%") {
            let escape = rest[percent...].prefix(3)
            guard escape.count == 3, escape.dropFirst().allSatisfy(\.isHexDigit) else {
                return "invalid URL escape \(Value.string(String(escape)).jsonString)"
            }
            rest = rest[rest.index(after: percent)...]
        }
        let host = URLParts(text).host
        if host.contains(" ") { return "invalid character \" \" in host name" }
        if host.hasPrefix("["), !host.contains("]") { return "missing ']' in host" }
        let port = host.lastIndex(of: ":").map { host[$0...] } ?? ""
        if !port.contains("]"), !port.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }) {
            return "invalid port \(Value.string(String(port)).jsonString) after host"
        }
        return nil
    }

    init(_ text: String) {
        var rest = text[...]
        if let mark = rest.firstIndex(of: "#") {
            fragment = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if let colon = rest.firstIndex(of: ":"), rest[..<colon].allSatisfy({ $0.isLetter || $0.isNumber }) {
            scheme = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        guard rest.hasPrefix("//") else { return }
        var authority = rest.dropFirst(2).prefix { $0 != "/" }
        if let at = authority.lastIndex(of: "@") {
            user = String(authority[..<at])
            authority = authority[authority.index(after: at)...]
        }
        host = String(authority)
    }
}

struct WebhookConfigurationStrategy: Strategy {
    let isMutating: Bool

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        var names: Set<String> = []
        for webhook in object["webhooks"].items {
            let name = webhook["name"]
            if errors.need(name) {
                let problems = NameRules.dns1123Subdomain(name.text)
                for problem in problems { errors.invalid(name, problem) }
                if problems.isEmpty, name.text.split(separator: ".").count < 3 {
                    errors.invalid(name, "should be a domain with at least three segments separated by dots")
                }
                if !names.insert(name.text).inserted { errors.duplicate(name) }
            }
            self.webhook(webhook, &errors)
        }
    }

    private func webhook(_ webhook: FieldValue, _ errors: inout FieldErrors) {
        versions(webhook["admissionReviewVersions"], &errors)
        for rule in webhook["rules"].items { errors.admissionRule(rule) }
        errors.oneOfIfPresent(webhook["failurePolicy"], ["Fail", "Ignore"])
        errors.oneOfIfPresent(webhook["matchPolicy"], ["Equivalent", "Exact"])
        if webhook["sideEffects"].isAbsent {
            errors.required(webhook["sideEffects"], "must specify one of None, NoneOnDryRun")
        } else {
            errors.oneOf(webhook["sideEffects"], ["None", "NoneOnDryRun"])
        }
        let timeout = webhook["timeoutSeconds"]
        if timeout.isPresent, !(1...30).contains(timeout.number) {
            errors.invalid(timeout, "the timeout value must be between 1 and 30 seconds")
        }
        errors.labelSelector(webhook["namespaceSelector"])
        errors.labelSelector(webhook["objectSelector"])
        if isMutating { errors.oneOfIfPresent(webhook["reinvocationPolicy"], ["IfNeeded", "Never"]) }
        let client = webhook["clientConfig"]
        switch (client["url"].isPresent, client["service"].isPresent) {
        case (true, true), (false, false): errors.required(client, "exactly one of url or service is required")
        case (true, false): errors.webhookURL(client["url"])
        case (false, true): errors.serviceReference(client["service"])
        }
        let conditions = webhook["matchConditions"]
        errors.matchConditions(conditions)
        if conditions.count <= 64 { errors.append(ExpressionProblems.conditions(conditions.value, at: conditions.path)) }
    }

    private func versions(_ versions: FieldValue, _ errors: inout FieldErrors) {
        guard errors.need(versions, "must specify one of v1, v1beta1") else { return }
        var seen: Set<String> = []
        var isKnown = false
        for version in versions.items {
            if !seen.insert(version.text).inserted {
                errors.invalid(version, "duplicate version")
                continue
            }
            errors.text(version, NameRules.dns1035Label)
            if version.text == "v1" || version.text == "v1beta1" { isKnown = true }
        }
        let areNames = versions.strings.allSatisfy { NameRules.dns1035Label($0).isEmpty }
        if !isKnown, areNames { errors.invalid(versions, "must include at least one of v1, v1beta1") }
    }

    var countsGeneration: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
}
