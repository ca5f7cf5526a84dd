import Objects
import Strategies
import Tables

/// The printer of a custom kind: the columns that its definition states, read by simple JSON paths.
enum CustomColumns {
    private struct Column: Sendable {
        let type: String
        let steps: [JSONPath.Step]
    }

    static func printer(_ stated: [Value]) -> TablePrinter {
        let name = TableColumn("Name", format: "name", description: "The object's name, unique within its namespace.")
        let all: [Value] = stated.isEmpty
            ? [["name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"]] : stated
        let columns = all.map { Column(type: $0["type"].string ?? "string", steps: JSONPath.steps($0["jsonPath"].string ?? "")) }
        let heads = all.map {
            TableColumn(
                $0["name"].string ?? "", type: $0["type"].string ?? "string", format: $0["format"].string ?? "",
                description: $0["description"].string ?? "", priority: Int($0["priority"].int ?? 0))
        }
        return TablePrinter(columns: [name] + heads) { object, now in
            [object["metadata"]["name"]] + columns.map { cell(object, $0, now) }
        }
    }

    private static func cell(_ object: Value, _ column: Column, _ now: Timestamp) -> Value {
        guard let value = JSONPath.first(column.steps, in: object) else { return .null }
        switch (column.type, value) {
        case ("string", .string): return value
        case ("string", .null): return .null
        case ("string", _): return .string(value.jsonString)
        case ("integer", .int): return value
        case ("integer", .double(let number)): return Int64(exactly: number.rounded(.towardZero)).map(Value.int) ?? .null
        case ("number", .int), ("number", .double), ("boolean", .bool): return value
        case ("date", .string(let text)):
            guard let time = Timestamp(text) else { return "<invalid>" }
            return .string(HumanDuration.text(seconds: (now - time).components.seconds))
        default: return .null
        }
    }
}

/// The JSON paths that columns use: members, indices, wildcards and a filter by one value.
enum JSONPath {
    enum Step: Sendable, Equatable {
        case member(String)
        case index(Int)
        case all
        /// `[?(@.type=="Ready")]`
        case filter(path: [String], value: String)
    }

    /// The steps of a path; empty when it says nothing that can be read.
    static func steps(_ path: String) -> [Step] {
        var steps: [Step] = []
        var rest = path[...]
        while let first = rest.first {
            if first == "." {
                rest = rest.dropFirst()
                let name = member(&rest)
                if !name.isEmpty { steps.append(name == "*" ? .all : .member(name)) }
            } else if first == "[", let end = rest.firstIndex(of: "]") {
                steps.append(bracket(String(rest[rest.index(after: rest.startIndex)..<end])))
                rest = rest[rest.index(after: end)...]
            } else {
                let name = member(&rest)
                if name.isEmpty { return steps }
                steps.append(.member(name))
            }
        }
        return steps
    }

    /// A name up to the next dot or bracket; a backslash makes a dot part of it.
    private static func member(_ rest: inout Substring) -> String {
        var name = ""
        while let character = rest.first, character != ".", character != "[" {
            rest = rest.dropFirst()
            if character == "\\", let escaped = rest.first {
                name.append(escaped)
                rest = rest.dropFirst()
            } else {
                name.append(character)
            }
        }
        return name
    }

    private static func bracket(_ text: String) -> Step {
        if text == "*" { return .all }
        if let index = Int(text) { return .index(index) }
        if text.hasPrefix("?(@"), text.hasSuffix(")"), let equals = text.firstRange(of: "==") {
            let path = text[text.index(text.startIndex, offsetBy: 3)..<equals.lowerBound].split(separator: ".").map { unquoted(String($0)) }
            return .filter(path: path, value: unquoted(String(text[equals.upperBound...].dropLast())))
        }
        return .member(unquoted(text))
    }

    private static func unquoted(_ text: String) -> String {
        String(text.filter { $0 != "\"" && $0 != "'" }).trimmingSpaces
    }

    static func first(_ steps: [Step], in value: Value) -> Value? { find(steps[...], value) }

    private static func find(_ steps: ArraySlice<Step>, _ value: Value) -> Value? {
        guard let step = steps.first else { return value }
        let rest = steps.dropFirst()
        switch step {
        case .member(let name): return value.contains(name) ? find(rest, value[name]) : nil
        case .index(let index):
            let count = value.array.count
            let position = index < 0 ? count + index : index
            return position >= 0 && position < count ? find(rest, value.array[position]) : nil
        case .all:
            for element in value.array + value.members.map(\.value) { if let found = find(rest, element) { return found } }
            return nil
        case .filter(let path, let wanted):
            for element in value.array where element.at(path).scalarText == wanted {
                if let found = find(rest, element) { return found }
            }
            return nil
        }
    }
}
