import KubernetesTypes
import Objects
import ServiceProxy
import Testing

/// Builds the objects and keeps the rules of one table.
struct RuleFixture {
    let layout: TableLayout
    var rules: ServiceRules

    init() throws {
        let pods = try #require(IPNetwork("10.244.0.0/16"))
        layout = TableLayout(
            family: .v4, name: "martlet-t", podNetworks: [pods], localPodNetwork: IPNetwork("10.244.0.0/24"),
            serviceNetwork: IPNetwork("10.96.0.0/16"))
        rules = ServiceRules(layout, node: "here")
    }

    /// The commands of a change, one a line, without the table's name.
    mutating func change(_ events: ProxyEvent...) -> [String] {
        for event in events { rules.handle(event) }
        return Self.lines(rules.takeChange())
    }

    static func lines(_ change: RuleChange) -> [String] {
        change.commands.split(separator: "\n").map { String($0).replacing(" ip martlet-t", with: "") }
    }
}

enum Sample {
    static func service(_ name: String, _ address: String, _ spec: Value = .emptyObject, ports: [Value] = [port(80)]) -> KubernetesTypes.Service {
        var service = KubernetesTypes.Service(name: name, namespace: "default")
        service.value["spec"] = spec
        service.value["spec"]["clusterIP"] = .string(address)
        service.value["spec"]["clusterIPs"] = [.string(address)]
        service.value["spec"]["ports"] = .array(ports)
        return service
    }

    static func port(_ number: Int, _ name: String = "", transport: String = "TCP", nodePort: Int? = nil) -> Value {
        var port: Value = ["port": Value(number), "protocol": .string(transport)]
        if !name.isEmpty { port["name"] = .string(name) }
        if let nodePort { port["nodePort"] = Value(nodePort) }
        return port
    }

    static func slice(_ service: String, _ endpoints: [Value], port: Int = 8080, transport: String = "TCP", part: String = "a") -> EndpointSlice {
        var slice = EndpointSlice(name: "\(service)-\(part)", namespace: "default")
        slice.value["metadata"]["labels"] = ["kubernetes.io/service-name": .string(service)]
        slice.value["addressType"] = "IPv4"
        slice.value["endpoints"] = .array(endpoints)
        slice.value["ports"] = [["name": "", "port": Value(port), "protocol": .string(transport)]]
        return slice
    }

    static func endpoint(_ address: String, node: String = "there", ready: Bool = true, serving: Bool? = nil, terminating: Bool = false) -> Value {
        [
            "addresses": [.string(address)], "nodeName": .string(node),
            "conditions": ["ready": Value(ready), "serving": Value(serving ?? ready), "terminating": Value(terminating)],
        ]
    }
}
