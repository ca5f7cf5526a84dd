/// The text of an expression, to tell where in it something is wrong.
public struct SourceText: Sendable {
    let scalars: [Unicode.Scalar]

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// Line from 1, column from 0.
    func position(of offset: Int) -> (line: Int, column: Int) {
        var line = 1, column = 0
        for scalar in scalars.prefix(max(offset, 0)) {
            if scalar == "\n" {
                line += 1
                column = 0
            } else {
                column += 1
            }
        }
        return (line, column)
    }

    func line(_ number: Int) -> String? {
        if scalars.isEmpty { return nil }
        let lines = scalars.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(number - 1) else { return nil }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: lines[number - 1])
        return String(text)
    }
}

/// What is wrong with an expression, and where.
public struct Issue: Sendable, Hashable {
    public let message: String
    /// How many characters of the text stand before the place.
    public let offset: Int
}

/// An expression does not parse, or does not fit its types.
public struct CompilationError: Error, Sendable, Hashable {
    public let issues: [Issue]
    /// The issues with their lines, a caret below each place.
    public let text: String

    init(_ issues: [Issue], in source: SourceText) {
        let sorted = issues.enumerated().sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }.map(\.element)
        self.issues = sorted
        text = sorted.map { Self.text($0, source) }.joined(separator: "\n")
    }

    private static func text(_ issue: Issue, _ source: SourceText) -> String {
        let (line, column) = source.position(of: issue.offset)
        guard let content = source.line(line) else { return "ERROR: <input>:\(line):0: \(issue.message)" }
        let head = "ERROR: <input>:\(line):\(column + 1): \(issue.message)"
        let before = content.unicodeScalars.prefix(column)
        // Wide letters get a wide dot, so that the caret stands below its place.
        let dots = before.map { isWide($0) ? "\u{ff0e}" : "." }.joined()
        let at = content.unicodeScalars.dropFirst(column).first
        let caret = at.map { isWide($0) } == true ? "\u{ff3e}" : "^"
        return head + "\n | " + content.replacing("\t", with: " ") + "\n | " + dots + caret
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6,
            0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
            true
        default: false
        }
    }
}

struct IssueList {
    private(set) var issues: [Issue] = []
    var isEmpty: Bool { issues.isEmpty }

    mutating func report(_ message: String, at offset: Int) {
        // One mistake may show a hundred times; nobody reads that far.
        if issues.count < 100 { issues.append(Issue(message: message, offset: offset)) }
    }
}
