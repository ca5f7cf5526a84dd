/// All kinds and messages of one text, with what is needed to find them. Immutable.
package struct KindCatalogue: Sendable {
    /// A group and its versions, the preferred one first.
    package struct Group: Sendable, Hashable {
        package let name: String
        package var versions: [String]

        package init(name: String, versions: [String]) {
            self.name = name
            self.versions = versions
        }
    }

    /// Every kind in discovery order: those with a resource, their lists, and kinds that are only bodies.
    package let kinds: [KindDescription]
    /// Kinds that can be added: those of versions that are not there unless they are asked for.
    package let optional: [KindDescription]
    /// The groups that have resources, in discovery order; core (the empty name) first.
    package let groups: [Group]

    private let messages: [String: MessageType]
    private let byKind: [GroupVersionKind: Int]
    private let byResource: [Resource: Int]

    private struct Resource: Hashable, Sendable {
        let groupVersion: GroupVersion
        let name: String
    }

    /// Reads a schema text. Throws `SchemaError`.
    package init(schema bytes: UnsafeBufferPointer<UInt8>) throws(SchemaError) {
        self.init(try SchemaParser.parse(bytes))
    }

    package init(schema text: String) throws(SchemaError) {
        self.init(try SchemaParser.parse(text))
    }

    private init(_ parsed: SchemaParser.Result) {
        self.init(kinds: parsed.kinds, optional: parsed.optional, messages: parsed.messages)
        DefaultSearch.mark(Array(parsed.messages.values))
    }

    private init(kinds: [KindDescription], optional: [KindDescription], messages: [String: MessageType]) {
        self.kinds = kinds
        self.optional = optional
        self.messages = messages
        var byKind: [GroupVersionKind: Int] = [:]
        var byResource: [Resource: Int] = [:]
        var groups: [Group] = []
        for (position, kind) in kinds.enumerated() {
            byKind[kind.id] = position
            guard !kind.resource.isEmpty else { continue }
            byResource[Resource(groupVersion: kind.id.groupVersion, name: kind.resource)] = position
            if let known = groups.firstIndex(where: { $0.name == kind.id.group }) {
                if !groups[known].versions.contains(kind.id.version) { groups[known].versions.append(kind.id.version) }
            } else {
                groups.append(Group(name: kind.id.group, versions: [kind.id.version]))
            }
        }
        self.byKind = byKind
        self.byResource = byResource
        self.groups = groups
    }

    /// With kinds more, which are made of messages that are known.
    package func adding(_ more: [KindDescription]) -> KindCatalogue {
        more.isEmpty ? self : KindCatalogue(kinds: kinds + more, optional: optional, messages: messages)
    }

    /// The kinds that have a place in paths.
    package var resources: [KindDescription] { kinds.filter { !$0.resource.isEmpty } }

    package func kind(_ id: GroupVersionKind) -> KindDescription? { byKind[id].map { kinds[$0] } }

    package func kind(group: String, version: String, kind: String) -> KindDescription? {
        self.kind(GroupVersionKind(group: group, version: version, kind: kind))
    }

    package func kind(group: String, version: String, resource: String) -> KindDescription? {
        let key = Resource(groupVersion: GroupVersion(group: group, version: version), name: resource)
        return byResource[key].map { kinds[$0] }
    }

    /// The message of this protobuf name, such as `k8s.io.api.core.v1.PodSpec`.
    package func message(named name: String) -> MessageType? { messages[name] }

    /// The names of all messages, sorted.
    package var messageNames: [String] { messages.keys.sorted() }
}

/// Finds the messages below which no field has a default, so that defaulting need not walk there.
enum DefaultSearch {
    static func mark(_ types: [MessageType]) {
        // A type may default when a field has a default or leads to a type that may; spread until nothing changes.
        var users: [ObjectIdentifier: [MessageType]] = [:]
        var pending: [MessageType] = []
        var marked: Set<ObjectIdentifier> = []
        for type in types {
            for field in type.fields {
                if field.defaultValue != nil, marked.insert(ObjectIdentifier(type)).inserted { pending.append(type) }
                if let inner = field.type.message { users[ObjectIdentifier(inner), default: []].append(type) }
            }
        }
        while let type = pending.popLast() {
            for user in users[ObjectIdentifier(type)] ?? [] where marked.insert(ObjectIdentifier(user)).inserted {
                pending.append(user)
            }
        }
        for type in types where !marked.contains(ObjectIdentifier(type)) { type.rememberNoDefaults() }
        for type in types { type.narrowDefaults() }
    }
}
