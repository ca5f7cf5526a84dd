import KubernetesTypes
import Objects

/// What is wrong with the addresses and ports of the stored services, as it may come from a restored store or from
/// networks that were changed.
enum AllocationRepair {
    struct Finding: Sendable, Hashable {
        let service: String
        let namespace: String
        let reason: String
        let message: String
    }

    /// Of services that share something the first, by age and name, keeps it without a word.
    static func findings(_ services: [Value], networks: [IPNetwork]) -> [Finding] {
        var findings: [Finding] = []
        var addresses: [NetworkAddress: String] = [:]
        var ports: [Int64: Set<String>] = [:]
        let ordered = services.sorted {
            let (one, other) = ($0["metadata"], $1["metadata"])
            let times = (one["creationTimestamp"].string ?? "", other["creationTimestamp"].string ?? "")
            return times.0 == times.1 ? (one["name"].string ?? "") < (other["name"].string ?? "") : times.0 < times.1
        }
        for service in ordered where service["spec"]["type"].string != "ExternalName" {
            let name = service["metadata"]["name"].string ?? "", namespace = service["metadata"]["namespace"].string ?? ""
            func note(_ reason: String, _ message: String) {
                findings.append(Finding(service: name, namespace: namespace, reason: reason, message: message))
            }
            for text in service["spec"]["clusterIPs"].strings where text != "None" {
                let family = text.contains(":") ? "IPv6" : "IPv4"
                guard let address = NetworkAddress(text) else {
                    note("ClusterIPNotValid", "Cluster IP \(text) is not a valid IP; please recreate Service")
                    continue
                }
                if !networks.contains(where: { ServiceAddresses.isUsable(address, in: $0) }) {
                    note("ClusterIPOutOfRange", "Cluster IP [\(family)]: \(text) is not within any configured Service CIDR; please recreate service")
                } else if let holder = addresses[address], holder != "\(namespace)/\(name)" {
                    note("ClusterIPAlreadyAllocated", "Cluster IP [\(family)]: \(text) assigned to multiple services; please recreate")
                } else {
                    addresses[address] = "\(namespace)/\(name)"
                }
            }
            var own: Set<Int64> = []
            for port in service["spec"]["ports"].array {
                guard let number = port["nodePort"].int, number > 0 else { continue }
                if !ServiceAddresses.nodePorts.contains(number) {
                    note("PortOutOfRange", "Port \(number) is not within the port range 30000-32767; please recreate")
                } else if ports[number] != nil, !own.contains(number) {
                    note("PortAlreadyAllocated", "Port \(number) was assigned to multiple services; please recreate")
                } else {
                    own.insert(number)
                    ports[number, default: []].insert(port["protocol"].string ?? "TCP")
                }
            }
        }
        return findings
    }

    /// The event that tells of a finding.
    static func event(_ finding: Finding, of service: Value) -> Value {
        let now = Timestamp.now()
        let suffix = String(UInt64(now.seconds) &* 1_000_000_000 &+ UInt64(now.nanoseconds), radix: 16)
        return [
            "kind": "Event", "apiVersion": "v1",
            "metadata": ["name": .string("\(finding.service).\(suffix)"), "namespace": .string(finding.namespace)],
            "involvedObject": [
                "kind": "Service", "apiVersion": "v1", "namespace": .string(finding.namespace), "name": .string(finding.service),
                "uid": service["metadata"]["uid"], "resourceVersion": service["metadata"]["resourceVersion"],
            ],
            "reason": .string(finding.reason), "message": .string(finding.message), "type": "Warning", "count": 1,
            "source": ["component": "ipallocator-repair-controller"], "reportingComponent": "ipallocator-repair-controller",
            "firstTimestamp": .string(now.text), "lastTimestamp": .string(now.text), "eventTime": .null,
        ]
    }
}
