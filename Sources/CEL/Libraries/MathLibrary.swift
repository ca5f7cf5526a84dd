extension Library {
    /// `math.greatest`, `math.least`, rounding and bits; no part of Kubernetes' environment.
    public static let math = Library([
        extreme("math.@max", "max", .greater), extreme("math.@min", "min", .less),
        rounding("math.ceil") { $0.rounded(.up) }, rounding("math.floor") { $0.rounded(.down) },
        rounding("math.round") { $0.rounded(.toNearestOrAwayFromZero) }, rounding("math.trunc") { $0.rounded(.towardZero) },
        test("math.isInf") { $0.isInfinite }, test("math.isNaN") { $0.isNaN }, test("math.isFinite") { $0.isFinite },
        Function("math.abs", [CELType.double, .int, .uint].map { Overload("math_abs_\($0.name)", [$0], $0) }) { arguments throws(CELError) in
            switch arguments[0] {
            case .double(let number): return .double(number.magnitude)
            case .int(let number):
                guard number != .min else { throw .integerOverflow }
                return .int(abs(number))
            case .uint: return arguments[0]
            default: throw .noSuchOverload
            }
        },
        Function("math.sign", [CELType.double, .int, .uint].map { Overload("math_sign_\($0.name)", [$0], $0) }) { arguments throws(CELError) in
            switch arguments[0] {
            case .double(let number): return .double(number.isNaN ? .nan : number > 0 ? 1 : number < 0 ? -1 : 0)
            case .int(let number): return .int(number.signum())
            case .uint(let number): return .uint(number == 0 ? 0 : 1)
            default: throw .noSuchOverload
            }
        },
    ], macros: ["math"])

    private static let numbers: [CELType] = [.int, .uint, .double]

    private static func extreme(_ name: String, _ id: String, _ wanted: CELValue.Order) -> Function {
        var overloads = numbers.flatMap { type in
            [Overload("math_@\(id)_\(type.name)", [type], type), Overload("math_@\(id)_list_\(type.name)", [.list(type)], type)]
        }
        for left in numbers {
            for right in numbers { overloads.append(Overload("math_@\(id)_\(left.name)_\(right.name)", [left, right], left == right ? left : .dyn)) }
        }
        return Function(name, overloads) { arguments throws(CELError) in
            var candidates = arguments.values
            if case .list(let list) = arguments[0] { candidates = list.elements }
            guard var best = candidates.first else { throw CELError("math.\(name)(list) argument must not be empty") }
            for candidate in candidates.dropFirst() where try candidate.compare(best) == wanted { best = candidate }
            return best
        }
    }

    private static func rounding(_ name: String, _ round: @escaping @Sendable (Double) -> Double) -> Function {
        Function(name, [Overload(name.replacing(".", with: "_") + "_double", [.double], .double)]) { arguments throws(CELError) in
            guard case .double(let number) = arguments[0] else { throw .noSuchOverload }
            return .double(round(number))
        }
    }

    private static func test(_ name: String, _ holds: @escaping @Sendable (Double) -> Bool) -> Function {
        Function(name, [Overload(name.replacing(".", with: "_") + "_double", [.double], .bool)]) { arguments throws(CELError) in
            guard case .double(let number) = arguments[0] else { throw .noSuchOverload }
            return .bool(holds(number))
        }
    }
}
