package import Objects

/// The description of one structure: a message of protobuf, an object of JSON.
///
/// Types refer to each other and to themselves, so the fields are bound after all types of a catalogue exist.
package final class MessageType: Sendable {
    /// JSON that is not always an object: a schema, or something else in its place (`JSONSchemaPropsOr…`).
    package enum Union: Sendable, Hashable {
        /// An object, or an array of objects.
        case orArray
        /// An object, or a boolean.
        case orBool
        /// An object, or an array of strings.
        case orStrings
    }

    /// For built-in types the protobuf name, such as `k8s.io.api.core.v1.PodSpec`; for custom ones a name of Martlet's own.
    package let name: String
    /// Owned and replaced as a whole by server-side apply (`x-kubernetes-map-type: atomic`).
    package let isAtomic: Bool
    /// Members that no field names are kept (`x-kubernetes-preserve-unknown-fields`).
    package let preservesUnknown: Bool
    /// Set when JSON may hold something else than an object here; `fields` then describes protobuf only.
    package let union: Union?

    // Written once by `bind`, before the catalogue that owns this type is shared between threads.
    nonisolated(unsafe) private var bound: Bound = Bound()

    private struct Bound {
        var fields: [Field] = []
        var wireFields: [Field] = []
        var positions: [String: Int] = [:]
        var origins: [Origin] = []
        var mayDefault = true
        var alwaysPositions: [Int] = []
        var defaultPositions: [Int] = []
    }

    /// Where Go declares a field: the structure's name, and the names of the structures that are
    /// embedded on the way to it (`VolumeSource`). Go names both in decoding errors.
    package struct Origin: Sendable {
        package let structure: String
        package let path: [String]
    }

    package init(name: String, isAtomic: Bool = false, preservesUnknown: Bool = false, union: Union? = nil) {
        self.name = name
        self.isAtomic = isAtomic
        self.preservesUnknown = preservesUnknown
        self.union = union
    }

    /// Gives the type its fields. To be called once, before the type is shared. The types of inline fields
    /// must have been bound before.
    package func bind(_ declared: [Field]) {
        var built = Bound()
        built.fields.reserveCapacity(declared.count)
        let structure = shortName
        for field in declared {
            if field.isInline, case .message(let inner) = field.type {
                for (position, member) in inner.fields.enumerated() {
                    let origin = inner.origin(at: position)
                    built.fields.append(member)
                    built.origins.append(
                        Origin(structure: origin.structure, path: [inner.shortName] + origin.path))
                }
            } else {
                built.fields.append(field)
                built.origins.append(Origin(structure: structure, path: []))
            }
        }
        built.wireFields = declared.filter { $0.number > 0 }.sorted { $0.number < $1.number }
        built.positions.reserveCapacity(built.fields.count)
        for (position, field) in built.fields.enumerated() where built.positions[field.name] == nil {
            built.positions[field.name] = position
            if field.presence == .always || field.printsNull { built.alwaysPositions.append(position) }
            if field.defaultValue != nil || field.type.message != nil { built.defaultPositions.append(position) }
        }
        bound = built
    }

    /// Says that neither a field of this type nor one below it has a default.
    func rememberNoDefaults() {
        bound.mayDefault = false
        bound.defaultPositions = []
    }

    /// Leaves in `defaultPositions` those below which something may default. To be called when all types know that.
    func narrowDefaults() {
        let fields = bound.fields
        bound.defaultPositions = bound.defaultPositions.filter { position in
            fields[position].defaultValue != nil || fields[position].type.message?.mayDefault == true
        }
    }

    /// Indices in `fields` of those that defaulting must look at, ascending.
    var defaultPositions: [Int] { bound.defaultPositions }

    /// The schema that a union holds, alone or in a list.
    package var unionSchema: MessageType? {
        for field in bound.fields { if let message = field.type.message { return message } }
        return nil
    }

    /// The last part of the name, which is also the name of the Go structure.
    package var shortName: String {
        guard let dot = name.lastIndex(of: ".") else { return name }
        return String(name[name.index(after: dot)...])
    }

    /// The fields as JSON has them (those of inline fields among them), in the order in which Kubernetes prints them.
    package var fields: [Field] { bound.fields }

    /// The fields as protobuf has them (inline ones nested), by number. Empty for custom kinds.
    package var wireFields: [Field] { bound.wireFields }

    /// Indices in `fields` of those that are always printed, ascending.
    var alwaysPositions: [Int] { bound.alwaysPositions }

    /// Whether defaulting an object of this type can change it.
    package var mayDefault: Bool { bound.mayDefault }

    package func field(_ name: String) -> Field? { bound.positions[name].map { bound.fields[$0] } }

    /// The index in `fields` of the field of this name.
    package func position(of name: String) -> Int? { bound.positions[name] }

    /// Where Go declares the field at this index of `fields`.
    package func origin(at position: Int) -> Origin {
        bound.origins.indices.contains(position) ? bound.origins[position] : Origin(structure: shortName, path: [])
    }
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
    /// The number in protobuf; 0 where there is none (custom kinds, `kind` and `apiVersion`).
    package let number: Int
    package let type: FieldType
    package let presence: Presence
    package let isRequired: Bool
    /// What defaulting stores when the field is absent (for values that are not pointers: absent or zero).
    /// Defaults that depend on other fields are code.
    package let defaultValue: Value?
    /// For fields that are a message: what a strategic merge patch does (`retainKeys`, `replace`).
    package let patch: PatchStrategy
    /// Whether JSON inlines the message's members into the enclosing object (`Volume.volumeSource`): the
    /// protobuf message is nested, the JSON is not. Only `MessageType.wireFields` has such fields.
    package let isInline: Bool
    /// Whether server-side apply looks into this message even though its type is atomic
    /// (`x-kubernetes-map-type: granular` on the field).
    package let isGranular: Bool
    /// Whether an optional field is printed as null when it is absent (a pointer without `omitempty`).
    package let printsNull: Bool

    package init(
        name: String, number: Int = 0, type: FieldType, presence: Presence = .omittedWhenEmpty, isRequired: Bool = false,
        defaultValue: Value? = nil, patch: PatchStrategy = .replace, isInline: Bool = false, isGranular: Bool = false,
        printsNull: Bool = false
    ) {
        self.name = name
        self.number = number
        self.type = type
        self.presence = presence
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.patch = patch
        self.isInline = isInline
        self.isGranular = isGranular
        self.printsNull = printsNull
    }
}
