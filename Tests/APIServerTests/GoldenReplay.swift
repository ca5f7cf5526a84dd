import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Objects

/// Replays a recorded conversation over HTTPS and says where the answers differ. It holds what `golden.py` calls
/// hard; headers, watches and the wording of messages are looked at there.
struct GoldenReplay {
    private let server: GoldenServer
    private let scenario: Value
    private var scope: [String: Value]

    init(_ scenario: Value, _ server: GoldenServer, number: Int) {
        self.scenario = scenario
        self.server = server
        let suffix = "replay\(number)"
        scope = ["ns": .string("golden-" + suffix), "rand": .string(suffix)]
    }

    /// The differences, each with the step's number, the path, what was wanted and what came.
    mutating func differences() async -> [String] {
        if scenario["namespace"].bool ?? true { await makeNamespace() }
        var found: [String] = []
        for (number, step) in scenario["steps"].array.enumerated() {
            if let seconds = step["sleep"].double {
                try? await Task.sleep(for: .seconds(seconds))
                continue
            }
            guard let answer = await perform(step) else { continue }
            scope[step["id"].string ?? "step\(number)"] = answer["body"]
            if step["record"].bool == false { continue }
            let ignored = (step["ignore"].array + scenario["ignore"].array).compactMap(\.string)
            var comparison = GoldenComparison(ignored: ignored)
            comparison.compare(fill(step["response"]["status"]), answer["status"], "status")
            comparison.compare(fill(step["response"]["body"]), answer["body"], "body")
            found += comparison.differences.map { "step \(number) \(step["request"].string ?? ""): \($0)" }
        }
        for path in scenario["cleanup"].array { _ = await server.send("DELETE", fill(path).string ?? "") }
        if scenario["namespace"].bool ?? true { _ = await server.send("DELETE", "/api/v1/namespaces/\(fill("{{ns}}").string ?? "")") }
        return found
    }

    private func makeNamespace() async {
        let name = scope["ns"] ?? .null
        var namespace: Value = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": name]]
        if scenario.contains("namespaceLabels") { namespace["metadata"]["labels"] = scenario["namespaceLabels"] }
        let headers = [("user-agent", "python-requests/2"), ("content-type", "application/json")]
        _ = await server.send("POST", "/api/v1/namespaces", headers, namespace.json)
        // What the controllers make in each namespace.
        let account: Value = ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default"]]
        _ = await server.send("POST", "/api/v1/namespaces/\(name.string ?? "")/serviceaccounts", headers, account.json)
    }

    /// Nil for watches. A step that waits for controllers of the server itself is asked for two seconds.
    private func perform(_ step: Value) async -> Value? {
        guard !step.contains("watch") else { return nil }
        let request = (fill(step["request"]).string ?? "").split(separator: " ", maxSplits: 1).map(String.init)
        guard request.count == 2 else { return nil }
        var headers = [("user-agent", "golden/1.0"), ("accept", "application/json")]
        for header in fill(step["headers"]).members {
            headers.removeAll { $0.0 == header.key.lowercased() }
            headers.append((header.key.lowercased(), header.value.string ?? ""))
        }
        var body: [UInt8] = []
        var type = ""
        if step.contains("body") {
            (body, type) = (fill(step["body"]).json, "application/json")
        } else if let text = step["text"].string {
            (body, type) = (Array((fill(.string(text)).string ?? "").utf8), "application/yaml")
        } else if let text = step["base64"].string {
            (body, type) = (Base64.decode(text) ?? [], "application/vnd.kubernetes.protobuf")
        }
        if !type.isEmpty, !headers.contains(where: { $0.0 == "content-type" }) { headers.append(("content-type", type)) }
        let isAnonymous = step["anonymous"].bool == true
        for _ in 0..<40 {
            let answer = await server.send(request[0], request[1], headers, body, isAnonymous: isAnonymous)
            if step["until"].members.allSatisfy({ Self.lookup($0.key, answer) == $0.value }) { return answer }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return await server.send(request[0], request[1], headers, body, isAnonymous: isAnonymous)
    }

    /// Puts what earlier steps answered in place of `{{name}}` and `{{step.path}}`.
    private func fill(_ value: Value) -> Value {
        switch value {
        case .string(let text): fill(text)
        case .array(let elements): .array(elements.map(fill))
        case .object(let members):
            .object(Members(members.map { (fill($0.key).string ?? $0.key, fill($0.value)) }))
        default: value
        }
    }

    private func fill(_ text: String) -> Value {
        var rest = text[...]
        var out = ""
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            let name = rest[start.upperBound..<end.lowerBound].filter { $0 != " " }
            let found = lookup(String(name))
            if start.lowerBound == text.startIndex, end.upperBound == text.endIndex { return found }
            out += rest[..<start.lowerBound]
            out += found.string ?? found.jsonString
            rest = rest[end.upperBound...]
        }
        return .string(out + rest)
    }

    private func lookup(_ path: String) -> Value {
        Self.lookup(path, .object(Members(scope.map { ($0.key, $0.value) })))
    }

    /// The value at a dotted path, in which numbers are places of a list.
    private static func lookup(_ path: String, _ root: Value) -> Value {
        var value = root
        for part in path.replacing("\\.", with: "\u{1}").split(separator: ".").map({ String($0).replacing("\u{1}", with: ".") }) {
            if let index = Int(part) {
                value = value[index]
            } else {
                value = value[part]
            }
        }
        return value
    }
}

/// Compares an answer with the recorded one, whose changing parts are written `<uid>`, `<time>` and so on.
struct GoldenComparison {
    private(set) var differences: [String] = []
    private let ignored: [Regex<Substring>]

    private static let wording: Set<String> = ["message", "description", "error", "evaluationError", "warning"]
    private static let changing = ["<uid>", "<time>", "<rv>", "<resourceVersion>", "<continue>", "<rand>", "<jwt>", "<certificate>", "<ip>", "<port>"]

    init(ignored patterns: [String]) {
        ignored = patterns.compactMap { pattern in
            var text = pattern.replacing(".", with: "\\.").replacing("[*]", with: "\\[\\d+\\]").replacing("**", with: ".+")
            if text.hasSuffix("]"), !text.hasSuffix("\\]") { text = text.replacing("[", with: "\\[").replacing("]", with: "\\]") }
            return try? Regex("(?:\(text))(?:[.\\[].*)?", as: Substring.self)
        }
    }

    mutating func compare(_ want: Value, _ got: Value, _ path: String) {
        if ignored.contains(where: { path.wholeMatch(of: $0) != nil }) { return }
        let key = path.split(separator: ".").last.map(String.init) ?? ""
        switch (want, got) {
        case (.object(let wanted), .object(let actual)):
            let actual = Self.withoutIdentifiers(actual)
            for name in Set(wanted.keys).union(actual.keys).sorted() {
                let inner = path + "." + name
                switch (wanted[name], actual[name]) {
                case (let before?, let after?): compare(before, after, inner)
                case (let before?, nil): differ(before, "<absent>", inner)
                case (nil, let after?): differ("<absent>", after, inner)
                case (nil, nil): break
                }
            }
        case (.array(let wanted), .array(let actual)):
            let (left, right) = (Self.ordered(wanted, key), Self.ordered(actual, key))
            for (index, pair) in zip(left, right).enumerated() { compare(pair.0, pair.1, "\(path)[\(index)]") }
            let common = min(left.count, right.count)
            for (index, element) in left.enumerated().dropFirst(common) { differ(element, "<absent>", "\(path)[\(index)]") }
            for (index, element) in right.enumerated().dropFirst(common) { differ("<absent>", element, "\(path)[\(index)]") }
        case (.string(let pattern), _):
            // The recorder's own certificate.
            if pattern.hasPrefix("X509SHA256="), got.string?.hasPrefix("X509SHA256=") == true { return }
            if Self.wording.contains(key) || ["clusterIP", "nodePort", "healthCheckNodePort"].contains(key) { return }
            if !Self.matches(pattern, got.string ?? got.jsonString) { differ(want, got, path) }
        default:
            if want != got, want.double == nil || want.double != got.double { differ(want, got, path) }
        }
    }

    /// Names of members that hold an identifier (`k:{"uid":"…"}` in `fieldsV1`) as the recording writes them.
    private static func withoutIdentifiers(_ members: Members) -> Members {
        guard members.contains(where: { $0.key.contains("-") && $0.key.hasPrefix("k:") }) else { return members }
        let identifier = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/
        return Members(members.map { ($0.key.replacing(identifier, with: "<uid>"), $0.value) })
    }

    private mutating func differ(_ want: Value, _ got: Value, _ path: String) {
        if ignored.contains(where: { path.wholeMatch(of: $0) != nil }) { return }
        differences.append("\(path) wants \(want.jsonString.prefix(200)), got \(got.jsonString.prefix(200))")
    }

    /// Lists whose order carries no meaning, in one order.
    private static func ordered(_ list: [Value], _ key: String) -> [Value] {
        switch key {
        case "managedFields":
            list.sorted { sortKey($0) < sortKey($1) }
        case "causes":
            Dictionary(list.map { (causeKey($0), $0) }, uniquingKeysWith: { first, _ in first }).sorted { $0.key < $1.key }.map(\.value)
        default: list
        }
    }

    private static func causeKey(_ cause: Value) -> String {
        ["field", "message", "reason"].map { cause[$0].string ?? "" }.joined(separator: "|")
    }

    private static func sortKey(_ entry: Value) -> String {
        ["manager", "operation", "subresource", "apiVersion"].map { entry[$0].string ?? "" }.joined(separator: "|")
            + entry["fieldsV1"].jsonString
    }

    private static func matches(_ pattern: String, _ text: String) -> Bool {
        if pattern == text { return true }
        var rest = text[...]
        var remaining = pattern[...]
        var isFirst = true
        while true {
            let next = changing.compactMap { remaining.firstRange(of: $0) }.min { $0.lowerBound < $1.lowerBound }
            let literal = remaining[..<(next?.lowerBound ?? remaining.endIndex)]
            if isFirst {
                guard rest.hasPrefix(literal) else { return false }
                rest = rest.dropFirst(literal.count)
            } else if next == nil {
                return rest.hasSuffix(literal)
            } else if !literal.isEmpty {
                guard let place = rest.firstRange(of: literal) else { return false }
                rest = rest[place.upperBound...]
            }
            guard let next else { return rest.isEmpty }
            remaining = remaining[next.upperBound...]
            isFirst = false
        }
    }
}

/// The connection to the server that is compared.
struct GoldenServer {
    let base: String
    let client: HTTPClient
    let anonymous: HTTPClient

    /// The answer as an object of status and body, as `golden.py` writes it.
    func send(
        _ method: String, _ path: String, _ headers: [(String, String)] = [], _ body: [UInt8] = [], isAnonymous: Bool = false
    ) async -> Value {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method)
        request.headers = HTTPHeaders(headers)
        if !body.isEmpty { request.body = .bytes(body) }
        do {
            let response = try await (isAnonymous ? anonymous : client).execute(request, timeout: .seconds(30))
            let bytes = Array(try await response.body.collect(upTo: 64 << 20).readableBytesView)
            let type = response.headers.first(name: "content-type") ?? ""
            let text = Value.string(String(decoding: bytes, as: UTF8.self))
            let body = type.contains("protobuf") ? .string("base64:" + Base64.encode(bytes)) : type.contains("json") ? (try? Value(json: bytes)) ?? text : text
            return ["status": .int(Int64(response.status.code)), "body": body]
        } catch {
            return ["status": 0, "body": .string("\(error)")]
        }
    }
}
