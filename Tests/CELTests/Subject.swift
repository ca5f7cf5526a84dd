@testable import CEL
import Objects

/// What the tests evaluate with: Kubernetes' environment, the extensions of mathematics, bindings and texts, and a few variables.
enum Subject {
    static let environment = Environment.kubernetes.extended(with: .math, .bindings, .reversedStrings).extended(variables: [
        ("x", .dyn), ("n", .int), ("text", .string), ("words", .list(.string)), ("table", .map(.string, .int)), ("object", .dyn),
    ])

    static let values: [String: CELValue] = [
        "x": .int(7), "n": .int(3), "text": .string("h\u{e9}llo"), "words": .list([.string("b"), .string("a"), .string("b")]),
        "table": CELValue(adapting: ["one": 1, "two": 2]),
        "object": CELValue(adapting: [
            "metadata": ["name": "a", "labels": ["app": "web"]], "spec": ["replicas": 3, "ports": [80, 443], "empty": .null],
        ]),
    ]

    /// The text of the value, or of the error.
    static func result(_ expression: String) -> String {
        do {
            let outcome = try Program(try environment.compile(expression)).run(named: values)
            return text(outcome.value)
        } catch let error as CompilationError {
            return "compile: " + (error.issues.first?.message ?? "")
        } catch let error as CELError {
            return "error: " + error.message
        } catch {
            return "\(error)"
        }
    }

    static func text(_ value: CELValue) -> String {
        switch value {
        case .string(let text): Formatting.quoted(text)
        case .uint(let number): "\(number)u"
        case .double(let number): number == number.rounded() && number.isFinite && number.magnitude < 1e6 ? NumberText.shortest(number) + ".0" : (try? Formatting.text(value)) ?? ""
        case .bytes(let bytes): "b" + bytes.map { String($0, radix: 16) }.joined(separator: " ")
        case .list(let list): "[" + list.elements.map { text($0) }.joined(separator: ", ") + "]"
        case .map(let map): "{" + map.entries.map { text($0.key) + ": " + text($0.value) }.joined(separator: ", ") + "}"
        case .optional(let inner): inner.map { "optional(" + text($0) + ")" } ?? "none"
        default: (try? Formatting.text(value)) ?? value.type.name
        }
    }
}
