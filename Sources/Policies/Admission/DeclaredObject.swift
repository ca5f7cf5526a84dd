import CEL
package import Objects
package import Schema

/// The type of the objects that a policy is about, for checking its expressions.
package struct DeclaredObject: Sendable {
    let type: DeclaredType

    /// A built-in kind.
    package init(_ message: MessageType) { type = KindDeclaration.type(of: message) }

    /// A custom kind, by its schema. Nil when the schema says nothing.
    package init?(schema: Value) {
        guard let type = SchemaDeclaration.type(of: schema, isResource: true) else { return nil }
        self.type = type
    }
}
