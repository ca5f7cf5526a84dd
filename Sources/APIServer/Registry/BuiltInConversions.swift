import Objects
import Schema

/// Kinds that are served in several versions and stored in one.
enum BuiltInConversions {
    /// The resource whose store a served resource shares, and how it converts; nil when it has a store of its own.
    static func shared(_ resource: GroupResource, version: String) -> (GroupVersionKind, VersionConversion)? {
        switch (resource.group, resource.resource, version) {
        case ("events.k8s.io", "events", "v1"):
            return (GroupVersionKind(group: "", version: "v1", kind: "Event"), events)
        case ("autoscaling", "horizontalpodautoscalers", "v1"):
            return (GroupVersionKind(group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler"), autoscalers)
        default: return nil
        }
    }

    private static func renamed(_ value: Value, _ names: [(String, String)]) -> Value {
        var result = value
        for (from, to) in names where result.contains(from) { result.set(to, result.remove(from)) }
        return result
    }

    /// The names of events.k8s.io/v1 and what core/v1 calls them.
    private static let eventNames = [
        ("regarding", "involvedObject"), ("note", "message"), ("reportingController", "reportingComponent"),
        ("deprecatedSource", "source"), ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"), ("deprecatedCount", "count"),
    ]

    private static let events = VersionConversion(
        toStorage: { event in
            var stored = renamed(event, eventNames)
            if case .object(var series) = stored["series"] {
                series.keep { $0.key == "count" || $0.key == "lastObservedTime" }
                stored["series"] = .object(series)
            }
            for name in ["source", "firstTimestamp", "lastTimestamp"] where !stored.contains(name) {
                stored[name] = name == "source" ? .emptyObject : .null
            }
            return stored
        },
        fromStorage: { stored in
            var event = renamed(stored, eventNames.map { ($0.1, $0.0) })
            for name in ["reportingController", "reportingInstance"] where event[name].string == "" { event.remove(name) }
            return event
        },
        selectorNames: eventSelectors)

    private static let eventSelectors: [String: String] = {
        var names = ["reason": "reason", "type": "type", "reportingController": "reportingComponent"]
        for part in ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"] {
            names["regarding.\(part)"] = "involvedObject.\(part)"
        }
        return names
    }()

    /// v1 knows one target: the average use of CPU.
    private static let autoscalers = VersionConversion(
        toStorage: { old in
            var new = old
            if let target = new["spec"].remove("targetCPUUtilizationPercentage"), let percent = target.int {
                new["spec"]["metrics"] = [
                    [
                        "type": "Resource",
                        "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": .int(percent)]],
                    ]
                ]
            }
            if let current = new["status"].remove("currentCPUUtilizationPercentage"), let percent = current.int {
                new["status"]["currentMetrics"] = [
                    ["type": "Resource", "resource": ["name": "cpu", "current": ["averageUtilization": .int(percent)]]]
                ]
            }
            return new
        },
        fromStorage: { new in
            var old = new
            if let metrics = old["spec"].remove("metrics") {
                for metric in metrics.array where metric["resource"]["name"].string == "cpu" {
                    let percent = metric["resource"]["target"]["averageUtilization"]
                    if !percent.isNull { old["spec"]["targetCPUUtilizationPercentage"] = percent }
                }
            }
            if let metrics = old["status"].remove("currentMetrics") {
                for metric in metrics.array where metric["resource"]["name"].string == "cpu" {
                    let percent = metric["resource"]["current"]["averageUtilization"]
                    if !percent.isNull { old["status"]["currentCPUUtilizationPercentage"] = percent }
                }
            }
            old["spec"].remove("behavior")
            old["status"].remove("conditions")
            return old
        })
}
