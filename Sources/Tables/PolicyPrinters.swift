import Objects

/// Access, admission, scheduling, and whatever else the cluster's rules are made of.
enum PolicyPrinters {
    static let roles: [String: TablePrinter] = ["rolebindings": bindings, "clusterrolebindings": bindings]
    static let admission: [String: TablePrinter] = [
        "validatingwebhookconfigurations": webhooks, "mutatingwebhookconfigurations": webhooks,
        "validatingadmissionpolicies": policies("validations", "Validations#"), "validatingadmissionpolicybindings": policyBindings,
        "mutatingadmissionpolicies": policies("mutations", "Mutations#"), "mutatingadmissionpolicybindings": policyBindings,
    ]
    static let scheduling: [String: TablePrinter] = ["priorityclasses": priorityClasses]
    static let node: [String: TablePrinter] = ["runtimeclasses": runtimeClasses]
    static let coordination: [String: TablePrinter] = ["leases": leases]
    static let certificates: [String: TablePrinter] = ["certificatesigningrequests": signingRequests]
    static let flowControl: [String: TablePrinter] = [
        "flowschemas": flowSchemas, "prioritylevelconfigurations": priorityLevels,
    ]
    static let registration: [String: TablePrinter] = ["apiservices": apiServices]
    static let devices: [String: TablePrinter] = [
        "deviceclasses": aged, "resourceclaimtemplates": aged, "resourceclaims": claims, "resourceslices": slices,
    ]

    private static let aged = TablePrinter(["Age"]) { row in [row.age] }

    // MARK: access

    private static let bindings = TablePrinter(["Role", "Age", "Users+", "Groups+", "ServiceAccounts+"]) { row in
        let role = row.object["roleRef"]
        let subjects = row.object["subjects"].array
        func names(_ kind: String) -> Value {
            .string(
                subjects.filter { $0["kind"].string == kind }.map { subject in
                    let name = subject["name"].string ?? ""
                    return kind == "ServiceAccount" ? "\(subject["namespace"].string ?? "")/\(name)" : name
                }.joined(separator: ", "))
        }
        return [
            .string("\(role["kind"].string ?? "")/\(role["name"].string ?? "")"), row.age, names("User"), names("Group"),
            names("ServiceAccount"),
        ]
    }

    private static let signingRequests = TablePrinter(["Age", "SignerName", "Requestor", "RequestedDuration", "Condition"]) { row in
        let wanted = row.spec["expirationSeconds"].int.map { HumanDuration.text(seconds: $0) } ?? "<none>"
        let types = Set(row.status["conditions"].array.compactMap { $0["type"].string })
        var state = types.contains("Denied") ? "Denied" : types.contains("Approved") ? "Approved" : "Pending"
        if types.contains("Failed") { state += ",Failed" }
        if !(row.status["certificate"].string ?? "").isEmpty { state += ",Issued" }
        return [
            row.age, Row.text(row.spec["signerName"], or: "<none>"), Row.text(row.spec["username"]), .string(wanted), .string(state),
        ]
    }

    // MARK: admission

    private static let webhooks = TablePrinter(["Webhooks#", "Age"]) { row in [Value(row.object["webhooks"].array.count), row.age] }

    private static func policies(_ key: String, _ column: String) -> TablePrinter {
        TablePrinter([column, "ParamKind", "Age"]) { row in
            let kind = row.spec["paramKind"]
            let text = kind.isObject ? "\(kind["apiVersion"].string ?? "")/\(kind["kind"].string ?? "")" : "<unset>"
            return [Value(row.spec[key].array.count), .string(text), row.age]
        }
    }

    private static let policyBindings = TablePrinter(["PolicyName", "ParamRef", "Age"]) { row in
        let reference = row.spec["paramRef"]
        var text = "<unset>"
        if reference.isObject {
            let namespace = reference["namespace"].string ?? ""
            text = "\(namespace.isEmpty ? "*" : namespace)/\(reference["name"].string ?? "")"
        }
        return [Row.text(row.spec["policyName"]), .string(text), row.age]
    }

    // MARK: scheduling, nodes, leases

    private static let priorityClasses = TablePrinter(["Value#", "Global-Default?", "Age", "PreemptionPolicy"]) { row in
        [
            Row.number(row.object["value"]), .bool(row.object["globalDefault"].bool == true), row.age,
            Row.text(row.object["preemptionPolicy"], or: "PreemptLowerPriority"),
        ]
    }

    private static let runtimeClasses = TablePrinter(["Handler", "Age"]) { row in [Row.text(row.object["handler"]), row.age] }

    private static let leases = TablePrinter(["Holder", "Age"]) { row in [Row.text(row.spec["holderIdentity"]), row.age] }

    // MARK: flow control

    private static let flowSchemas = TablePrinter([
        "PriorityLevel", "MatchingPrecedence", "DistinguisherMethod", "Age", "MissingPL",
    ]) { row in
        let dangling = row.status["conditions"].array.first { $0["type"].string == "Dangling" }
        return [
            Row.text(row.spec["priorityLevelConfiguration"]["name"]), Row.number(row.spec["matchingPrecedence"]),
            Row.text(row.spec["distinguisherMethod"]["type"], or: "<none>"), row.age,
            .string(dangling?["status"].string ?? "?"),
        ]
    }

    private static let priorityLevels = TablePrinter([
        "Type", "NominalConcurrencyShares", "Queues", "HandSize", "QueueLengthLimit", "Age",
    ]) { row in
        let limited = row.spec["limited"]
        let isLimited = limited.isObject
        let shares = isLimited ? limited["nominalConcurrencyShares"] : row.spec["exempt"]["nominalConcurrencyShares"]
        let queuing = limited["limitResponse"]["queuing"]
        func cell(_ value: Value) -> Value { value.int.map(Value.int) ?? "<none>" }
        return [
            Row.text(row.spec["type"]), cell(shares), cell(queuing["queues"]), cell(queuing["handSize"]),
            cell(queuing["queueLengthLimit"]), row.age,
        ]
    }

    private static let apiServices = TablePrinter(["Service", "Available", "Age"]) { row in
        let service = row.spec["service"]
        let available = row.status["conditions"].array.first { $0["type"].string == "Available" }
        var state = available?["status"].string ?? "Unknown"
        if state != "True", let reason = available?["reason"].string { state += " (\(reason))" }
        let text = service.isObject ? "\(service["namespace"].string ?? "")/\(service["name"].string ?? "")" : "Local"
        return [.string(text), .string(state), row.age]
    }

    // MARK: devices

    private static let claims = TablePrinter(["State", "Age"]) { row in
        var states: [String] = row.isDeleted ? ["deleted"] : []
        if row.status["allocation"].isObject {
            states.append("allocated")
            if !row.status["reservedFor"].array.isEmpty { states.append("reserved") }
        } else if !row.isDeleted {
            states.append("pending")
        }
        return [.string(states.joined(separator: ",")), row.age]
    }

    private static let slices = TablePrinter(["Node", "Driver", "Pool", "Age"]) { row in
        let node = row.spec["nodeName"].string ?? (row.spec["allNodes"].bool == true ? "<all>" : "<unset>")
        return [.string(node), Row.text(row.spec["driver"]), Row.text(row.spec["pool"]["name"]), row.age]
    }
}
