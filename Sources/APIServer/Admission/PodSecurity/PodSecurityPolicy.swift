import Objects
import Schema

/// How much a namespace lets its pods do, and by the rules of which version.
struct PodSecurityLevel: Equatable {
    enum Level: String { case privileged, baseline, restricted }

    var level: Level
    /// The minor version; nil for the latest.
    var version: Int?

    var text: String { "\(level.rawValue):\(version.map { "v1.\($0)" } ?? "latest")" }

    /// From the labels of a namespace; what is missing or unreadable is the most open.
    init(_ labels: [String: String], mode: String) {
        level = labels["pod-security.kubernetes.io/\(mode)"].flatMap(Level.init(rawValue:)) ?? .privileged
        version = labels["pod-security.kubernetes.io/\(mode)-version"].flatMap(Self.minor)
    }

    private static func minor(_ text: String) -> Int? {
        guard text.hasPrefix("v1."), let number = Int(text.dropFirst(3)), number >= 0 else { return nil }
        // Rules of a version that is yet to come are those of the newest one.
        return number > 36 ? nil : number
    }

    /// Problems of the labels themselves.
    static func labelErrors(_ labels: [String: String]) -> [(key: String, value: String, supported: [String])] {
        var problems: [(String, String, [String])] = []
        for mode in ["enforce", "audit", "warn"] {
            let key = "pod-security.kubernetes.io/\(mode)"
            if let value = labels[key], Level(rawValue: value) == nil {
                problems.append((key, value, ["privileged", "baseline", "restricted"]))
            }
            if let value = labels[key + "-version"], value != "latest", !isVersion(value) {
                problems.append((key + "-version", value, ["latest", "v1.x"]))
            }
        }
        return problems
    }

    private static func isVersion(_ text: String) -> Bool {
        guard text.hasPrefix("v1."), let number = Int(text.dropFirst(3)), number >= 0 else { return false }
        return String(number) == text.dropFirst(3)
    }
}

/// One thing that a level forbids and a pod does.
struct PodSecurityViolation: Equatable {
    let reason: String
    let detail: String

    var text: String { detail.isEmpty ? reason : "\(reason) (\(detail))" }
}

/// Compares a pod with a level.
struct PodSecurityEvaluation {
    let metadata: Value
    let spec: Value
    let level: PodSecurityLevel
    private(set) var violations: [PodSecurityViolation] = []

    /// What `spec` does that `level` forbids, in the order of the rules.
    static func violations(metadata: Value, spec: Value, level: PodSecurityLevel) -> [PodSecurityViolation] {
        guard level.level != .privileged else { return [] }
        var evaluation = PodSecurityEvaluation(metadata: metadata, spec: spec, level: level)
        evaluation.baseline()
        if level.level == .restricted { evaluation.restricted() }
        return evaluation.violations
    }

    private init(metadata: Value, spec: Value, level: PodSecurityLevel) {
        self.metadata = metadata
        self.spec = spec
        self.level = level
    }

    func isSince(_ minor: Int) -> Bool { level.version.map { $0 >= minor } ?? true }

    var isRestricted: Bool { level.level == .restricted }
    var isWindows: Bool { spec["os"]["name"].string == "windows" }

    var containers: [Value] {
        ["initContainers", "containers", "ephemeralContainers"].flatMap { spec[$0].array }
    }

    /// The names of the containers for which `test` holds.
    func names(_ test: (Value) -> Bool) -> [String] {
        containers.filter(test).map { $0["name"].string ?? "" }
    }

    mutating func report(_ reason: String, _ detail: String) {
        violations.append(PodSecurityViolation(reason: reason, detail: detail))
    }

    static func quoted(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }

    /// `container "a"`, `containers "a", "b"`.
    static func list(_ names: [String], _ word: String = "container") -> String {
        "\(word)\(names.count == 1 ? "" : "s") \(quoted(names))"
    }

    static func sorted(_ texts: some Sequence<String>) -> [String] { Set(texts).sorted() }
}
