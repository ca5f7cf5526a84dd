import KubernetesTypes
import Objects
import Schema
import Strategies

/// Limit ranges: what containers get when they say nothing, and the bounds of what they may say.
///
/// The bounds are looked at last: webhooks and policies may have added containers.
struct LimitRanger: MutatingAdmission, ValidatingAdmission {
    let name = "LimitRanger"
    let callsOthers = false
    let ranges: ResourceStore

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.resource.description == "pods", attributes.operation == .create, attributes.subresource.isEmpty else { return }
        for range in ranges.all(in: attributes.namespace) { LimitDefaults.apply(range.value, to: &attributes.object) }
    }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        let isPod = attributes.resource.description == "pods", isClaim = attributes.resource.description == "persistentvolumeclaims"
        guard isPod || isClaim, attributes.operation == .create || attributes.operation == .update else { return }
        if isPod, attributes.operation == .update, attributes.subresource != "resize" { return }
        if attributes.operation == .create || isClaim, !attributes.subresource.isEmpty { return }
        // What is going away is nobody's burden any more.
        if attributes.object["metadata"]["deletionTimestamp"].string != nil { return }
        for range in ranges.all(in: attributes.namespace) {
            let problems = isPod
                ? LimitCheck.pod(attributes.object, range.value) : LimitCheck.claim(attributes.object, range.value)
            guard !problems.isEmpty else { continue }
            let text = problems.count == 1 ? problems[0] : "[\(problems.joined(separator: ", "))]"
            throw .forbidden(attributes.resource, attributes.name, text)
        }
    }
}

private enum LimitDefaults {
    static func apply(_ range: Value, to pod: inout Value) {
        var limits: [String: Value] = [:]
        var requests: [String: Value] = [:]
        for item in range["spec"]["limits"].array where item["type"].string == "Container" {
            for entry in item["default"].members { limits[entry.key] = entry.value }
            for entry in item["defaultRequest"].members { requests[entry.key] = entry.value }
        }
        var done: [String] = []
        for (list, label) in [("containers", "container"), ("initContainers", "init container")] {
            for index in pod["spec"][list].array.indices {
                let name = pod["spec"][list][index]["name"].string ?? ""
                let added = fill(&pod["spec"][list][index]["resources"], "requests", requests)
                if !added.isEmpty { done.append("\(added.joined(separator: ", ")) request for \(label) \(name)") }
                let capped = fill(&pod["spec"][list][index]["resources"], "limits", limits)
                if !capped.isEmpty { done.append("\(capped.joined(separator: ", ")) limit for \(label) \(name)") }
            }
        }
        guard !done.isEmpty else { return }
        pod["metadata"]["annotations"]["kubernetes.io/limit-ranger"] = .string("LimitRanger plugin set: " + done.joined(separator: "; "))
    }

    private static func fill(_ resources: inout Value, _ kind: String, _ defaults: [String: Value]) -> [String] {
        var added: [String] = []
        for (name, amount) in defaults.sorted(by: { $0.key < $1.key }) where resources[kind][name].isNull {
            resources[kind][name] = amount
            added.append(name)
        }
        if !added.isEmpty, case .object(var members) = resources[kind] {
            members.sortByKey()
            resources[kind] = .object(members)
        }
        return added
    }
}

private enum LimitCheck {
    static func pod(_ pod: Value, _ range: Value) -> [String] {
        var problems: [String] = []
        for item in range["spec"]["limits"].array {
            switch item["type"].string {
            case "Container":
                for list in ["containers", "initContainers"] {
                    for container in pod["spec"][list].array {
                        bounds(item, container["resources"]["requests"], container["resources"]["limits"], &problems)
                    }
                }
            case "Pod":
                let (requests, limits) = totals(pod["spec"])
                bounds(item, requests, limits, &problems)
            default: continue
            }
        }
        return problems
    }

    /// What the pod asks for in all. A limit counts only when every container has one.
    private static func totals(_ spec: Value) -> (requests: Value, limits: Value) {
        var sums: [String: Value] = [:]
        for kind in ["requests", "limits"] {
            var amounts = Value.emptyObject
            let containers = spec["containers"].array + spec["initContainers"].array
            for name in Set(containers.flatMap { $0["resources"][kind].members.keys }).sorted() {
                if kind == "limits", !spec["containers"].array.allSatisfy({ !$0["resources"][kind][name].isNull }) { continue }
                amounts[name] = .string(PodRequests.total(of: spec, name, kind: kind).text)
            }
            for entry in spec["resources"][kind].members { amounts[entry.key] = entry.value }
            sums[kind] = amounts
        }
        return (sums["requests"] ?? .emptyObject, sums["limits"] ?? .emptyObject)
    }

    static func claim(_ claim: Value, _ range: Value) -> [String] {
        var problems: [String] = []
        let requests = claim["spec"]["resources"]["requests"]
        for item in range["spec"]["limits"].array where item["type"].string == "PersistentVolumeClaim" {
            minimum(item, requests, .null, &problems)
            for entry in item["max"].members {
                guard let bound = Quantity(entry.value) else { continue }
                let what = "maximum \(entry.key) usage per PersistentVolumeClaim is \(bound.text)"
                guard let request = Quantity(requests[entry.key]) else {
                    problems.append("\(what).  No request is specified")
                    continue
                }
                if request > bound { problems.append("\(what), but request is \(request.text)") }
            }
        }
        return problems
    }

    private static func bounds(_ item: Value, _ requests: Value, _ limits: Value, _ problems: inout [String]) {
        minimum(item, requests, limits, &problems)
        let type = item["type"].string ?? ""
        for entry in item["max"].members {
            guard let bound = Quantity(entry.value) else { continue }
            let what = "maximum \(entry.key) usage per \(type) is \(bound.text)"
            guard let limit = Quantity(limits[entry.key]) else {
                problems.append("\(what).  No limit is specified")
                continue
            }
            if limit > bound {
                problems.append("\(what), but limit is \(limit.text)")
            } else if let request = Quantity(requests[entry.key]), request > bound {
                problems.append("\(what), but request is \(request.text)")
            }
        }
        for entry in item["maxLimitRequestRatio"].members { ratio(entry, type, requests, limits, &problems) }
    }

    private static func minimum(_ item: Value, _ requests: Value, _ limits: Value, _ problems: inout [String]) {
        let type = item["type"].string ?? ""
        for entry in item["min"].members {
            guard let bound = Quantity(entry.value) else { continue }
            let what = "minimum \(entry.key) usage per \(type) is \(bound.text)"
            guard let request = Quantity(requests[entry.key]) else {
                problems.append("\(what).  No request is specified")
                continue
            }
            if request < bound {
                problems.append("\(what), but request is \(request.text)")
            } else if let limit = Quantity(limits[entry.key]), limit < bound {
                problems.append("\(what), but limit is \(limit.text)")
            }
        }
    }

    private static func ratio(
        _ entry: Members.Entry, _ type: String, _ requests: Value, _ limits: Value, _ problems: inout [String]
    ) {
        guard let bound = Quantity(entry.value) else { return }
        let what = "\(entry.key) max limit to request ratio per \(type) is \(bound.text)"
        guard let request = Quantity(requests[entry.key]), !request.isZero else {
            problems.append("\(what), but no request is specified or request is 0")
            return
        }
        guard let limit = Quantity(limits[entry.key]), !limit.isZero else {
            problems.append("\(what), but no limit is specified or limit is 0")
            return
        }
        let actual = Double(limit.nanos) / Double(request.nanos)
        if actual > Double(bound.nanos) / 1e9 {
            // Six decimals, as Go prints them.
            let micro = Int64((actual * 1e6).rounded())
            let fraction = String(micro % 1_000_000)
            let zeros = String(repeating: "0", count: 6 - fraction.count)
            problems.append("\(what), but provided ratio is \(micro / 1_000_000).\(zeros)\(fraction)")
        }
    }
}
