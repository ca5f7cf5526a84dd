import KubernetesTypes
import Schema

/// Where kube-apiserver keeps each resource in the store, so that data can be taken over and given back.
package enum KeyLayout {
    private static let special: [GroupResource: String] = [
        GroupResource(group: "", resource: "nodes"): "minions",
        GroupResource(group: "", resource: "services"): "services/specs",
        GroupResource(group: "", resource: "endpoints"): "services/endpoints",
        GroupResource(group: "", resource: "replicationcontrollers"): "controllers",
        GroupResource(group: "networking.k8s.io", resource: "ingresses"): "ingress",
        GroupResource(group: "apiextensions.k8s.io", resource: "customresourcedefinitions"): "apiextensions.k8s.io/customresourcedefinitions",
        GroupResource(group: "apiregistration.k8s.io", resource: "apiservices"): "apiregistration.k8s.io/apiservices",
    ]

    static func prefix(_ resource: GroupResource, isBuiltIn: Bool) -> String {
        if let path = special[resource] { return "/registry/\(path)/" }
        return isBuiltIn ? "/registry/\(resource.resource)/" : "/registry/\(resource.group)/\(resource.resource)/"
    }

    /// The beginnings of the keys of what an encryption configuration names: `secrets`, `widgets.example.com`, `*.apps`
    /// (a group), `*.` (the core group), `*.*` (everything). None when there is no such resource.
    package static func prefixes(named name: String) -> [String] {
        if name == "*.*" { return ["/registry/"] }
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let resource = parts.first, !resource.isEmpty else { return [] }
        let group = parts.count == 2 ? parts[1] : ""
        let builtIn = KindCatalogue.builtIn.resources.map(\.groupResource).filter { $0.group == group }
        if resource == "*" {
            guard parts.count == 2 else { return [] }
            return builtIn.isEmpty ? ["/registry/\(group)/"] : Array(Set(builtIn.map { prefix($0, isBuiltIn: true) })).sorted()
        }
        if let known = builtIn.first(where: { $0.resource == resource }) { return [prefix(known, isBuiltIn: true)] }
        // A custom resource, which may be defined later.
        return builtIn.isEmpty && group.contains(".") ? [prefix(GroupResource(group: group, resource: resource), isBuiltIn: false)] : []
    }
}
