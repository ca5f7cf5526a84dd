import Objects

/// The kinds that run pods, and those that say how many.
enum WorkloadPrinters {
    static let apps: [String: TablePrinter] = [
        "deployments": deployments, "replicasets": replicated, "statefulsets": statefulSets, "daemonsets": daemonSets,
        "controllerrevisions": controllerRevisions,
    ]
    static let batch: [String: TablePrinter] = ["jobs": jobs, "cronjobs": cronJobs]
    static let autoscaling: [String: TablePrinter] = ["horizontalpodautoscalers": autoscalers]
    static let policy: [String: TablePrinter] = ["poddisruptionbudgets": disruptionBudgets]

    private static func ratio(_ row: Row) -> Value {
        .string("\(row.status["readyReplicas"].int ?? 0)/\(row.spec["replicas"].int ?? 0)")
    }

    private static let deployments = TablePrinter(["Ready", "Up-to-date", "Available", "Age", "Containers+", "Images+", "Selector+"]) {
        row in
        [ratio(row), Row.number(row.status["updatedReplicas"]), Row.number(row.status["availableReplicas"]), row.age]
            + Row.containers(row.spec["template"]["spec"]) + [SelectorText.cell(row.spec["selector"])]
    }

    /// Replica sets and replication controllers.
    static let replicated = TablePrinter(["Desired#", "Current#", "Ready#", "Age", "Containers+", "Images+", "Selector+"]) { row in
        [
            Row.number(row.spec["replicas"]), Row.number(row.status["replicas"]), Row.number(row.status["readyReplicas"]), row.age,
        ] + Row.containers(row.spec["template"]["spec"]) + [SelectorText.cell(row.spec["selector"])]
    }

    private static let statefulSets = TablePrinter(["Ready", "Age", "Containers+", "Images+"]) { row in
        [ratio(row), row.age] + Row.containers(row.spec["template"]["spec"])
    }

    private static let daemonSets = TablePrinter([
        "Desired#", "Current#", "Ready#", "Up-to-date#", "Available#", "Node Selector", "Age", "Containers+", "Images+", "Selector+",
    ]) { row in
        let status = row.status
        let podSpec = row.spec["template"]["spec"]
        let counts = [
            "desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled", "numberAvailable",
        ].map { Row.number(status[$0]) }
        return counts + [SelectorText.cell(podSpec["nodeSelector"]), row.age] + Row.containers(podSpec)
            + [SelectorText.cell(row.spec["selector"])]
    }

    private static let controllerRevisions = TablePrinter(["Controller", "Revision", "Age"]) { row in
        let owner = row.metadata["ownerReferences"].array.first { $0["controller"].bool == true }
        var text = "<none>"
        if let owner {
            let group = (owner["apiVersion"].string ?? "").split(separator: "/").dropLast().first.map { ".\($0)" } ?? ""
            text = "\((owner["kind"].string ?? "").lowercased())\(group)/\(owner["name"].string ?? "")"
        }
        return [.string(text), Row.number(row.object["revision"]), row.age]
    }

    // MARK: jobs

    private static let jobs = TablePrinter(["Status", "Completions", "Duration", "Age", "Containers+", "Images+", "Selector+"]) { row in
        let done = row.status["succeeded"].int ?? 0
        let completions: String
        if let wanted = row.spec["completions"].int {
            completions = "\(done)/\(wanted)"
        } else {
            let parallel = row.spec["parallelism"].int ?? 0
            completions = parallel > 1 ? "\(done)/1 of \(parallel)" : "\(done)/1"
        }
        return [.string(jobStatus(row)), .string(completions), .string(duration(row)), row.age]
            + Row.containers(row.spec["template"]["spec"]) + [SelectorText.cell(row.spec["selector"])]
    }

    private static func jobStatus(_ row: Row) -> String {
        let conditions = row.status["conditions"]
        for type in ["Complete", "Failed"] where Row.isTrue(conditions, type) { return type }
        if row.isDeleted { return "Terminating" }
        for type in ["Suspended", "FailureTarget", "SuccessCriteriaMet"] where Row.isTrue(conditions, type) { return type }
        return "Running"
    }

    private static func duration(_ row: Row) -> String {
        guard let start = row.status["startTime"].string.flatMap({ Timestamp($0) }) else { return "" }
        let end = row.status["completionTime"].string.flatMap { Timestamp($0) } ?? row.now
        return HumanDuration.text(seconds: (end - start).components.seconds)
    }

    private static let cronJobs = TablePrinter([
        "Schedule", "Timezone", "Suspend?", "Active#", "Last Schedule", "Age", "Containers+", "Images+", "Selector+",
    ]) { row in
        let last = row.status["lastScheduleTime"]
        let template = row.spec["jobTemplate"]["spec"]
        let suspended = row.spec["suspend"].bool.map { $0 ? "True" : "False" } ?? "<unset>"
        return [
            Row.text(row.spec["schedule"]), Row.text(row.spec["timeZone"], or: "<none>"), .string(suspended),
            Value(row.status["active"].array.count), .string(last.isNull ? "<none>" : row.since(last)), row.age,
        ] + Row.containers(template["template"]["spec"]) + [SelectorText.cell(template["selector"])]
    }

    // MARK: scaling

    private static let autoscalers = TablePrinter(["Reference", "Targets", "MinPods", "MaxPods", "Replicas", "Age"]) { row in
        let target = row.spec["scaleTargetRef"]
        return [
            .string("\(target["kind"].string ?? "")/\(target["name"].string ?? "")"), .string(AutoscalerTargets.text(row)),
            Row.either(row.spec["minReplicas"], or: "<unset>"), Row.number(row.spec["maxReplicas"]),
            Row.number(row.status["currentReplicas"]), row.age,
        ]
    }

    private static let disruptionBudgets = TablePrinter(["Min Available", "Max Unavailable", "Allowed Disruptions#", "Age"]) { row in
        [
            Row.either(row.spec["minAvailable"], or: "N/A"), Row.either(row.spec["maxUnavailable"], or: "N/A"),
            Row.number(row.status["disruptionsAllowed"]), row.age,
        ]
    }
}

/// The targets of an autoscaler, each with where it stands.
private enum AutoscalerTargets {
    static func text(_ row: Row) -> String {
        // autoscaling/v1 has one target.
        if let percent = row.spec["targetCPUUtilizationPercentage"].int {
            let now = row.status["currentCPUUtilizationPercentage"].int.map { "\($0)%" } ?? "<unknown>"
            return "cpu: \(now)/\(percent)%"
        }
        let metrics = row.spec["metrics"].array
        if metrics.isEmpty { return "<none>" }
        let current = row.status["currentMetrics"].array
        let texts = metrics.enumerated().map { index, metric in
            metricText(metric, index < current.count ? current[index] : .null)
        }
        return Row.list(texts, limit: 2, separator: ", ")
    }

    private static func metricText(_ metric: Value, _ status: Value) -> String {
        let type = metric["type"].string ?? ""
        let key = type.prefix(1).lowercased() + type.dropFirst()
        let target = metric[key]["target"]
        let now = status[key]["current"]
        switch type {
        case "Resource", "ContainerResource":
            let name = metric[key]["name"].string ?? ""
            if let wanted = target["averageValue"].string { return "\(name): \(now["averageValue"].string ?? "<unknown>")/\(wanted)" }
            let wanted = target["averageUtilization"].int.map { "\($0)%" } ?? "<auto>"
            return "\(name): \(now["averageUtilization"].int.map { "\($0)%" } ?? "<unknown>")/\(wanted)"
        case "Pods": return "\(now["averageValue"].string ?? "<unknown>")/\(target["averageValue"].string ?? "")"
        case "Object", "External":
            if let wanted = target["averageValue"].string { return "\(now["averageValue"].string ?? "<unknown>")/\(wanted) (avg)" }
            return "\(now["value"].string ?? "<unknown>")/\(target["value"].string ?? "")"
        default: return "<unknown type>"
        }
    }
}
