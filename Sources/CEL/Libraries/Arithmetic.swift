extension Operators {
    private static func overloads(_ prefix: String, _ types: [CELType]) -> [Overload] {
        types.map { Overload("\(prefix)_\($0.name)", [$0, $0], $0) }
    }

    static let arithmetic: [Function] = [
        Function(
            Operator.add,
            overloads("add", [.int, .uint, .double, .string, .bytes])
                + [
                    Overload("add_list", [.list(.parameter("A")), .list(.parameter("A"))], .list(.parameter("A"))),
                    Overload("add_duration_duration", [.duration, .duration], .duration),
                    Overload("add_duration_timestamp", [.duration, .timestamp], .timestamp),
                    Overload("add_timestamp_duration", [.timestamp, .duration], .timestamp),
                ], add),
        Function(
            Operator.subtract,
            overloads("subtract", [.int, .uint, .double])
                + [
                    Overload("subtract_duration_duration", [.duration, .duration], .duration),
                    Overload("subtract_timestamp_duration", [.timestamp, .duration], .timestamp),
                    Overload("subtract_timestamp_timestamp", [.timestamp, .timestamp], .duration),
                ], subtract),
        Function(Operator.multiply, overloads("multiply", [.int, .uint, .double]), multiply),
        Function(Operator.divide, overloads("divide", [.int, .uint, .double]), divide),
        Function(Operator.modulo, overloads("modulo", [.int, .uint]), modulo),
        Function(Operator.negate, [Overload("negate_int", [.int], .int), Overload("negate_double", [.double], .double)]) {
            arguments throws(CELError) in
            switch arguments[0] {
            case .int(let number):
                guard number != .min else { throw .integerOverflow }
                return .int(-number)
            case .double(let number): return .double(-number)
            default: throw .noSuchOverload
            }
        },
    ]

    private static func exact<T>(_ result: (partialValue: T, overflow: Bool), _ error: CELError) throws(CELError) -> T {
        if result.overflow { throw error }
        return result.partialValue
    }

    static let add: Function.Body = { arguments throws(CELError) in
        switch (arguments[0], arguments[1]) {
        case (.int(let left), .int(let right)): return .int(try exact(left.addingReportingOverflow(right), .integerOverflow))
        case (.uint(let left), .uint(let right)): return .uint(try exact(left.addingReportingOverflow(right), .unsignedOverflow))
        case (.double(let left), .double(let right)): return .double(left + right)
        case (.string(let left), .string(let right)): return .string(left + right)
        case (.bytes(let left), .bytes(let right)): return .bytes(left + right)
        case (.list(let left), .list(let right)): return .list(left.joined(right))
        case (.duration(let left), .duration(let right)):
            return .duration(CELDuration(nanoseconds: try exact(left.nanoseconds.addingReportingOverflow(right.nanoseconds), .durationOverflow)))
        case (.duration(let duration), .timestamp(let time)), (.timestamp(let time), .duration(let duration)):
            return .timestamp(try time.adding(duration))
        default: throw .noSuchOverload
        }
    }

    private static let subtract: Function.Body = { arguments throws(CELError) in
        switch (arguments[0], arguments[1]) {
        case (.int(let left), .int(let right)): return .int(try exact(left.subtractingReportingOverflow(right), .integerOverflow))
        case (.uint(let left), .uint(let right)): return .uint(try exact(left.subtractingReportingOverflow(right), .unsignedOverflow))
        case (.double(let left), .double(let right)): return .double(left - right)
        case (.duration(let left), .duration(let right)):
            return .duration(
                CELDuration(nanoseconds: try exact(left.nanoseconds.subtractingReportingOverflow(right.nanoseconds), .durationOverflow)))
        case (.timestamp(let left), .timestamp(let right)): return .duration(try left.since(right))
        case (.timestamp(let time), .duration(let duration)):
            guard duration.nanoseconds != .min else { throw .durationOverflow }
            return .timestamp(try time.adding(CELDuration(nanoseconds: -duration.nanoseconds)))
        default: throw .noSuchOverload
        }
    }

    private static let multiply: Function.Body = { arguments throws(CELError) in
        switch (arguments[0], arguments[1]) {
        case (.int(let left), .int(let right)): return .int(try exact(left.multipliedReportingOverflow(by: right), .integerOverflow))
        case (.uint(let left), .uint(let right)): return .uint(try exact(left.multipliedReportingOverflow(by: right), .unsignedOverflow))
        case (.double(let left), .double(let right)): return .double(left * right)
        default: throw .noSuchOverload
        }
    }

    private static let divide: Function.Body = { arguments throws(CELError) in
        switch (arguments[0], arguments[1]) {
        case (.int(let left), .int(let right)):
            if right == 0 { throw .divisionByZero }
            return .int(try exact(left.dividedReportingOverflow(by: right), .integerOverflow))
        case (.uint(let left), .uint(let right)):
            if right == 0 { throw .divisionByZero }
            return .uint(left / right)
        case (.double(let left), .double(let right)): return .double(left / right)
        default: throw .noSuchOverload
        }
    }

    private static let modulo: Function.Body = { arguments throws(CELError) in
        switch (arguments[0], arguments[1]) {
        case (.int(let left), .int(let right)):
            if right == 0 { throw .modulusByZero }
            return .int(try exact(left.remainderReportingOverflow(dividingBy: right), .integerOverflow))
        case (.uint(let left), .uint(let right)):
            if right == 0 { throw .modulusByZero }
            return .uint(left % right)
        default: throw .noSuchOverload
        }
    }
}
