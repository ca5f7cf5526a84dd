import HTTPServing
import KubernetesTypes
import Objects
import Patching
import Schema

/// Admission of what clients send to subresources that are no part of the object: evictions, bindings, token requests, and
/// connections to pods, services and nodes.
extension SubresourceTable {
    /// What admission made of the body. Throws its refusal.
    static func admit(
        _ operation: AdmissionAttributes.Operation, _ body: Value, as id: GroupVersionKind, of kind: ServedKind, namespace: String,
        name: String, _ context: WriteContext
    ) async throws(StatusError) -> Value {
        var object = body
        object["kind"] = .string(id.kind)
        object["apiVersion"] = .string(id.groupVersion.description)
        var attributes = AdmissionAttributes(
            operation: operation, kind: id, resource: kind.store.resource, version: kind.groupVersion.version,
            subresource: context.subresource, namespace: namespace, name: name, object: object, oldObject: .null,
            user: context.user, isDryRun: context.isDryRun, options: context.options(for: operation),
            requestVersion: kind.groupVersion)
        try await kind.store.admit(&attributes, context)
        try await kind.store.validate(attributes, context)
        return attributes.object
    }

    /// Records who stated what of an object that is posted to a subresource and not stored.
    static func recordManager(
        _ object: inout Value, _ id: GroupVersionKind, _ dispatcher: Dispatcher, _ context: WriteContext
    ) {
        guard let type = dispatcher.decoder.catalogue.kind(id)?.type else { return }
        object["kind"] = .string(id.kind)
        object["apiVersion"] = .string(id.groupVersion.description)
        _ = try? dispatcher.decoder.normalise(&object, type, id.kind)
        let version = id.groupVersion.description
        FieldManagement.recordUpdate(
            live: nil, new: &object,
            manager: FieldManager(
                name: context.fieldManager, apiVersion: version, subresource: context.subresource, time: Timestamp.now().text),
            versions: .single(version, type), ignored: FieldSet())
    }

    /// Lets admission decide on a connection.
    static func admitConnection(
        _ request: ServerRequest, _ kind: ServedKind, _ warnings: RequestNotes
    ) async throws(StatusError) {
        let info = request.info
        var context = WriteContext(
            user: request.user, fieldManager: request.agentName, version: kind.groupVersion, warnings: warnings)
        context.subresource = info.subresource
        let (name, options) = connectionOptions(request, kind)
        _ = try await admit(
            .connect, options, as: GroupVersionKind(group: "", version: "v1", kind: name), of: kind,
            namespace: info.namespace(for: kind), name: info.name, context)
    }

    /// The options of a connection as the object that admission sees, and their kind.
    private static func connectionOptions(_ request: ServerRequest, _ kind: ServedKind) -> (kind: String, options: Value) {
        let query = request.query
        var options = Value.emptyObject
        switch request.info.subresource {
        case "exec", "attach":
            for key in ["stdin", "stdout", "stderr", "tty"] {
                // Output is wanted unless the client says otherwise.
                let isOn = query[key].map { $0 != "false" && $0 != "0" } ?? (key.hasPrefix("stdo") || key.hasPrefix("stde"))
                if isOn { options[key] = true }
            }
            if let container = query["container"], !container.isEmpty { options["container"] = .string(container) }
            if request.info.subresource == "attach" { return ("PodAttachOptions", options) }
            options["command"] = Value(query.all("command"))
            return ("PodExecOptions", options)
        case "portforward":
            let ports = query.all("ports").flatMap { $0.split(separator: ",") }.compactMap { Int64($0) }
            if !ports.isEmpty { options["ports"] = .array(ports.map(Value.int)) }
            return ("PodPortForwardOptions", options)
        default:
            let path = request.info.rest.joined(separator: "/")
            options["path"] = .string("/" + path)
            switch kind.description.resource {
            case "nodes": return ("NodeProxyOptions", options)
            case "services": return ("ServiceProxyOptions", options)
            default: return ("PodProxyOptions", options)
            }
        }
    }
}
