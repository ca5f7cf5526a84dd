import Schema

/// Where kube-apiserver keeps each resource in the store, so that data can be taken over and given back.
enum KeyLayout {
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
}
