/// What is known of the types that are still to be found, as far as an expression was checked.
struct TypeBindings {
    private var bound: [String: CELType] = [:]
    private var made = 0

    mutating func fresh() -> CELType {
        made += 1
        return .parameter("_var\(made)")
    }

    /// The type with all that is known put in; what is not known becomes `dyn` on demand.
    func resolved(_ type: CELType, unknownAsDyn: Bool = false) -> CELType {
        switch type {
        case .parameter(let name):
            if let known = bound[name] { return resolved(known, unknownAsDyn: unknownAsDyn) }
            return unknownAsDyn ? .dyn : type
        case .list(let element): return .list(resolved(element, unknownAsDyn: unknownAsDyn))
        case .optional(let element): return .optional(resolved(element, unknownAsDyn: unknownAsDyn))
        case .type(let element): return .type(resolved(element, unknownAsDyn: unknownAsDyn))
        case .map(let key, let value):
            return .map(resolved(key, unknownAsDyn: unknownAsDyn), resolved(value, unknownAsDyn: unknownAsDyn))
        default: return type
        }
    }

    /// Puts `replacements` in for the type parameters of a declaration.
    static func instantiated(_ type: CELType, _ replacements: [String: CELType]) -> CELType {
        switch type {
        case .parameter(let name): replacements[name] ?? type
        case .list(let element): .list(instantiated(element, replacements))
        case .optional(let element): .optional(instantiated(element, replacements))
        case .type(let element): .type(instantiated(element, replacements))
        case .map(let key, let value): .map(instantiated(key, replacements), instantiated(value, replacements))
        default: type
        }
    }

    static func parameters(of type: CELType, _ names: inout Set<String>) {
        if case .parameter(let name) = type { names.insert(name) }
        for part in type.parameters { parameters(of: part, &names) }
    }

    /// Whether a value of `type` may stand where `target` is wanted; learns what that says of unknown types.
    mutating func isAssignable(_ type: CELType, to target: CELType) -> Bool {
        let before = self
        if unify(type, target) { return true }
        self = before
        return false
    }

    mutating func areAssignable(_ types: [CELType], to targets: [CELType]) -> Bool {
        guard types.count == targets.count else { return false }
        let before = self
        for (type, target) in zip(types, targets) where !unify(type, target) {
            self = before
            return false
        }
        return true
    }

    private mutating func unify(_ type: CELType, _ target: CELType) -> Bool {
        if case .parameter(let name) = target { return bind(name, to: type) }
        if case .parameter(let name) = type { return bind(name, to: target) }
        if type.isDyn || target.isDyn { return true }
        switch (type, target) {
        case (.null, .object), (.null, .timestamp), (.null, .duration), (.null, .optional), (.null, .opaque): return true
        case (.list(let left), .list(let right)), (.optional(let left), .optional(let right)): return unify(left, right)
        case (.map(let leftKey, let left), .map(let rightKey, let right)): return unify(leftKey, rightKey) && unify(left, right)
        case (.type, .type): return true
        default: return type == target
        }
    }

    private mutating func bind(_ name: String, to type: CELType) -> Bool {
        if type == .parameter(name) { return true }
        if let known = bound[name] {
            guard unify(type, known) else { return false }
            let general = Self.moreGeneral(type, known)
            if !occurs(name, in: general) { bound[name] = general }
            return true
        }
        if occurs(name, in: type) { return false }
        bound[name] = type
        return true
    }

    private func occurs(_ name: String, in type: CELType) -> Bool {
        switch type {
        case .parameter(let other):
            if other == name { return true }
            return bound[other].map { occurs(name, in: $0) } ?? false
        default: return type.parameters.contains { occurs(name, in: $0) }
        }
    }

    /// The one that admits more values, of two that fit each other.
    static func moreGeneral(_ left: CELType, _ right: CELType) -> CELType { isLessSpecific(left, right) ? left : right }

    private static func isLessSpecific(_ left: CELType, _ right: CELType) -> Bool {
        if left.isDyn { return true }
        if case .parameter = left { return true }
        if right.isDyn { return false }
        if case .parameter = right { return false }
        let (mine, others) = (left.parameters, right.parameters)
        guard left.name == right.name, mine.count == others.count else { return false }
        return zip(mine, others).allSatisfy { isLessSpecific($0, $1) }
    }

    /// The type of a list's elements after one more: `dyn` when they have nothing in common.
    mutating func joined(_ known: CELType?, _ next: CELType) -> CELType {
        guard let known else { return next }
        return isAssignable(next, to: known) ? Self.moreGeneral(known, next) : .dyn
    }
}
