import KubernetesTypes
import Objects
import Schema
import Webhooks

/// The object of a write in the version, or as the subresource, for which somebody outside has his rules.
///
/// Within the server an object stands in the version in which it is stored.
struct AdmissionForms: Sendable {
    let kinds: ServedKinds
    let decoder: BodyDecoder

    /// One form of an object.
    struct Form: Sendable {
        let resource: WebhookResource
        let kind: GroupVersionKind
        /// Nil when the object is what the client sent to a subresource (`Eviction`, `PodExecOptions`), in one version only.
        fileprivate let served: ServedKind?
        fileprivate let isScale: Bool

        var kindValue: Value {
            ["group": .string(kind.group), "version": .string(kind.version), "kind": .string(kind.kind)]
        }
    }

    private static let scale = GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale")

    /// The form that the client used.
    func requested(_ attributes: AdmissionAttributes) -> Form {
        let version = attributes.requestVersion
        let served = kinds.kind(group: version.group, version: version.version, resource: attributes.resource.resource)
        let resource = WebhookResource(
            group: served == nil ? attributes.resource.group : version.group,
            version: served == nil ? attributes.version : version.version, resource: attributes.resource.resource,
            subresource: attributes.subresource)
        return form(attributes, served, resource)
    }

    /// All other versions and groups in which the same objects are served.
    func equivalents(_ attributes: AdmissionAttributes, of requested: Form) -> [Form] {
        guard let served = requested.served else { return [] }
        let table = kinds.snapshot()
        var forms: [Form] = []
        for groupVersion in table.groupVersions {
            guard let other = table.kinds[groupVersion]?[served.description.resource], other.store === served.store,
                groupVersion != served.groupVersion
            else { continue }
            let resource = WebhookResource(
                group: groupVersion.group, version: groupVersion.version, resource: other.description.resource,
                subresource: attributes.subresource)
            forms.append(form(attributes, other, resource))
        }
        return forms
    }

    private func form(_ attributes: AdmissionAttributes, _ served: ServedKind?, _ resource: WebhookResource) -> Form {
        guard let served, attributes.kind == served.store.description.id else {
            return Form(resource: resource, kind: attributes.kind, served: nil, isScale: false)
        }
        if attributes.subresource == "scale" { return Form(resource: resource, kind: Self.scale, served: served, isScale: true) }
        return Form(resource: resource, kind: served.description.id, served: served, isScale: false)
    }

    /// The object as the form has it; null stays null.
    func object(_ value: Value, as form: Form) async throws(StatusError) -> Value {
        guard value.isObject, let served = form.served else { return value }
        if form.isScale { return SubresourceTable.scaleObject(EncodedObject(value: value), served.scalePaths) }
        return try await served.servedValue(value)
    }

    /// What is stored after somebody changed the form of an object: pruned, defaulted, in the stored version.
    func stored(_ changed: Value, from form: Form, before: Value) async throws(StatusError) -> Value {
        guard let served = form.served else {
            var value = changed
            if let type = decoder.catalogue.kind(form.kind)?.type {
                _ = try decoder.normalise(&value, type, form.kind.kind)
            }
            return value
        }
        if form.isScale {
            var value = before
            value.set(.int(changed["spec"]["replicas"].int ?? 0), at: served.scalePaths.replicas[...])
            return value
        }
        var value = changed
        value["kind"] = .string(form.kind.kind)
        value["apiVersion"] = .string(form.kind.groupVersion.description)
        _ = try decoder.normalise(&value, served)
        return try await decoder.complete(value, served)
    }
}
