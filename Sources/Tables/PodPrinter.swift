import Objects

/// Pods: one word for all that can be the matter with them.
enum PodPrinter {
    static let printer = TablePrinter(
        ["Ready", "Status", "Restarts", "Age", "IP+", "Node+", "Nominated Node+", "Readiness Gates+"], conditions: conditions
    ) { row in
        let state = PodState(row)
        let address = row.status["podIPs"][0]["ip"].string ?? row.status["podIP"].string ?? ""
        return [
            .string("\(state.ready)/\(state.total)"), .string(state.reason), .string(state.restartsText(row)), row.age,
            .string(address.isEmpty ? "<none>" : address), Row.text(row.spec["nodeName"], or: "<none>"),
            Row.text(row.status["nominatedNodeName"], or: "<none>"), .string(readinessGates(row)),
        ]
    }

    @Sendable private static func conditions(_ pod: Value) -> [Value] {
        switch pod["status"]["phase"].string {
        case "Succeeded":
            return [["type": "Completed", "status": "True", "reason": "Succeeded", "message": "The pod has completed successfully."]]
        case "Failed": return [["type": "Completed", "status": "True", "reason": "Failed", "message": "The pod failed."]]
        default: return []
        }
    }

    private static func readinessGates(_ row: Row) -> String {
        let gates = row.spec["readinessGates"].array
        if gates.isEmpty { return "<none>" }
        let met = gates.filter { Row.isTrue(row.status["conditions"], $0["conditionType"].string ?? "") }
        return "\(met.count)/\(gates.count)"
    }
}

/// What a pod's containers say, put together.
private struct PodState {
    private(set) var ready = 0
    private(set) var total: Int
    private(set) var reason: String
    private var restarts: Int64 = 0
    private var lastRestart: Timestamp?
    private let sidecars: Set<String>

    init(_ row: Row) {
        let status = row.status
        reason = status["reason"].string.flatMap { $0.isEmpty ? nil : $0 } ?? status["phase"].string ?? ""
        for condition in status["conditions"].array
        where condition["type"].string == "PodScheduled" && condition["reason"].string == "SchedulingGated" {
            reason = "SchedulingGated"
        }
        let initContainers = row.spec["initContainers"].array
        sidecars = Set(initContainers.filter { $0["restartPolicy"].string == "Always" }.compactMap { $0["name"].string })
        total = row.spec["containers"].array.count + sidecars.count
        let isInitializing = addInitContainers(status["initContainerStatuses"].array, of: initContainers.count)
        if !isInitializing || Row.isTrue(status["conditions"], "Initialized") {
            addContainers(status["containerStatuses"].array, sidecars: status["initContainerStatuses"].array, status["conditions"])
        }
        guard row.isDeleted else { return }
        if status["reason"].string == "NodeLost" {
            reason = "Unknown"
        } else if status["phase"].string != "Succeeded", status["phase"].string != "Failed" {
            reason = "Terminating"
        }
    }

    private mutating func countRestarts(_ container: Value) {
        restarts += container["restartCount"].int ?? 0
        if let time = container["lastState"]["terminated"]["finishedAt"].string.flatMap({ Timestamp($0) }) {
            lastRestart = max(lastRestart ?? time, time)
        }
    }

    /// True when one of them is not done.
    private mutating func addInitContainers(_ statuses: [Value], of count: Int) -> Bool {
        for (index, container) in statuses.enumerated() {
            countRestarts(container)
            let state = container["state"]
            let terminated = state["terminated"]
            if terminated.isObject, (terminated["exitCode"].int ?? 0) == 0 { continue }
            if sidecars.contains(container["name"].string ?? ""), container["started"].bool == true {
                if container["ready"].bool == true { ready += 1 }
                continue
            }
            if terminated.isObject {
                reason = "Init:" + Self.reason(terminated)
            } else if let waiting = state["waiting"]["reason"].string, !waiting.isEmpty, waiting != "PodInitializing" {
                reason = "Init:" + waiting
            } else {
                reason = "Init:\(index)/\(count)"
            }
            return true
        }
        return false
    }

    private mutating func addContainers(_ statuses: [Value], sidecars initStatuses: [Value], _ conditions: Value) {
        restarts = 0
        lastRestart = nil
        for container in initStatuses where sidecars.contains(container["name"].string ?? "") { countRestarts(container) }
        var hasRunning = false
        for container in statuses.reversed() {
            countRestarts(container)
            let state = container["state"]
            if let waiting = state["waiting"]["reason"].string, !waiting.isEmpty {
                reason = waiting
            } else if state["terminated"].isObject {
                reason = Self.reason(state["terminated"])
            } else if container["ready"].bool == true, state["running"].isObject {
                hasRunning = true
                ready += 1
            }
        }
        if reason == "Completed", hasRunning { reason = Row.isTrue(conditions, "Ready") ? "Running" : "NotReady" }
    }

    private static func reason(_ terminated: Value) -> String {
        if let reason = terminated["reason"].string, !reason.isEmpty { return reason }
        if let signal = terminated["signal"].int, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(terminated["exitCode"].int ?? 0)"
    }

    func restartsText(_ row: Row) -> String {
        guard restarts != 0, let lastRestart else { return String(restarts) }
        return "\(restarts) (\(row.since(.string(lastRestart.text))) ago)"
    }
}
