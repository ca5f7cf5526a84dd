import Objects
package import Schema

/// Which strategy each built-in resource has.
package enum StrategyTable {
    /// The strategy of a resource; kinds that nobody listed are plain.
    package static func strategy(for resource: GroupResource) -> any Strategy {
        if resource.group == "rbac.authorization.k8s.io" { return RoleStrategy() }
        if resource == GroupResource(group: "", resource: "namespaces") { return NamespaceStrategy() }
        if resource == GroupResource(group: "", resource: "pods") { return PodStrategy() }
        return strategies[resource] ?? PlainStrategy()
    }

    private static let strategies: [GroupResource: any Strategy] = [:]
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
    var selectableFields: [String] { ["status.phase"] }
}

struct PodStrategy: Strategy {
    func applyDefaults(_ object: inout Value) {
        for key in ["initContainers", "containers"] {
            for index in object["spec"][key].array.indices where object["spec"][key][index]["imagePullPolicy"].string == nil {
                let image = object["spec"][key][index]["image"].string ?? ""
                let last = image.split(separator: "/").last ?? ""
                object["spec"][key][index]["imagePullPolicy"] = !last.contains(":") || last.hasSuffix(":latest") ? "Always" : "IfNotPresent"
            }
        }
        if object["spec"]["enableServiceLinks"].isNull { object["spec"]["enableServiceLinks"] = true }
    }
    func prepareForCreate(_ object: inout Value) { object["status"] = ["phase": "Pending", "qosClass": "BestEffort"] }
    func gracePeriod(_ object: Value, requested: Int64?) -> Int64? {
        let phase = object["status"]["phase"].string
        if (object["spec"]["nodeName"].string ?? "").isEmpty || phase == "Succeeded" || phase == "Failed" { return 0 }
        return requested ?? object["spec"]["terminationGracePeriodSeconds"].int ?? 30
    }
    var returnsDeletedObject: Bool { true }
    var selectableFields: [String] { ["spec.nodeName", "status.phase"] }
}
