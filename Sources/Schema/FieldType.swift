/// What a field, an element or a map's value may hold.
package indirect enum FieldType: Sendable {
    case scalar(ScalarType)
    case message(MessageType)
    case list(ListType)
    case map(MapType)
    /// Any JSON, kept as it is (`RawExtension`, `JSON`, `FieldsV1`).
    case any

    /// The message that this is, or that its elements or values are.
    package var message: MessageType? {
        switch self {
        case .message(let message): return message
        case .list(let list): return list.element.message
        case .map(let map): return map.value.message
        case .scalar, .any: return nil
        }
    }
}

/// The leaves. What each is in JSON and in protobuf is fixed by the API.
package enum ScalarType: String, Sendable, Hashable, CaseIterable {
    case string, bool, int32, int64, double
    /// Base64 text in JSON, bytes in protobuf.
    case bytes
    /// `resource.Quantity`: a string (a bare number is taken too, and becomes one).
    case quantity
    /// `intstr.IntOrString`.
    case intOrString
    /// `metav1.Time`: RFC 3339 with whole seconds.
    case time
    /// `metav1.MicroTime`: RFC 3339 with six decimals.
    case microTime
    /// `metav1.Duration`: Go's duration text, such as `1h0m0s`.
    case duration
}

/// How a list merges: by server-side apply (`topology`) and by a strategic merge patch (`patch`).
package struct ListType: Sendable {
    package enum Topology: Sendable, Hashable {
        case atomic
        case set
        /// A map by the values of these members of each element.
        case map(keys: [String])
    }

    package let element: FieldType
    package let topology: Topology
    package let patch: PatchStrategy
    /// Whether protobuf nests the elements in a message of their own (`Verbs`, `ExtraValue`).
    package let isWrapped: Bool

    package init(
        element: FieldType, topology: Topology = .atomic, patch: PatchStrategy = .replace, isWrapped: Bool = false
    ) {
        self.element = element
        self.topology = topology
        self.patch = patch
        self.isWrapped = isWrapped
    }
}

/// A map from string to something.
package struct MapType: Sendable {
    package let value: FieldType
    /// Owned and replaced as a whole by server-side apply (`x-kubernetes-map-type: atomic`).
    package let isAtomic: Bool

    package init(value: FieldType, isAtomic: Bool = false) {
        self.value = value
        self.isAtomic = isAtomic
    }
}

/// What a strategic merge patch does with a field (`patchStrategy` and `patchMergeKey` of the API types).
package struct PatchStrategy: Sendable, Hashable {
    package let merges: Bool
    package let retainsKeys: Bool
    /// The member by which elements are matched; nil for lists of scalars.
    package let mergeKey: String?

    package static let replace = PatchStrategy(merges: false)

    package init(merges: Bool, retainsKeys: Bool = false, mergeKey: String? = nil) {
        self.merges = merges
        self.retainsKeys = retainsKeys
        self.mergeKey = mergeKey
    }
}
