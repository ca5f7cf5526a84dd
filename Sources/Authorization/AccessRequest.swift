package import Authentication
package import Objects

/// What somebody wants to do, as authorization sees it.
package struct AccessRequest: Sendable, Hashable {
    package var user: UserInfo
    package var verb: String
    package var isResourceRequest: Bool
    package var group = ""
    package var version = ""
    package var resource = ""
    package var subresource = ""
    package var namespace = ""
    package var name = ""
    /// For what is no resource.
    package var path = ""
    /// What the objects of a list or a watch have to be.
    package var fields = FieldSelector.everything
    package var labels = LabelSelector.everything

    package init(user: UserInfo, verb: String, isResourceRequest: Bool) {
        self.user = user
        self.verb = verb
        self.isResourceRequest = isResourceRequest
    }

    /// `resource/subresource`, or the resource.
    package var fullResource: String { subresource.isEmpty ? resource : resource + "/" + subresource }

    /// Whether nothing is changed by it.
    package var isReadOnly: Bool { verb == "get" || verb == "list" || verb == "watch" }

    /// The sentence of a refusal.
    package var refusal: String {
        if !isResourceRequest { return "User \"\(user.name)\" cannot \(verb) path \"\(path)\"" }
        let place = namespace.isEmpty ? " at the cluster scope" : " in the namespace \"\(namespace)\""
        return "User \"\(user.name)\" cannot \(verb) resource \"\(fullResource)\" in API group \"\(group)\"\(place)"
    }

    /// The `spec` of a SubjectAccessReview that asks the same.
    package var reviewSpec: Value {
        var spec: Value = .emptyObject
        if isResourceRequest {
            var attributes: Value = .emptyObject
            for (key, text) in [
                ("namespace", namespace), ("verb", verb), ("group", group), ("version", version), ("resource", resource),
                ("subresource", subresource), ("name", name),
            ] where !text.isEmpty { attributes[key] = .string(text) }
            if !fields.isEverything { attributes["fieldSelector"] = ["requirements": .array(fields.terms.map(Self.requirement))] }
            if !labels.isEverything, !labels.matchesNothing {
                attributes["labelSelector"] = ["requirements": .array(labels.requirements.map(Self.requirement))]
            }
            spec["resourceAttributes"] = attributes
        } else {
            spec["nonResourceAttributes"] = ["path": .string(path), "verb": .string(verb)]
        }
        spec["user"] = .string(user.name)
        if !user.groups.isEmpty { spec["groups"] = Value(user.groups) }
        if !user.extra.isEmpty {
            spec["extra"] = .object(Members(user.extra.sorted { $0.key < $1.key }.map { ($0.key, Value($0.value)) }))
        }
        if !user.uid.isEmpty { spec["uid"] = .string(user.uid) }
        return spec
    }

    private static func requirement(_ term: FieldSelector.Term) -> Value {
        ["key": .string(term.field), "operator": term.isEqual ? "In" : "NotIn", "values": [.string(term.value)]]
    }

    private static func requirement(_ requirement: LabelSelector.Requirement) -> Value {
        var value: Value = ["key": .string(requirement.key), "operator": .string(requirement.operator.rawValue)]
        if !requirement.values.isEmpty { value["values"] = Value(requirement.values.sorted()) }
        return value
    }
}
