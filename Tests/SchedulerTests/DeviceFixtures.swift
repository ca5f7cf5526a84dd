import KubernetesTypes
import Objects

extension Sample {
    static func claim(_ requests: [Value], _ constraints: [Value] = []) -> ResourceClaim {
        var claim = ResourceClaim(name: "c", namespace: "default")
        claim.value["spec"]["devices"] = ["requests": .array(requests), "constraints": .array(constraints)]
        return claim
    }

    /// A request for devices of the class `gpu`.
    static func exactly(_ name: String, _ change: Value = [:]) -> Value {
        var body: Value = ["deviceClassName": "gpu"]
        for entry in change.members { body[entry.key] = entry.value }
        return ["name": .string(name), "exactly": body]
    }
}
