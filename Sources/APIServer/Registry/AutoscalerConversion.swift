import Objects

/// HorizontalPodAutoscaler in version 1, which knows one target: the average use of CPU. Everything else of version 2 stands
/// in annotations there.
enum AutoscalerConversion {
    private static let prefix = "autoscaling.alpha.kubernetes.io/"
    private static let metrics = prefix + "metrics"
    private static let currentMetrics = prefix + "current-metrics"
    private static let behavior = prefix + "behavior"
    private static let conditions = prefix + "conditions"

    static let conversion = VersionConversion(toStorage: toStorage, fromStorage: fromStorage, changesAnnotations: true)

    // MARK: from version 1

    private static func toStorage(_ old: Value) -> Value {
        var new = old
        func annotation(_ name: String) -> Value { old["metadata"]["annotations"][name].string.flatMap { try? Value(json: $0) } ?? .null }
        var specs = annotation(metrics).array.compactMap { MetricForm.target.laterForm($0) }
        if let percent = new["spec"].remove("targetCPUUtilizationPercentage")?.int {
            specs.append([
                "type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": .int(percent)]],
            ])
        }
        if !specs.isEmpty { new["spec"]["metrics"] = .array(specs) }
        let rules = annotation(behavior)
        if rules.isObject { new["spec"]["behavior"] = lowered(rules) }
        var current = annotation(currentMetrics).array.compactMap { MetricForm.current.laterForm($0) }
        if let percent = new["status"].remove("currentCPUUtilizationPercentage")?.int,
            !current.contains(where: { $0["resource"]["name"].string == "cpu" })
        {
            current.append(["type": "Resource", "resource": ["name": "cpu", "current": ["averageUtilization": .int(percent)]]])
        }
        if !current.isEmpty { new["status"]["currentMetrics"] = .array(current) }
        let states = annotation(conditions)
        if !states.array.isEmpty { new["status"]["conditions"] = states }
        dropAnnotations(&new)
        return new
    }

    private static func dropAnnotations(_ object: inout Value) {
        var annotations = object["metadata"]["annotations"]
        for name in [metrics, currentMetrics, behavior, conditions] { annotations.remove(name) }
        object["metadata"].set("annotations", annotations.members.isEmpty ? nil : annotations)
    }

    // MARK: to version 1

    private static func fromStorage(_ new: Value) -> Value {
        var old = new
        dropAnnotations(&old)
        var annotations = old["metadata"]["annotations"].isObject ? old["metadata"]["annotations"] : .emptyObject
        var others: [Value] = []
        for metric in old["spec"].remove("metrics")?.array ?? [] {
            let percent = metric["resource"]["target"]["averageUtilization"]
            if metric["resource"]["name"].string == "cpu", !percent.isNull {
                old["spec"]["targetCPUUtilizationPercentage"] = percent
            } else {
                others.append(MetricForm.target.firstForm(metric))
            }
        }
        if !others.isEmpty { annotations[metrics] = .string(Value.array(others).jsonString) }
        let current = old["status"].remove("currentMetrics")?.array ?? []
        for metric in current where metric["resource"]["name"].string == "cpu" {
            let percent = metric["resource"]["current"]["averageUtilization"]
            if !percent.isNull { old["status"]["currentCPUUtilizationPercentage"] = percent }
        }
        if !current.isEmpty {
            annotations[currentMetrics] = .string(Value.array(current.map { MetricForm.current.firstForm($0) }).jsonString)
        }
        if let rules = old["spec"].remove("behavior"), rules.isObject { annotations[behavior] = .string(raised(rules).jsonString) }
        if let states = old["status"].remove("conditions"), !states.array.isEmpty { annotations[conditions] = .string(states.jsonString) }
        old["metadata"].set("annotations", annotations.members.isEmpty ? nil : annotations)
        if old["status"]["currentReplicas"].isNull { old["status"]["currentReplicas"] = 0 }
        return old
    }

    // MARK: behaviour

    /// The annotation names the fields as Go does, with a capital, and leaves none out.
    private static func raised(_ rules: Value) -> Value {
        func direction(_ rule: Value) -> Value {
            guard rule.isObject else { return .null }
            let policies: [Value] = rule["policies"].array.map { policy in
                ["Type": policy["type"], "Value": policy["value"], "PeriodSeconds": policy["periodSeconds"]]
            }
            return [
                "StabilizationWindowSeconds": rule["stabilizationWindowSeconds"], "SelectPolicy": rule["selectPolicy"],
                "Policies": rule["policies"].isNull ? .null : .array(policies), "Tolerance": rule["tolerance"],
            ]
        }
        return ["ScaleUp": direction(rules["scaleUp"]), "ScaleDown": direction(rules["scaleDown"])]
    }

    private static func lowered(_ value: Value) -> Value {
        switch value {
        case .object(let members):
            var lower = Members()
            for entry in members where !entry.value.isNull {
                lower[entry.key.prefix(1).lowercased() + entry.key.dropFirst()] = lowered(entry.value)
            }
            return .object(lower)
        case .array(let items): return .array(items.map(lowered))
        default: return value
        }
    }
}

/// A metric of version 2 (name and selector in `metric`, amounts in `target` or `current`) and as version 1 has it, flat.
private struct MetricForm {
    static let target = MetricForm(place: "target", value: "targetValue", average: "targetAverageValue", percent: "targetAverageUtilization", hasType: true)
    static let current = MetricForm(place: "current", value: "currentValue", average: "currentAverageValue", percent: "currentAverageUtilization", hasType: false)

    let place: String
    let value: String
    let average: String
    let percent: String
    let hasType: Bool

    private static let sources = [
        "Resource": "resource", "Pods": "pods", "Object": "object", "External": "external", "ContainerResource": "containerResource",
    ]

    func firstForm(_ metric: Value) -> Value {
        guard let type = metric["type"].string, let source = Self.sources[type] else { return metric }
        let stated = metric[source], amounts = stated[place]
        var flat = Value.emptyObject
        func put(_ name: String, _ value: Value) { if !value.isNull { flat[name] = value } }
        switch type {
        case "Resource", "ContainerResource":
            put("name", stated["name"])
            put(percent, amounts["averageUtilization"])
            put(average, amounts["averageValue"])
            put("container", stated["container"])
        case "Pods":
            put("metricName", stated["metric"]["name"])
            put(average, amounts["averageValue"])
            put("selector", stated["metric"]["selector"])
        case "Object":
            put("target", stated["describedObject"])
            put("metricName", stated["metric"]["name"])
            put(value, amounts["value"])
            put("selector", stated["metric"]["selector"])
            put("averageValue", amounts["averageValue"])
        default:
            put("metricName", stated["metric"]["name"])
            put("metricSelector", stated["metric"]["selector"])
            put(value, amounts["value"])
            put(average, amounts["averageValue"])
        }
        return ["type": .string(type), source: flat]
    }

    func laterForm(_ metric: Value) -> Value? {
        guard let type = metric["type"].string, let source = Self.sources[type], metric[source].isObject else { return nil }
        let flat = metric[source]
        var amounts = Value.emptyObject
        func put(_ name: String, _ value: Value, _ kind: String) {
            if value.isNull { return }
            amounts[name] = value
            if hasType { amounts["type"] = .string(kind) }
        }
        put("value", flat[value], "Value")
        put("averageValue", type == "Object" ? flat["averageValue"] : flat[average], "AverageValue")
        put("averageUtilization", flat[percent], "Utilization")
        var stated: Value = [place: amounts]
        for name in ["name", "container"] where !flat[name].isNull { stated[name] = flat[name] }
        if let name = flat["metricName"].string {
            stated["metric"] = ["name": .string(name)]
            let selector = type == "External" ? flat["metricSelector"] : flat["selector"]
            if !selector.isNull { stated["metric"]["selector"] = selector }
        }
        if type == "Object" { stated["describedObject"] = flat["target"] }
        return ["type": .string(type), source: stated]
    }
}
