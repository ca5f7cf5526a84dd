package import KubernetesTypes
package import Objects

/// Collects what is wrong with an object. Rules are methods on it, so that each reads as one line.
package struct FieldErrors: Sendable {
    package private(set) var list: [FieldError] = []

    package init() {}

    package var isEmpty: Bool { list.isEmpty }

    package mutating func append(_ error: FieldError) { list.append(error) }
    package mutating func append(_ errors: [FieldError]) { list += errors }

    // MARK: one error

    package mutating func required(_ field: FieldValue, _ detail: String = "") {
        list.append(.required(field.path, detail))
    }

    /// `shown` stands for the value in the message; without it the value itself does.
    package mutating func invalid(_ field: FieldValue, _ detail: String, showing shown: Value? = nil) {
        list.append(.invalid(field.path, shown ?? field.value, detail))
    }

    /// Without the value, which would say nothing.
    package mutating func invalid(_ field: FieldValue, withoutValue detail: String) {
        list.append(.invalid(field.path, withoutValue: detail))
    }

    package mutating func forbidden(_ field: FieldValue, _ detail: String = "") {
        list.append(.forbidden(field.path, detail))
    }

    package mutating func duplicate(_ field: FieldValue, _ detail: String = "", showing shown: Value? = nil) {
        list.append(.duplicate(field.path, shown ?? field.value, detail))
    }

    package mutating func notSupported(_ field: FieldValue, _ supported: [String], showing shown: Value? = nil) {
        let value = shown ?? (field.isAbsent ? .string("") : field.value)
        list.append(.notSupported(field.path, value, supported))
    }

    package mutating func notFound(_ field: FieldValue, _ detail: String = "") {
        list.append(.notFound(field.path, field.isAbsent ? .string("") : field.value, detail))
    }

    package mutating func tooLong(_ field: FieldValue, _ limit: Int) { list.append(.tooLong(field.path, limit)) }

    package mutating func tooMany(_ field: FieldValue, _ limit: Int) {
        list.append(.tooMany(field.path, field.count, limit))
    }

    // MARK: rules of presence and choice

    /// Required unless it is there and not empty; tells whether it is.
    @discardableResult
    package mutating func need(_ field: FieldValue, _ detail: String = "") -> Bool {
        if !field.isEmpty { return true }
        required(field, detail)
        return false
    }

    package mutating func forbid(_ field: FieldValue, _ detail: String) {
        if field.isPresent { forbidden(field, detail) }
    }

    /// One of `allowed`; what is absent counts as `""`.
    package mutating func oneOf(_ field: FieldValue, _ allowed: [String]) {
        if !allowed.contains(field.text) { notSupported(field, allowed) }
    }

    /// One of `allowed` when it is there.
    ///
    /// `named` are those that a refusal names, when they are not all.
    package mutating func oneOfIfPresent(_ field: FieldValue, _ allowed: [String], naming named: [String]? = nil) {
        if field.isPresent, !allowed.contains(field.text) { notSupported(field, named ?? allowed) }
    }

    /// Required when empty, else one of `allowed`.
    package mutating func needOneOf(_ field: FieldValue, _ allowed: [String], _ detail: String = "") {
        if need(field, detail) { oneOf(field, allowed) }
    }

    package mutating func immutable(_ new: FieldValue, _ old: FieldValue) {
        if new.value != old.value { invalid(new, "field is immutable") }
    }

    package mutating func atMost(_ limit: Int, _ field: FieldValue) {
        if field.count > limit { tooMany(field, limit) }
    }

    package mutating func noLonger(than limit: Int, _ field: FieldValue) {
        if field.text.utf8.count > limit { tooLong(field, limit) }
    }

    /// Every problem that `rule` finds with the text.
    package mutating func text(_ field: FieldValue, _ rule: (String) -> [String]) {
        for problem in rule(field.text) { invalid(field, problem, showing: .string(field.text)) }
    }

    package mutating func textIfPresent(_ field: FieldValue, _ rule: (String) -> [String]) {
        if !field.isEmpty { text(field, rule) }
    }

    /// Required when empty, else what `rule` finds.
    package mutating func needText(_ field: FieldValue, _ rule: (String) -> [String]) {
        if need(field) { text(field, rule) }
    }

    /// Reports each repeated element; `key` gives what has to be unique.
    package mutating func unique(_ list: FieldValue, _ key: (FieldValue) -> FieldValue) {
        var seen: Set<Value> = []
        for item in list.items {
            let field = key(item)
            if !seen.insert(field.value).inserted { duplicate(field) }
        }
    }

    // MARK: numbers

    package mutating func nonNegative(_ field: FieldValue) {
        if let number = field.int, number < 0 { invalid(field, "must be greater than or equal to 0") }
    }

    package mutating func nonNegative(_ object: FieldValue, _ names: String...) {
        for name in names { nonNegative(object[name]) }
    }

    package mutating func positive(_ field: FieldValue) {
        if field.number <= 0 { invalid(field, "must be greater than 0", showing: .int(field.number)) }
    }

    package mutating func inRange(_ field: FieldValue, _ range: ClosedRange<Int64>) {
        if !range.contains(field.number) {
            invalid(field, "must be between \(range.lowerBound) and \(range.upperBound), inclusive", showing: .int(field.number))
        }
    }

    package mutating func inRangeIfPresent(_ field: FieldValue, _ range: ClosedRange<Int64>) {
        if field.isPresent { inRange(field, range) }
    }
}

extension FieldErrors {
    /// What `check` finds in an object.
    package static func found(in object: Value, _ check: (FieldValue, inout FieldErrors) -> Void) -> [FieldError] {
        var errors = FieldErrors()
        check(FieldValue(object), &errors)
        return errors.list
    }
}
