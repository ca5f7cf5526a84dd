/// The values that a function is called with.
public struct Arguments: Sendable {
    @usableFromInline let values: [CELValue]

    init(_ values: [CELValue]) { self.values = values }

    public var count: Int { values.count }

    /// The argument at a position; null past the end.
    public subscript(position: Int) -> CELValue { values.indices.contains(position) ? values[position] : .null }
}

/// One way to call a function.
public struct Overload: Sendable {
    public let id: String
    /// Whether it is called on its first parameter: `a.f(b)`.
    public let isMember: Bool
    public let parameters: [CELType]
    public let result: CELType

    public init(_ id: String, isMember: Bool = false, _ parameters: [CELType], _ result: CELType) {
        self.id = id
        self.isMember = isMember
        self.parameters = parameters
        self.result = result
    }

    /// Whether values that are known only when the expression runs fit the parameters.
    func accepts(_ values: [CELValue]) -> Bool {
        guard values.count == parameters.count else { return false }
        return zip(values, parameters).allSatisfy { Self.fits($0, $1) }
    }

    private static func fits(_ value: CELValue, _ type: CELType) -> Bool {
        switch type {
        case .dyn, .parameter, .failure: return true
        case .type, .list, .map, .optional, .object, .opaque: return value.type.name == type.name
        default: return value.type == type
        }
    }
}

/// A function: its ways to be called, and what it does.
public struct Function: Sendable {
    public typealias Body = @Sendable (Arguments) throws(CELError) -> CELValue

    public let name: String
    public let overloads: [Overload]
    public let body: Body

    public init(_ name: String, _ overloads: [Overload], _ body: @escaping Body) {
        self.name = name
        self.overloads = overloads
        self.body = body
    }
}

/// Functions and type names that belong together.
public struct Library: Sendable {
    public let functions: [Function]
    /// Names that stand for types, such as `net.IP`.
    public let types: [CELType]
    /// Before which names calls are written as others when they are read: `math`, `cel`.
    let macros: Set<String>

    public init(_ functions: [Function], types: [CELType] = []) { self.init(functions, types: types, macros: []) }

    init(_ functions: [Function], types: [CELType] = [], macros: Set<String>) {
        self.functions = functions
        self.types = types
        self.macros = macros
    }
}
