/// Figures in the text format of Prometheus.
struct MetricsText {
    enum Kind: String { case counter, gauge }

    private(set) var text = ""
    private var current = ""

    /// Begins a metric; figures that follow belong to it.
    mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        current = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// A figure of the metric that was begun last. `milliseconds` is when it was measured, for figures that are older than the answer.
    mutating func add(_ labels: [(String, String)] = [], _ value: Double, milliseconds: Int64? = nil) {
        text += current
        if !labels.isEmpty { text += "{" + labels.map { "\($0.0)=\"\(Self.escape($0.1))\"" }.joined(separator: ",") + "}" }
        text += " " + Self.number(value)
        if let milliseconds { text += " \(milliseconds)" }
        text += "\n"
    }

    /// One metric with one figure.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double, milliseconds: Int64? = nil) {
        begin(name, kind, help)
        add([], value, milliseconds: milliseconds)
    }

    private static func number(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return value.description
    }

    private static func escape(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
