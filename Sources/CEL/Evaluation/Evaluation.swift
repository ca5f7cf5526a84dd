/// One run of a plan.
struct Evaluation {
    private let variables: [CELValue]
    private var slots: [CELValue]
    /// Why an accumulator has no value: the next step of its loop may do without.
    private var failures: [Int: CELError] = [:]
    private let costLimit: UInt64
    private(set) var cost: UInt64 = 0

    init(variables: [CELValue], slotCount: Int, costLimit: UInt64) {
        self.variables = variables
        slots = [CELValue](repeating: .null, count: slotCount)
        self.costLimit = costLimit
    }

    private mutating func charge(_ amount: UInt64) throws(CELError) {
        let (sum, overflow) = cost.addingReportingOverflow(amount)
        cost = overflow ? .max : sum
        if cost > costLimit { throw .costLimit }
    }

    mutating func value(of plan: Plan) throws(CELError) -> CELValue {
        switch plan {
        case .constant(let value): return value
        case .variable(let position, let name):
            try charge(Cost.select)
            guard variables.indices.contains(position) else { throw CELError("no such attribute(s): \(name)") }
            return variables[position]
        case .local(let slot):
            try charge(Cost.select)
            if let failure = failures[slot] { throw failure }
            return slots.indices.contains(slot) ? slots[slot] : .null
        case .select(let operand, let field, let isOptional):
            let value = try self.value(of: operand)
            try charge(Cost.select)
            return try Self.select(value, field, isOptional: isOptional)
        case .presence(let operand, let field): return .bool(try Self.has(try value(of: operand), field))
        case .index(let operand, let index, let isOptional):
            let container = try value(of: operand)
            let key = try pathValue(of: index)
            try charge(Cost.call)
            return try Self.index(container, key, isOptional: isOptional)
        case .conditional(let condition, let yes, let no):
            guard case .bool(let flag) = try value(of: condition) else { throw .noSuchOverload }
            return try pathValue(of: flag ? yes : no)
        case .or(let left, let right): return try logical(left, right, decisive: true)
        case .and(let left, let right): return try logical(left, right, decisive: false)
        case .not(let operand):
            guard case .bool(let flag) = try value(of: operand) else { throw .noSuchOverload }
            try charge(Cost.call)
            return .bool(!flag)
        case .notStrictlyFalse(let operand): return try notStrictlyFalse(operand)
        case .equals(let left, let right, let isNegated):
            let first = try value(of: left), second = try value(of: right)
            try charge(Cost.traversal(min(Cost.size(first), Cost.size(second))))
            return .bool(first.equals(second) != isNegated)
        case .membership(let operand, let list): return .bool(list.contains(try value(of: operand)))
        case .call(let call): return try self.call(call)
        case .append(let slot, let element): return try append(element, slot)
        case .list(let elements): return try list(elements)
        case .map(let entries): return try map(entries)
        case .message(let name, let fields): return try message(name, fields)
        case .loop(let loop): return try self.loop(loop)
        }
    }

    /// The value of a key or of a branch: a name that stands there is looked up for nothing.
    private mutating func pathValue(of plan: Plan) throws(CELError) -> CELValue {
        let value = try value(of: plan)
        if plan.isPath { cost -= min(cost, Cost.select) }
        return value
    }

    // MARK: logic

    /// `||` and `&&`: one side that decides makes up for an error of the other.
    private mutating func logical(_ left: Plan, _ right: Plan, decisive: Bool) throws(CELError) -> CELValue {
        var problem: CELError?
        do {
            let first = try flag(left)
            if first == decisive { return .bool(first) }
        } catch {
            if error.code == .costLimitExceeded { throw error }
            problem = error
        }
        do {
            let second = try flag(right)
            if second == decisive || problem == nil { return .bool(second) }
        } catch {
            if error.code == .costLimitExceeded { throw error }
            throw problem ?? error
        }
        throw problem ?? .noSuchOverload
    }

    private mutating func flag(_ plan: Plan) throws(CELError) -> Bool {
        guard case .bool(let flag) = try value(of: plan) else { throw .noSuchOverload }
        return flag
    }

    private mutating func notStrictlyFalse(_ operand: Plan) throws(CELError) -> CELValue {
        do {
            let result = try value(of: operand)
            try charge(Cost.call)
            if case .bool(let flag) = result { return .bool(flag) }
        } catch {
            if error.code == .costLimitExceeded { throw error }
        }
        return .bool(true)
    }

    // MARK: calls

    private mutating func call(_ call: CallPlan) throws(CELError) -> CELValue {
        var values: [CELValue] = []
        values.reserveCapacity(call.arguments.count)
        for argument in call.arguments { values.append(try value(of: argument)) }
        let result: CELValue
        if let pattern = call.pattern, case .string(let text)? = values.first {
            result = .bool(pattern.matches(text))
        } else if call.overloads.count == 1, let only = call.overloads.first {
            result = try only.function.body(Arguments(values))
        } else {
            guard let chosen = call.overloads.first(where: { $0.overload.accepts(values) }) else { throw .noSuchOverload }
            result = try chosen.function.body(Arguments(values))
        }
        try charge(call.cost.price(values, result))
        return result
    }

    private mutating func append(_ element: Plan, _ slot: Int) throws(CELError) -> CELValue {
        try charge(Cost.select)
        if let failure = failures[slot] { throw failure }
        let value = try self.value(of: element)
        try charge(Cost.list + Cost.call)
        guard slots.indices.contains(slot) else { return .null }
        // The accumulator is taken out, so that nothing else holds the list while it grows.
        let taken = slots[slot]
        slots[slot] = .null
        guard case .list(var list) = consume taken else { throw .noSuchOverload }
        list.append(value)
        return .list(list)
    }

    // MARK: aggregates

    private mutating func list(_ elements: [(Plan, isOptional: Bool)]) throws(CELError) -> CELValue {
        var values: [CELValue] = []
        values.reserveCapacity(elements.count)
        for (plan, isOptional) in elements {
            let value = try self.value(of: plan)
            if isOptional {
                guard case .optional(let inner) = value else { throw CELError("cannot initialize optional list element from non-optional value \(value.type.name)") }
                if let inner { values.append(inner) }
            } else {
                values.append(value)
            }
        }
        try charge(Cost.list)
        return .list(values)
    }

    private mutating func map(_ entries: [(Plan, Plan, isOptional: Bool)]) throws(CELError) -> CELValue {
        var map = CELMap()
        for (keyPlan, valuePlan, isOptional) in entries {
            let key = try value(of: keyPlan)
            var value = try self.value(of: valuePlan)
            if isOptional {
                guard case .optional(let inner) = value else { throw CELError("cannot initialize optional entry from non-optional value \(value.type.name)") }
                guard let inner else { continue }
                value = inner
            }
            switch key {
            case .bool, .int, .uint, .string: break
            default: throw CELError("unsupported key type: \(key.type.name)")
            }
            if !map.insert(key, value) { throw CELError("Failed with repeated key") }
        }
        try charge(Cost.map)
        return .map(map)
    }

    private mutating func message(_ name: String, _ fields: [(name: String, Plan, isOptional: Bool)]) throws(CELError) -> CELValue {
        var values: [(name: String, value: CELValue)] = []
        for (field, plan, isOptional) in fields {
            var value = try self.value(of: plan)
            if isOptional {
                guard case .optional(let inner) = value else { throw CELError("cannot initialize optional entry '\(field)' from non-optional value \(value.type.name)") }
                guard let inner else { continue }
                value = inner
            }
            values.append((field, value))
        }
        try charge(Cost.structure)
        return .object(ConstructedObject(typeName: name, fields: values))
    }

    // MARK: loops

    private mutating func loop(_ loop: LoopPlan) throws(CELError) -> CELValue {
        let range = try value(of: loop.range)
        slots[loop.accumulator] = try value(of: loop.initial)
        failures[loop.accumulator] = nil
        switch range {
        case .list(let list):
            for position in 0..<list.count {
                let element = list[position]
                slots[loop.variable] = loop.second == nil ? element : .int(Int64(position))
                if let second = loop.second { slots[second] = element }
                if try !step(loop) { break }
            }
        case .map(let map):
            for (key, element) in map.entries {
                slots[loop.variable] = key
                if let second = loop.second { slots[second] = element }
                if try !step(loop) { break }
            }
        default: throw .noSuchOverload
        }
        return try value(of: loop.result)
    }

    private mutating func step(_ loop: LoopPlan) throws(CELError) -> Bool {
        guard case .bool(true) = try value(of: loop.condition) else { return false }
        do {
            slots[loop.accumulator] = try value(of: loop.step)
            failures[loop.accumulator] = nil
        } catch {
            if error.code == .costLimitExceeded { throw error }
            failures[loop.accumulator] = error
        }
        return true
    }
}

/// An object that an expression made.
struct ConstructedObject: CELObject {
    let typeName: String
    let fields: [(name: String, value: CELValue)]

    func field(_ name: String) throws(CELError) -> CELValue? { fields.first { $0.name == name }?.value }
}

// MARK: fields and elements

extension Evaluation {
    static func select(_ value: CELValue, _ field: String, isOptional: Bool) throws(CELError) -> CELValue {
        if case .optional(let inner) = value {
            guard let inner, let found = try member(inner, field) else { return .optional(nil) }
            return wrapped(found)
        }
        let found = try member(value, field)
        if isOptional { return found.map(wrapped) ?? .optional(nil) }
        guard let found else { throw .noSuchKey(field) }
        return found
    }

    private static func wrapped(_ value: CELValue) -> CELValue {
        if case .optional = value { return value }
        return .optional(value)
    }

    /// Nil when the value could have such a member and has not; one that has no members at all is an error, also where the
    /// member is optional.
    private static func member(_ value: CELValue, _ field: String) throws(CELError) -> CELValue? {
        switch value {
        case .map(let map): return map[.string(field)]
        case .object(let object): return try object.field(field)
        default: throw .noSuchKey(field)
        }
    }

    static func has(_ value: CELValue, _ field: String) throws(CELError) -> Bool {
        if case .optional(let inner) = value {
            guard let inner else { return false }
            return try has(inner, field)
        }
        return try member(value, field) != nil
    }

    static func index(_ container: CELValue, _ key: CELValue, isOptional: Bool) throws(CELError) -> CELValue {
        if case .optional(let inner) = container {
            guard let inner else { return .optional(nil) }
            return try index(inner, key, isOptional: true)
        }
        switch container {
        case .list(let list):
            guard let position = wholeNumber(key) else { throw CELError("unsupported index type '\(key.type.name)' in list") }
            if position >= 0, position < list.count { return isOptional ? wrapped(list[Int(position)]) : list[Int(position)] }
            if isOptional { return .optional(nil) }
            throw .indexOutOfBounds(position)
        case .map(let map):
            let found = MapKey(key).flatMap { map[$0] }
            if isOptional { return found.map(wrapped) ?? .optional(nil) }
            guard let found else { throw .noSuchKey(text(key)) }
            return found
        case .object(let object):
            guard case .string(let name) = key else { throw .noSuchOverload }
            let found = try object.field(PropertyName.escaped(name) ?? name)
            if isOptional { return found.map(wrapped) ?? .optional(nil) }
            guard let found else { throw .noSuchKey(name) }
            return found
        default:
            if isOptional { throw .noSuchKey(text(key)) }
            throw .noSuchOverload
        }
    }

    private static func wholeNumber(_ key: CELValue) -> Int64? {
        switch key {
        case .int(let number): number
        case .uint(let number): Int64(exactly: number)
        case .double(let number): Int64(exactly: number)
        default: nil
        }
    }

    private static func text(_ key: CELValue) -> String { (try? Formatting.text(key)) ?? key.type.name }
}
