import KubernetesTypes
import Objects
import Schema

/// A namespace says by an annotation on which nodes its pods run.
struct PodNodeSelector: MutatingAdmission, ValidatingAdmission {
    let name = "PodNodeSelector"
    let callsOthers = false
    let namespaces: ResourceStore
    /// By namespace, what its pods may select; under `clusterDefaultNodeSelector` what holds for namespaces that say nothing.
    let configuration: [String: [String: String]]

    private static let annotation = "scheduler.alpha.kubernetes.io/node-selector"
    private static let clusterDefault = "clusterDefaultNodeSelector"

    init(namespaces: ResourceStore, configuration: Value) {
        self.namespaces = namespaces
        var read: [String: [String: String]] = [:]
        for entry in configuration["podNodeSelectorPluginConfig"].members { read[entry.key] = Self.pairs(entry.value.string ?? "") }
        self.configuration = read
    }

    private static func pairs(_ text: String) -> [String: String] {
        var found: [String: String] = [:]
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0).trimmingSpaces }
            if parts.count == 2 { found[parts[0]] = parts[1] }
        }
        return found
    }

    private static func concerns(_ attributes: AdmissionAttributes) -> Bool {
        attributes.resource.description == "pods" && attributes.subresource.isEmpty && attributes.operation == .create
    }

    private func selector(_ namespace: String) -> [String: String] {
        let annotations = namespaces.cache.object(namespace)?.value["metadata"]["annotations"] ?? .null
        return annotations[Self.annotation].string.map { Self.pairs($0) } ?? configuration[Self.clusterDefault] ?? [:]
    }

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard Self.concerns(attributes) else { return }
        let wanted = selector(attributes.namespace)
        try check(attributes, wanted)
        var merged = attributes.object["spec"]["nodeSelector"].stringMap
        merged.merge(wanted) { $1 }
        if !merged.isEmpty { attributes.object["spec"]["nodeSelector"] = Value(merged) }
    }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard Self.concerns(attributes) else { return }
        try check(attributes, selector(attributes.namespace))
        guard let allowed = configuration[attributes.namespace], !allowed.isEmpty else { return }
        let stated = attributes.object["spec"]["nodeSelector"].stringMap
        if stated.contains(where: { key, value in allowed[key].map { $0 != value } ?? false }) {
            throw .forbidden(attributes.resource, attributes.name, "pod node label selector labels conflict with its namespace whitelist")
        }
    }

    private func check(_ attributes: AdmissionAttributes, _ wanted: [String: String]) throws(StatusError) {
        let stated = attributes.object["spec"]["nodeSelector"].stringMap
        if stated.contains(where: { key, value in wanted[key].map { $0 != value } ?? false }) {
            throw .forbidden(
                attributes.resource, attributes.name, "pod node label selector conflicts with its namespace node label selector")
        }
    }
}
