import Objects
package import Schema

/// Which strategy each built-in resource has.
package enum StrategyTable {
    /// The strategy of a resource; kinds that nobody listed are plain.
    package static func strategy(for resource: GroupResource) -> any Strategy {
        table[resource.group]?[resource.resource] ?? PlainStrategy()
    }

    private static let table: [String: [String: any Strategy]] = [
        "": core,
        "apps": workloads,
        "rbac.authorization.k8s.io": access,
    ]

    private static let core: [String: any Strategy] = [
        "namespaces": NamespaceStrategy(),
        "pods": PodStrategy(),
        "podtemplates": PodTemplateStrategy(),
        "replicationcontrollers": ReplicationControllerStrategy(),
    ]

    private static let workloads: [String: any Strategy] = [
        "controllerrevisions": ControllerRevisionStrategy(),
        "daemonsets": DaemonSetStrategy(),
        "deployments": DeploymentStrategy(),
        "replicasets": ReplicaSetStrategy(),
        "statefulsets": StatefulSetStrategy(),
    ]

    private static let access: [String: any Strategy] = [
        "roles": RoleStrategy(),
        "rolebindings": RoleStrategy(),
        "clusterroles": RoleStrategy(),
        "clusterrolebindings": RoleStrategy(),
    ]
}

struct RoleStrategy: Strategy {
    func nameProblems(_ name: String, isPrefix: Bool) -> [String] { NameRules.pathSegment(name) }
    var allowsCreateOnUpdate: Bool { true }
}

struct NamespaceStrategy: Strategy {
    func prepareForCreate(_ object: inout Value) {
        object["spec"]["finalizers"] = ["kubernetes"]
        object["status"] = ["phase": "Active"]
        object["metadata"]["labels"]["kubernetes.io/metadata.name"] = object["metadata"]["name"]
    }
    func prepareForUpdate(_ object: inout Value, old: Value) {
        object["spec"] = old["spec"]
        object["status"] = old["status"]
    }
    func prepareForUpdate(of subresource: String, _ object: inout Value, old: Value) {
        if subresource == "status" { keepOnlyStatus(&object, old: old) }
    }
    var selectableFields: [String] { ["status.phase"] }
}
