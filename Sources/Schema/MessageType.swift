package import Objects

/// The description of one structure: a message of protobuf, an object of JSON.
///
/// Types refer to each other and to themselves, so the fields are bound after all types of a catalogue exist.
package final class MessageType: Sendable {
    /// For built-in types the protobuf name, such as `k8s.io.api.core.v1.PodSpec`; for custom ones a name of Martlet's own.
    package let name: String
    /// Owned and replaced as a whole by server-side apply (`x-kubernetes-map-type: atomic`).
    package let isAtomic: Bool
    /// Members that no field names are kept (`x-kubernetes-preserve-unknown-fields`).
    package let preservesUnknown: Bool
    // Written once by `bind`, before the catalogue that owns this type is shared between threads.
    nonisolated(unsafe) private var bound: [Field] = []
    nonisolated(unsafe) private var positions: [String: Int] = [:]

    package init(name: String, isAtomic: Bool = false, preservesUnknown: Bool = false) {
        self.name = name
        self.isAtomic = isAtomic
        self.preservesUnknown = preservesUnknown
    }

    /// Gives the type its fields. To be called once, before the type is shared.
    package func bind(_ fields: [Field]) {
        bound = fields
        positions = Dictionary(fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The fields in the order in which Kubernetes prints them.
    package var fields: [Field] { bound }

    package func field(_ name: String) -> Field? { positions[name].map { bound[$0] } }
}

/// One field of a message.
package struct Field: Sendable {
    /// When a field is printed.
    package enum Presence: Sendable, Hashable {
        /// Left out when empty (`omitempty` on a value): zero and absent are the same.
        case omittedWhenEmpty
        /// A pointer: left out when absent, printed when set, be it to zero.
        case optional
        /// Printed always, its zero value when absent (no `omitempty`).
        case always
    }

    /// The name in JSON.
    package let name: String
    /// The number in protobuf; 0 where there is none (custom kinds).
    package let number: Int
    package let type: FieldType
    package let presence: Presence
    package let isRequired: Bool
    /// What defaulting stores when the field is absent. Defaults that depend on other fields are code.
    package let defaultValue: Value?
    /// For fields that are a message: what a strategic merge patch does (`retainKeys`, `replace`).
    package let patch: PatchStrategy
    /// Whether JSON inlines the message's members into the enclosing object (`Volume.volumeSource`): the
    /// protobuf message is nested, the JSON is not.
    package let isInline: Bool

    package init(
        name: String, number: Int = 0, type: FieldType, presence: Presence = .omittedWhenEmpty, isRequired: Bool = false,
        defaultValue: Value? = nil, patch: PatchStrategy = .replace, isInline: Bool = false
    ) {
        self.name = name
        self.number = number
        self.type = type
        self.presence = presence
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.patch = patch
        self.isInline = isInline
    }
}
