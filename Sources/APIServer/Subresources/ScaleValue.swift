import Objects

extension Value {
    /// Stores a value at a path of members, making the objects on the way.
    mutating func set(_ value: Value, at path: ArraySlice<String>) {
        guard let first = path.first else {
            self = value
            return
        }
        self[first].set(value, at: path.dropFirst())
    }
}
