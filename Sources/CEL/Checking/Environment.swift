/// What an expression may name: variables with their types, functions, and types that it may construct.
///
/// An environment is a value: `extended` gives another one and shares what does not change.
public struct Environment: Sendable {
    struct ResolvedOverload: Sendable {
        let overload: Overload
        let function: Function
    }

    private(set) var overloads: [String: [ResolvedOverload]] = [:]
    private(set) var types: [String: CELType] = [:]
    /// The variables, in the order in which a program takes their values.
    public private(set) var variables: [(name: String, type: CELType)] = []
    private(set) var variablePositions: [String: Int] = [:]
    private(set) var macros: Set<String> = []
    private(set) var messageType: @Sendable (String) -> DeclaredType? = { _ in nil }

    /// Nothing but the operators and functions of the language itself.
    public static let standard = Environment(libraries: [.standard])

    public init(libraries: [Library]) {
        for type: CELType in [
            .bool, .int, .uint, .double, .string, .bytes, .null, .timestamp, .duration, .list(.dyn), .map(.dyn, .dyn), .type(.dyn),
        ] { types[type.name] = type }
        for library in libraries { add(library) }
    }

    private mutating func add(_ library: Library) {
        for function in library.functions {
            overloads[function.name, default: []] += function.overloads.map { ResolvedOverload(overload: $0, function: function) }
        }
        for type in library.types { types[type.name] = type }
        macros.formUnion(library.macros)
    }

    public func extended(with libraries: Library...) -> Environment {
        var result = self
        for library in libraries { result.add(library) }
        return result
    }

    /// With variables; a later one hides an earlier one of the same name.
    public func extended(variables: [(String, CELType)]) -> Environment {
        var result = self
        for (name, type) in variables {
            if let position = result.variablePositions[name] {
                result.variables[position].type = type
            } else {
                result.variablePositions[name] = result.variables.count
                result.variables.append((name, type))
            }
        }
        return result
    }

    /// With types that an expression may construct: `Object.metadata{…}`.
    public func extended(messageTypes: @escaping @Sendable (String) -> DeclaredType?) -> Environment {
        var result = self
        let before = messageType
        result.messageType = { before($0) ?? messageTypes($0) }
        return result
    }

    func overloads(_ name: String) -> [ResolvedOverload] { overloads[name] ?? [] }

    /// Parses and checks an expression.
    public func compile(_ text: String) throws(CompilationError) -> CheckedExpression {
        let source = SourceText(text)
        let expression = try Parser.parse(source, macros: macros)
        var checker = Checker(self)
        let type = checker.check(expression)
        guard checker.issues.isEmpty else { throw CompilationError(checker.issues.issues, in: source) }
        let checked = CheckedExpression(
            text: text, root: expression, type: checker.final(type), types: checker.finalTypes, references: checker.references,
            environment: self)
        var validator = LiteralValidator(checked)
        validator.visit(expression, isExempt: false)
        guard validator.issues.isEmpty else { throw CompilationError(validator.issues.issues, in: source) }
        return checked
    }
}

/// An expression whose types fit.
public struct CheckedExpression: Sendable {
    enum Reference: Sendable {
        /// The position of a variable of the environment.
        case variable(Int)
        case local(String)
        case type(CELType)
        case overloads([Environment.ResolvedOverload])
        /// A call whose target is part of the function's name.
        case qualified([Environment.ResolvedOverload])
    }

    public let text: String
    let root: Expression
    /// The type of its value.
    public let type: CELType
    let types: [Int: CELType]
    let references: [Int: Reference]
    public let environment: Environment

    /// Whether it names the variable anywhere.
    public func names(_ variable: String) -> Bool {
        guard let position = environment.variablePositions[variable] else { return false }
        return references.values.contains { reference in
            if case .variable(position) = reference { return true }
            return false
        }
    }
}
