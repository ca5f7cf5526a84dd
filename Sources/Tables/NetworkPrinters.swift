import Objects

/// The kinds of networking.k8s.io and discovery.k8s.io.
enum NetworkPrinters {
    static let networking: [String: TablePrinter] = [
        "ingresses": ingresses, "ingressclasses": ingressClasses, "networkpolicies": networkPolicies, "servicecidrs": serviceCIDRs,
        "ipaddresses": addresses,
    ]
    static let discovery: [String: TablePrinter] = ["endpointslices": endpointSlices]

    /// What a load balancer answers under.
    static func addresses(_ loadBalancer: Value) -> [String] {
        var seen: Set<String> = []
        return loadBalancer["ingress"].array.compactMap { entry in
            let address = entry["ip"].string.flatMap { $0.isEmpty ? nil : $0 } ?? entry["hostname"].string ?? ""
            return address.isEmpty || !seen.insert(address).inserted ? nil : address
        }.sorted()
    }

    private static let ingresses = TablePrinter(["Class", "Hosts", "Address", "Ports", "Age"]) { row in
        let hosts = row.spec["rules"].array.compactMap { $0["host"].string }.filter { !$0.isEmpty }
        return [
            Row.text(row.spec["ingressClassName"], or: "<none>"), .string(hosts.isEmpty ? "*" : Row.list(hosts, limit: 3)),
            .string(addresses(row.status["loadBalancer"]).joined(separator: ",")),
            .string(row.spec["tls"].array.isEmpty ? "80" : "80, 443"), row.age,
        ]
    }

    private static let ingressClasses = TablePrinter(["Controller", "Parameters", "Age"]) { row in
        let parameters = row.spec["parameters"]
        var text = "<none>"
        if parameters.isObject {
            let group = parameters["apiGroup"].string.map { ".\($0)" } ?? ""
            text = "\(parameters["kind"].string ?? "")\(group)/\(parameters["name"].string ?? "")"
        }
        return [Row.text(row.spec["controller"]), .string(text), row.age]
    }

    private static let networkPolicies = TablePrinter(["Pod-Selector", "Age"]) { row in
        [SelectorText.cell(row.spec["podSelector"]), row.age]
    }

    private static let serviceCIDRs = TablePrinter(["CIDRs", "Age"]) { row in
        [.string(row.spec["cidrs"].strings.joined(separator: ",")), row.age]
    }

    private static let addresses = TablePrinter(["ParentRef"]) { row in
        let parent = row.spec["parentRef"]
        let group = parent["group"].string ?? ""
        let place = [parent["namespace"].string ?? "", parent["name"].string ?? ""].filter { !$0.isEmpty }
        let resource = (parent["resource"].string ?? "") + (group.isEmpty ? "" : "." + group)
        return [.string(([resource] + place).joined(separator: "/")), row.age]
    }

    private static let endpointSlices = TablePrinter(["AddressType", "Ports", "Endpoints", "Age"]) { row in
        let ports = row.object["ports"].array.map { $0["port"].int.map(String.init) ?? $0["name"].string ?? "*" }
        let endpoints = row.object["endpoints"].array.flatMap { $0["addresses"].strings }
        return [
            Row.text(row.object["addressType"]), .string(ports.isEmpty ? "<unset>" : Row.list(ports, limit: 3)),
            .string(endpoints.isEmpty ? "<unset>" : Row.list(endpoints, limit: 3)), row.age,
        ]
    }
}
