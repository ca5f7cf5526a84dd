import Objects

/// A program that is asked over HTTP about nodes, beside the scheduler's own filters and scores.
struct ExtenderSettings: Sendable {
    let url: String
    let filterVerb: String
    let preemptVerb: String
    let prioritizeVerb: String
    let bindVerb: String
    let weight: Int64
    let timeout: Duration
    /// Whether it knows the nodes itself, so that names are enough.
    let knowsNodes: Bool
    /// Resources for which it is asked; for all pods when there are none.
    let managedResources: Set<String>
    /// Those of them that the scheduler's own filter leaves to it.
    let ignoredResources: Set<String>
    /// Whether pods go on without it when it does not answer.
    let isIgnorable: Bool
    let isTLS: Bool
    let authority: String
    let certificate: String
    let key: String
    let isInsecure: Bool

    init(_ entry: Value, _ path: String) throws(SchedulerConfiguration.Problem) {
        typealias Problem = SchedulerConfiguration.Problem
        url = entry["urlPrefix"].string ?? ""
        filterVerb = entry["filterVerb"].string ?? ""
        preemptVerb = entry["preemptVerb"].string ?? ""
        prioritizeVerb = entry["prioritizeVerb"].string ?? ""
        bindVerb = entry["bindVerb"].string ?? ""
        weight = entry["weight"].int ?? 0
        if url.isEmpty { throw Problem("\(path).urlPrefix", "Required value") }
        if !prioritizeVerb.isEmpty, weight <= 0 { throw Problem("\(path).weight", "Invalid value: \(weight): must have a positive weight applied to it") }
        timeout = Self.duration(entry["httpTimeout"].string ?? "") ?? .seconds(30)
        knowsNodes = entry["nodeCacheCapable"].bool == true
        let managed = entry["managedResources"].array
        for (index, resource) in managed.enumerated() where !(resource["name"].string ?? "").contains("/") {
            throw Problem("\(path).managedResources[\(index)].name", "Invalid value: \"\(resource["name"].string ?? "")\": must be an extended resource name")
        }
        managedResources = Set(managed.compactMap { $0["name"].string })
        ignoredResources = Set(managed.filter { $0["ignoredByScheduler"].bool == true }.compactMap { $0["name"].string })
        isIgnorable = entry["ignorable"].bool == true
        let tls = entry["tlsConfig"]
        isTLS = entry["enableHTTPS"].bool == true || url.hasPrefix("https://")
        isInsecure = tls["insecure"].bool == true
        authority = Self.text(tls["caData"].string)
        certificate = Self.text(tls["certData"].string)
        key = Self.text(tls["keyData"].string)
    }

    private static func text(_ base64: String?) -> String {
        guard let base64, let bytes = Base64.decode(base64) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads a duration of Go's, such as `1m30s` or `200ms`.
    private static func duration(_ text: String) -> Duration? {
        var sum = 0.0
        var number = ""
        var unit = ""
        func add() -> Bool {
            guard let amount = Double(number) else { return false }
            switch unit {
            case "h": sum += amount * 3600
            case "m": sum += amount * 60
            case "s": sum += amount
            case "ms": sum += amount / 1000
            case "us", "µs": sum += amount / 1_000_000
            default: return false
            }
            return true
        }
        for character in text {
            if character.isNumber || character == "." {
                if !unit.isEmpty {
                    guard add() else { return nil }
                    (number, unit) = ("", "")
                }
                number.append(character)
            } else {
                unit.append(character)
            }
        }
        return add() ? .seconds(sum) : nil
    }

    func isInterested(in pod: PodClass) -> Bool {
        managedResources.isEmpty || pod.requests.extended.keys.contains { managedResources.contains($0) }
    }
}
