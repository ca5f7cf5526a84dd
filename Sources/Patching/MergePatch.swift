package import Objects

/// JSON merge patch (RFC 7396).
package enum MergePatch {
    package static func apply(_ patch: Value, to target: Value) -> Value {
        guard case .object(let changes) = patch else { return patch }
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
}
