import Objects
import Schema

/// Kinds that are served in several versions and stored in one.
enum BuiltInConversions {
    /// The resource whose store a served resource shares, and how it converts; nil when it has a store of its own.
    static func shared(_ kind: KindDescription) -> (GroupVersionKind, VersionConversion)? {
        if let stable = EarlierVersions.stable(kind.id) { return (stable, EarlierVersions.conversion(kind.id)) }
        switch (kind.id.group, kind.resource, kind.id.version) {
        case ("events.k8s.io", "events", "v1"):
            return (GroupVersionKind(group: "", version: "v1", kind: "Event"), events)
        case ("autoscaling", "horizontalpodautoscalers", "v1"):
            return (GroupVersionKind(group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler"), AutoscalerConversion.conversion)
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
}
