import Objects

/// Which objects of a resource a list or a watch is about.
struct ObjectFilter: Sendable {
    /// Empty for all namespaces, and for resources of the cluster.
    var namespace = ""
    /// From `metadata.name=` of the field selector or from the path; nil when any name will do.
    var name: String?
    /// The key of the only object that can match, where name and namespace say which.
    var key: String?
    var labels = LabelSelector.everything
    var fields = FieldSelector.everything
    /// The kind's selectable fields, in the order of `EncodedObject.selectableFields`.
    var selectable: [String] = []

    var isEverything: Bool { namespace.isEmpty && name == nil && labels.isEverything && fields.isEverything }

    func matches(_ object: EncodedObject) -> Bool {
        if !namespace.isEmpty, object.namespace != namespace { return false }
        if let name, object.name != name { return false }
        if !labels.isEverything, !labels.matches({ object.label($0) }) { return false }
        return fields.isEverything || fields.matches { value(of: $0, in: object) }
    }

    private func value(of field: String, in object: EncodedObject) -> String? {
        switch field {
        case "metadata.name": return object.name
        case "metadata.namespace": return object.namespace
        default:
            return selectable.firstIndex(of: field).flatMap { object.selectableFields[$0] }
        }
    }
}
