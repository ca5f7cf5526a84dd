package import Objects

/// JSON merge patch (RFC 7396).
package enum MergePatch {
    package static func apply(_ patch: Value, to target: Value) -> Value {
        guard case .object(let changes) = patch else { return patch.isArray ? withoutNulls(patch) : patch }
        var result = target.isObject ? target : .emptyObject
        for change in changes {
            if change.value.isNull {
                result.remove(change.key)
            } else {
                result[change.key] = apply(change.value, to: result[change.key])
            }
        }
        return result
    }

    /// Lists are taken as they are, but for nulls in their objects, which name what is to be absent.
    private static func withoutNulls(_ value: Value) -> Value {
        switch value {
        case .object(var members):
            members.keep { !$0.value.isNull }
            members.mapValues { _, member in member = withoutNulls(member) }
            return .object(members)
        case .array(let elements): return .array(elements.map(withoutNulls))
        default: return value
        }
    }
}
