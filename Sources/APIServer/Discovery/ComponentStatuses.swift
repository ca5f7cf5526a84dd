import KubernetesTypes
import Objects

/// `componentstatuses`, which old clients still read: not stored, made when asked for.
enum ComponentStatuses {
    private static let components = ["scheduler", "controller-manager", "etcd-0"]

    static func answer(_ info: RequestInfo, _ kind: ServedKind) throws(StatusError) -> Answer {
        if info.verb == "list" {
            return .value(
                status: 200,
                [
                    "kind": "ComponentStatusList", "apiVersion": "v1", "metadata": .emptyObject,
                    "items": .array(components.map { ["metadata": ["name": .string($0)], "conditions": conditions] }),
                ])
        }
        guard components.contains(info.name) else {
            throw StatusError(
                code: 404, reason: "NotFound", message: "componentstatus \"\(info.name)\" not found",
                details: ["name": .string(info.name), "kind": "componentstatus"])
        }
        return .value(
            status: 200,
            ["kind": "ComponentStatus", "apiVersion": "v1", "metadata": ["name": .string(info.name)], "conditions": conditions])
    }

    private static let conditions: Value = [["type": "Healthy", "status": "True", "message": "ok"]]
}
