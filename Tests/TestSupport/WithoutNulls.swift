package import Objects

extension Value {
    /// The value without members that are null, and without objects that held nothing else.
    package var withoutNulls: Value {
        switch self {
        case .array(let elements): return .array(elements.map(\.withoutNulls))
        case .object(let members):
            let kept = Members(members.map { ($0.key, $0.value.withoutNulls) }.filter { !$0.1.isNull })
            return kept.isEmpty && !members.isEmpty ? .null : .object(kept)
        default: return self
        }
    }
}
