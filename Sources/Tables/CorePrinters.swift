import Objects

/// The kinds of core/v1 but those about storage.
enum CorePrinters {
    static let all: [String: TablePrinter] = [
        "pods": PodPrinter.printer, "services": services, "nodes": nodes, "namespaces": namespaces, "secrets": secrets,
        "configmaps": configMaps, "serviceaccounts": serviceAccounts, "resourcequotas": resourceQuotas, "endpoints": endpoints,
        "podtemplates": podTemplates, "replicationcontrollers": WorkloadPrinters.replicated, "events": EventPrinter.printer,
        "componentstatuses": componentStatuses,
    ]

    private static let namespaces = TablePrinter(["Status", "Age"]) { row in [Row.text(row.status["phase"]), row.age] }

    private static let secrets = TablePrinter(["Type", "Data", "Age"]) { row in
        [Row.text(row.object["type"]), Value(row.object["data"].members.count), row.age]
    }

    private static let configMaps = TablePrinter(["Data", "Age"]) { row in
        [Value(row.object["data"].members.count + row.object["binaryData"].members.count), row.age]
    }

    private static let serviceAccounts = TablePrinter(["Age"]) { row in [row.age] }

    private static let podTemplates = TablePrinter(["Containers", "Images", "Pod Labels"]) { row in
        let template = row.object["template"]
        return Row.containers(template["spec"]) + [SelectorText.cell(template["metadata"]["labels"])]
    }

    private static let componentStatuses = TablePrinter(["Status", "Message", "Error"]) { row in
        let health = row.object["conditions"].array.first { $0["type"].string == "Healthy" } ?? .null
        let status = health["status"].string == "True" ? "Healthy" : health["status"].string == "False" ? "Unhealthy" : "Unknown"
        return [.string(status), Row.text(health["message"]), Row.text(health["error"])]
    }

    private static let resourceQuotas = TablePrinter(["Request", "Limit", "Age"]) { row in
        var requests: [String] = []
        var limits: [String] = []
        for (name, hard) in row.status["hard"].stringMap.sorted(by: { $0.key < $1.key }) {
            let text = "\(name): \(row.status["used"][name].string ?? "0")/\(hard)"
            if name.hasPrefix("limits.") { limits.append(text) } else { requests.append(text) }
        }
        return [.string(requests.joined(separator: ", ")), .string(limits.joined(separator: ", ")), row.age]
    }

    // MARK: services

    private static let services = TablePrinter(["Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "Selector+"]) { row in
        let spec = row.spec
        let address = spec["clusterIPs"][0].string ?? spec["clusterIP"].string ?? ""
        return [
            Row.text(spec["type"]), .string(address.isEmpty ? "<none>" : address), .string(externalAddress(row)), .string(ports(spec)),
            row.age, SelectorText.cell(spec["selector"]),
        ]
    }

    private static func externalAddress(_ row: Row) -> String {
        let stated = row.spec["externalIPs"].strings
        switch row.spec["type"].string {
        case "ExternalName": return row.spec["externalName"].string ?? ""
        case "LoadBalancer":
            let all = NetworkPrinters.addresses(row.status["loadBalancer"]) + stated
            return all.isEmpty ? "<pending>" : all.joined(separator: ",")
        default: return stated.isEmpty ? "<none>" : stated.joined(separator: ",")
        }
    }

    private static func ports(_ spec: Value) -> String {
        let texts = spec["ports"].array.map { port in
            let node = port["nodePort"].int ?? 0
            return "\(port["port"].int ?? 0)\(node > 0 ? ":\(node)" : "")/\(port["protocol"].string ?? "TCP")"
        }
        return texts.isEmpty ? "<none>" : texts.joined(separator: ",")
    }

    private static let endpoints = TablePrinter(["Endpoints", "Age"]) { row in
        var texts: [String] = []
        for subset in row.object["subsets"].array {
            let addresses = subset["addresses"].array.map { $0["ip"].string ?? "" }
            let ports = subset["ports"].array.compactMap { $0["port"].int }
            if ports.isEmpty { texts += addresses }
            for port in ports { texts += addresses.map { $0.contains(":") ? "[\($0)]:\(port)" : "\($0):\(port)" } }
        }
        return [.string(texts.isEmpty ? "<none>" : Row.list(texts, limit: 3)), row.age]
    }

    // MARK: nodes

    private static let nodes = TablePrinter([
        "Status", "Roles", "Age", "Version", "Internal-IP+", "External-IP+", "OS-Image+", "Kernel-Version+", "Container-Runtime+",
    ]) { row in
        let info = row.status["nodeInfo"]
        let kernel = info["kernelVersion"].string ?? ""
        let architecture = info["architecture"].string ?? ""
        let kernelText = kernel.isEmpty ? "<unknown>" : architecture.isEmpty ? kernel : "\(kernel) (\(architecture))"
        return [
            .string(nodeStatus(row)), .string(roles(row.metadata["labels"])), row.age, Row.text(info["kubeletVersion"]),
            .string(address(row.status, "InternalIP")), .string(address(row.status, "ExternalIP")),
            Row.text(info["osImage"], or: "<unknown>"), .string(kernelText),
            Row.text(info["containerRuntimeVersion"], or: "<unknown>"),
        ]
    }

    private static func nodeStatus(_ row: Row) -> String {
        let ready = row.status["conditions"].array.first { $0["type"].string == "Ready" }
        let state = ready.map { $0["status"].string == "True" ? "Ready" : "NotReady" } ?? "Unknown"
        return row.spec["unschedulable"].bool == true ? state + ",SchedulingDisabled" : state
    }

    private static func roles(_ labels: Value) -> String {
        let prefix = "node-role.kubernetes.io/"
        var roles: Set<String> = []
        for (key, value) in labels.stringMap {
            if key.hasPrefix(prefix), key.count > prefix.count { roles.insert(String(key.dropFirst(prefix.count))) }
            if key == "kubernetes.io/role", !value.isEmpty { roles.insert(value) }
        }
        return roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ",")
    }

    private static func address(_ status: Value, _ type: String) -> String {
        status["addresses"].array.first { $0["type"].string == type }?["address"].string ?? "<none>"
    }
}

/// Events of both groups; events.k8s.io has other names for the same things.
enum EventPrinter {
    static let printer = TablePrinter(
        columns: ["Last Seen", "Type", "Reason", "Object", "Subobject+", "Source+", "Message", "First Seen+", "Count+"].map(TablePrinter.column)
            + [TableColumn("Name", format: "name", description: nameDescription, priority: 1)],
        cells: { event, now in cells(Row(object: event, now: now)) })

    static let events: [String: TablePrinter] = ["events": printer]

    private static func either(_ event: Value, _ name: String, _ other: String) -> Value {
        event.contains(name) && !event[name].isEmptyForJSON ? event[name] : event[other]
    }

    private static func cells(_ row: Row) -> [Value] {
        let event = row.object
        let first = either(event, "firstTimestamp", "deprecatedFirstTimestamp")
        let last = either(event, "lastTimestamp", "deprecatedLastTimestamp")
        let firstText = row.since(first.isNull ? event["eventTime"] : first)
        var lastText = last.isNull ? firstText : row.since(last)
        var count = either(event, "count", "deprecatedCount").int ?? 0
        if event["series"].isObject {
            lastText = row.since(event["series"]["lastObservedTime"])
            count = event["series"]["count"].int ?? 0
        } else if count == 0 {
            count = 1
        }
        let subject = either(event, "involvedObject", "regarding")
        let kind = (subject["kind"].string ?? "").lowercased()
        let name = subject["name"].string ?? ""
        let message = either(event, "message", "note").string ?? ""
        return [
            .string(lastText), Row.text(event["type"]), Row.text(event["reason"]), .string(name.isEmpty ? kind : "\(kind)/\(name)"),
            Row.text(subject["fieldPath"]), .string(source(event)), .string(trimmed(message)), .string(firstText), .int(count),
            event["metadata"]["name"],
        ]
    }

    private static func source(_ event: Value) -> String {
        let stated = either(event, "source", "deprecatedSource")
        var component = stated["component"].string ?? ""
        var host = stated["host"].string ?? ""
        if component.isEmpty {
            component = either(event, "reportingComponent", "reportingController").string ?? ""
            host = event["reportingInstance"].string ?? ""
        }
        return host.isEmpty ? component : "\(component), \(host)"
    }

    private static func trimmed(_ text: String) -> String {
        var slice = text[...]
        while slice.first?.isWhitespace == true { slice = slice.dropFirst() }
        while slice.last?.isWhitespace == true { slice = slice.dropLast() }
        return String(slice)
    }
}
