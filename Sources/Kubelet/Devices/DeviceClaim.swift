import KubernetesTypes
import Objects

/// A ResourceClaim whose devices are, or will be, made ready on this node: what lies on the disk of it, so that nothing that a
/// driver did is forgotten by a kill.
struct DeviceClaim: Sendable, Equatable {
    var namespace: String
    var name: String
    var uid: String
    /// The uids of the pods that use it here.
    var pods: Set<String> = []
    /// By driver. Nil as long as the driver has not answered.
    var devices: [String: [DeviceDrivers.Prepared]?] = [:]

    init(_ claim: ResourceClaim) {
        namespace = claim.namespace
        name = claim.name
        uid = claim.uid
        for result in claim.value["status"]["allocation"]["devices"]["results"].array { devices[result["driver"].string ?? ""] = .some(nil) }
    }

    /// Reads what was written; nil when it makes no sense.
    init?(record: Value) {
        guard let namespace = record["namespace"].string, let name = record["name"].string, let uid = record["uid"].string else { return nil }
        self.namespace = namespace
        self.name = name
        self.uid = uid
        pods = Set(record["pods"].strings)
        for entry in record["drivers"].members {
            guard entry.value.isArray else {
                devices[entry.key] = .some(nil)
                continue
            }
            devices[entry.key] = entry.value.array.map { device in
                DeviceDrivers.Prepared(
                    requests: device["requests"].strings, pool: device["pool"].string ?? "", device: device["device"].string ?? "",
                    ids: device["cdi"].strings)
            }
        }
    }

    var record: Value {
        var drivers = Value.emptyObject
        for (name, prepared) in devices.sorted(by: { $0.key < $1.key }) {
            guard let prepared else {
                drivers[name] = .null
                continue
            }
            let list: [Value] = prepared.map { device in
                ["requests": Value(device.requests), "pool": .string(device.pool), "device": .string(device.device), "cdi": Value(device.ids)]
            }
            drivers[name] = .array(list)
        }
        return [
            "namespace": .string(namespace), "name": .string(name), "uid": .string(uid), "pods": Value(pods.sorted()), "drivers": drivers,
        ]
    }

    /// What the runtime calls the devices of a request; of all requests when none is named. The alternatives of a request
    /// (`request/alternative`) count as that request.
    func ids(request: String?) -> [String] { prepared(request: request).flatMap(\.device.ids) }

    /// The devices of a request, likewise.
    func prepared(request: String?) -> [(driver: String, device: DeviceDrivers.Prepared)] {
        devices.sorted { $0.key < $1.key }.flatMap { driver, all in (all ?? []).map { (driver, $0) } }.filter { _, device in
            guard let request, !device.requests.isEmpty else { return true }
            return device.requests.contains { $0 == request || $0.hasPrefix(request + "/") }
        }
    }

    /// The claims of a pod, by what its containers call them. Throws for one that is not made yet.
    static func names(_ pod: Pod) throws(HostFile.Failure) -> [(reference: String, name: String)] {
        let made = pod.value["status"]["resourceClaimStatuses"].array
        var found: [(reference: String, name: String)] = []
        for entry in pod.value["spec"]["resourceClaims"].array {
            let reference = entry["name"].string ?? ""
            if let name = entry["resourceClaimName"].string {
                found.append((reference, name))
            } else if let status = made.first(where: { $0["name"].string == reference }) {
                // Without a name no claim was needed.
                if let name = status["resourceClaimName"].string { found.append((reference, name)) }
            } else {
                throw HostFile.Failure(description: "resource claim \(reference) of the pod is not created yet")
            }
        }
        if let name = pod.value["status"]["extendedResourceClaimStatus"]["resourceClaimName"].string { found.append(("", name)) }
        return found
    }
}
