import KubernetesTypes
package import Objects
package import Schema
package import Tables

/// One served version of a kind: how its paths, bodies and answers look.
package struct ServedKind: Sendable {
    package let description: KindDescription
    package let store: ResourceStore
    /// Whether list items leave out `kind` and `apiVersion`, as those of built-in kinds do.
    package let isBuiltIn: Bool
    /// Between this version and the stored one; nil when they are the same.
    package let conversion: VersionConversion?
    /// Changes when the schema of a custom kind does; empty for built-in ones.
    package let schemaRevision: String
    /// The rules of this version of a custom kind; nil for built-in ones.
    let custom: CustomDefinition.Version?
    /// How `kubectl get` shows it.
    package let printer: TablePrinter

    package init(
        description: KindDescription, store: ResourceStore, isBuiltIn: Bool = true, conversion: VersionConversion? = nil,
        printer: TablePrinter? = nil, schemaRevision: String = ""
    ) {
        self.schemaRevision = schemaRevision
        self.custom = nil
        self.printer = printer ?? TablePrinters.printer(for: description.groupResource)
        self.description = description
        self.store = store
        self.isBuiltIn = isBuiltIn
        self.conversion = conversion
    }

    init(
        description: KindDescription, store: ResourceStore, isBuiltIn: Bool, conversion: VersionConversion?, printer: TablePrinter,
        schemaRevision: String, custom: CustomDefinition.Version
    ) {
        self.description = description
        self.store = store
        self.isBuiltIn = isBuiltIn
        self.conversion = conversion
        self.printer = printer
        self.schemaRevision = schemaRevision
        self.custom = custom
    }

    package var groupVersion: GroupVersion { description.id.groupVersion }

    /// Where the replicas of an object of this kind stand.
    var scalePaths: ScalePaths { custom?.scale ?? ScalePaths() }

    /// The object in this version, which may take a webhook. Throws what the client is to see when that fails.
    func prepared(_ object: EncodedObject) async throws(StatusError) -> EncodedObject {
        guard let webhook = store.conversion else { return served(object) }
        return try await webhook.convert([object], to: description.id).first ?? object
    }

    /// As `prepared` for many, with one call.
    func prepared(_ objects: [EncodedObject]) async throws(StatusError) -> [EncodedObject] {
        guard let webhook = store.conversion else { return objects.map(served) }
        return try await webhook.convert(objects, to: description.id)
    }

    /// Whether objects have to be `prepared` before they can be shown.
    var needsPreparation: Bool { store.conversion != nil }

    /// The object in this version. Of kinds that a webhook converts it has to be prepared before.
    package func served(_ object: EncodedObject) -> EncodedObject {
        if let webhook = store.conversion { return webhook.known(object, description.id) ?? object }
        guard let conversion else { return object }
        let value = Self.typeFirst(conversion.served(object.value), description.id)
        return EncodedObject(
            key: object.key, namespace: object.namespace, revision: object.revision, json: value.json, typePrefixLength: Self.prefixLength(description.id),
            labels: object.labels, selectableFields: object.selectableFields, value: value)
    }

    private static func prefixLength(_ id: GroupVersionKind) -> Int {
        "{\"kind\":\"\(id.kind)\",\"apiVersion\":\"\(id.groupVersion)\",".utf8.count
    }

    /// The value as an object of `id`, whose members stand first.
    static func typeFirst(_ value: Value, _ id: GroupVersionKind) -> Value {
        var members = Members([("kind", .string(id.kind)), ("apiVersion", .string(id.groupVersion.description))])
        for entry in value.members where entry.key != "kind" && entry.key != "apiVersion" { members[entry.key] = entry.value }
        return .object(members)
    }
}

/// How one version of a kind becomes another.
package struct VersionConversion: Sendable {
    package let toStorage: @Sendable (Value) -> Value
    package let fromStorage: @Sendable (Value) -> Value
    /// What the stored version calls the fields that selectors of this version may name; nil for the same names.
    package let selectorNames: [String: String]?

    /// Whether annotations are part of what is converted; all other metadata is the same in all versions.
    let changesAnnotations: Bool

    /// A stored object in this version, with its metadata.
    func served(_ stored: Value) -> Value { withMetadata(fromStorage(stored), of: stored) }

    /// An object of this version as it is stored, with its metadata.
    func stored(_ served: Value) -> Value { withMetadata(toStorage(served), of: served) }

    private func withMetadata(_ converted: Value, of original: Value) -> Value {
        if changesAnnotations { return converted }
        var value = converted
        value["metadata"] = original["metadata"]
        return value
    }

    package init(
        toStorage: @escaping @Sendable (Value) -> Value, fromStorage: @escaping @Sendable (Value) -> Value,
        selectorNames: [String: String]? = nil, changesAnnotations: Bool = false
    ) {
        self.changesAnnotations = changesAnnotations
        self.selectorNames = selectorNames
        self.toStorage = toStorage
        self.fromStorage = fromStorage
    }
}
