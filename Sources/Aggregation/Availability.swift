package import Objects

/// Whether an aggregated API can be used, as the `Available` condition of its `APIService` tells it.
package struct Availability: Sendable, Hashable {
    package let isAvailable: Bool
    package let reason: String
    package let message: String

    private init(_ isAvailable: Bool, _ reason: String, _ message: String) {
        self.isAvailable = isAvailable
        self.reason = reason
        self.message = message
    }

    package static let local = Availability(true, "Local", "Local APIServices are always available")
    package static let passed = Availability(true, "Passed", "all checks passed")

    package static func failedDiscovery(_ message: String) -> Availability { Availability(false, "FailedDiscoveryCheck", message) }

    /// What the service and its endpoints say, before anybody is asked; nil when nothing stands in the way.
    /// `endpoints` are the `EndpointSlice`s of the service.
    package static func obstacle(
        _ service: APIServiceRegistration.Service, _ object: Value?, endpoints: [Value]
    ) -> Availability? {
        let shown = "service/\(service.name) in \"\(service.namespace)\""
        guard let object else { return Availability(false, "ServiceNotFound", "\(shown) is not present") }
        let spec = object["spec"]
        if spec["type"].string == "ExternalName" { return nil }
        guard let port = spec["ports"].array.first(where: { $0["port"].int == service.port }) else {
            return Availability(false, "ServicePortError", "\(shown) is not listening on port \(service.port)")
        }
        if endpoints.isEmpty { return Availability(false, "EndpointsNotFound", "cannot find endpoints for \(shown)") }
        let portName = port["name"].string ?? ""
        let isReachable = endpoints.contains { slice in
            slice["ports"].array.contains { ($0["name"].string ?? "") == portName }
                && slice["endpoints"].array.contains { $0["conditions"]["ready"].bool != false && !$0["addresses"].array.isEmpty }
        }
        if isReachable { return nil }
        return Availability(
            false, "MissingEndpoints", "endpoints for \(shown) have no addresses with port name \"\(portName)\"")
    }

    /// The status with the condition as it is now; unchanged when it says so already.
    package func status(after old: Value, now: String) -> Value {
        var status = old.isObject ? old : .emptyObject
        var conditions = status["conditions"].array
        let state = isAvailable ? "True" : "False"
        let position = conditions.firstIndex { $0["type"].string == "Available" }
        var time = now
        if let position {
            let before = conditions[position]
            if before["status"].string == state {
                if before["reason"].string == reason, before["message"].string == message { return old }
                time = before["lastTransitionTime"].string ?? now
            }
        }
        let condition: Value = [
            "type": "Available", "status": .string(state), "lastTransitionTime": .string(time), "reason": .string(reason),
            "message": .string(message),
        ]
        if let position { conditions[position] = condition } else { conditions.append(condition) }
        status["conditions"] = .array(conditions)
        return status
    }
}
