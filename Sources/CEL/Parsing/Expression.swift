/// A node of a parsed expression, macros expanded.
final class Expression: Sendable {
    indirect enum Kind: Sendable {
        case literal(CELValue)
        case identifier(String)
        case select(Expression, field: String, isTest: Bool)
        case call(String, target: Expression?, arguments: [Expression])
        /// The positions of `optional` are elements with `?`.
        case list([Expression], optional: Set<Int>)
        case map([Entry])
        case message(String, [Field])
        case comprehension(Comprehension)
    }

    struct Entry: Sendable {
        let key: Expression
        let value: Expression
        let isOptional: Bool
        let offset: Int
    }

    struct Field: Sendable {
        let name: String
        let value: Expression
        let isOptional: Bool
        let offset: Int
    }

    struct Comprehension: Sendable {
        let range: Expression
        let variable: String
        /// With two variables the first is an index or a key.
        let second: String?
        let accumulator: String
        let initial: Expression
        let condition: Expression
        let step: Expression
        let result: Expression
    }

    let id: Int
    let kind: Kind
    /// How many characters of the source stand before it.
    let offset: Int
    /// The longest way down from here.
    let depth: Int

    init(id: Int, _ kind: Kind, offset: Int) {
        self.id = id
        self.kind = kind
        self.offset = offset
        depth = 1 + (Self.children(of: kind).map(\.depth).max() ?? 0)
    }

    var children: [Expression] { Self.children(of: kind) }

    private static func children(of kind: Kind) -> [Expression] {
        switch kind {
        case .literal, .identifier: return []
        case .select(let operand, _, _): return [operand]
        case .call(_, let target, let arguments): return (target.map { [$0] } ?? []) + arguments
        case .list(let elements, _): return elements
        case .map(let entries): return entries.flatMap { [$0.key, $0.value] }
        case .message(_, let fields): return fields.map(\.value)
        case .comprehension(let loop): return [loop.range, loop.initial, loop.condition, loop.step, loop.result]
        }
    }

    /// `a.b.c` when this is a chain of plain selections.
    var qualifiedName: String? {
        switch kind {
        case .identifier(let name): return name
        case .select(let operand, let field, false): return operand.qualifiedName.map { $0 + "." + field }
        default: return nil
        }
    }
}

/// The names that operators have as functions.
enum Operator {
    static let conditional = "_?_:_"
    static let or = "_||_", and = "_&&_", not = "!_", negate = "-_"
    static let equals = "_==_", notEquals = "_!=_"
    static let less = "_<_", lessOrEqual = "_<=_", greater = "_>_", greaterOrEqual = "_>=_"
    static let add = "_+_", subtract = "_-_", multiply = "_*_", divide = "_/_", modulo = "_%_"
    static let contains = "@in", index = "_[_]"
    static let optionalIndex = "_[?_]", optionalSelect = "_?._"
    static let notStrictlyFalse = "@not_strictly_false"
}
