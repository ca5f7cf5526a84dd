package import Objects

/// A `KubeSchedulerConfiguration` (`kubescheduler.config.k8s.io/v1`): profiles, extenders, back-offs.
package struct SchedulerConfiguration: Sendable {
    /// What is wrong with a file, and where.
    package struct Problem: Error, CustomStringConvertible, Hashable {
        package let description: String

        init(_ path: String, _ what: String) { description = "\(path): \(what)" }
    }

    var profiles = [SchedulingProfile()]
    var extenders: [ExtenderSettings] = []
    var firstBackOff: Duration = .seconds(1)
    var longestBackOff: Duration = .seconds(10)

    /// What holds when nobody says otherwise.
    package init() {}

    package init(_ file: Value) throws(Problem) {
        guard file["kind"].string == "KubeSchedulerConfiguration" else { throw Problem("kind", "must be KubeSchedulerConfiguration") }
        guard file["apiVersion"].string == "kubescheduler.config.k8s.io/v1" else { throw Problem("apiVersion", "must be kubescheduler.config.k8s.io/v1") }
        let first = file["podInitialBackoffSeconds"].int ?? 1
        let longest = file["podMaxBackoffSeconds"].int ?? 10
        if first <= 0 { throw Problem("podInitialBackoffSeconds", "Invalid value: \(first): must be greater than 0") }
        if longest < first { throw Problem("podMaxBackoffSeconds", "Invalid value: \(longest): must be greater than or equal to PodInitialBackoffSeconds") }
        firstBackOff = .seconds(first)
        longestBackOff = .seconds(longest)
        let percentage = try Self.percentage(file, "percentageOfNodesToScore")
        let list = file["profiles"].array
        var names: Set<String> = []
        if !list.isEmpty { profiles = [] }
        for (index, entry) in list.enumerated() {
            let path = "profiles[\(index)]"
            var profile = SchedulingProfile()
            profile.percentageOfNodesToScore = percentage
            try profile.apply(entry, path)
            if !names.insert(profile.name).inserted { throw Problem("\(path).schedulerName", "Duplicate value: \"\(profile.name)\"") }
            profiles.append(profile)
        }
        if list.isEmpty { profiles[0].percentageOfNodesToScore = percentage }
        for (index, entry) in file["extenders"].array.enumerated() { extenders.append(try ExtenderSettings(entry, "extenders[\(index)]")) }
        if extenders.count(where: { !$0.bindVerb.isEmpty }) > 1 { throw Problem("extenders", "Invalid value: only one extender can implement bind") }
        for index in profiles.indices {
            profiles[index].ignoredResources.formUnion(extenders.flatMap(\.ignoredResources))
        }
    }

    static func percentage(_ value: Value, _ name: String, _ path: String = "") throws(Problem) -> Int {
        guard let number = value[name].int else { return 0 }
        if !(0...100).contains(number) { throw Problem(path + name, "Invalid value: \(number): not in valid range [0-100]") }
        return Int(number)
    }
}

extension SchedulingProfile {
    typealias Problem = SchedulerConfiguration.Problem

    private static let filterNames: [String: Filters] = [
        "NodeUnschedulable": .unschedulable, "NodeName": .nodeName, "TaintToleration": .taints, "NodeAffinity": .nodeAffinity, "NodePorts": .ports,
        "NodeResourcesFit": .resources, "VolumeRestrictions": .volumeRestrictions, "NodeVolumeLimits": .volumeLimits, "VolumeBinding": .volumeBinding,
        "VolumeZone": .volumeZone, "PodTopologySpread": .spread, "InterPodAffinity": .podAffinity, "DynamicResources": .devices,
        "NodeDeclaredFeatures": .features,
    ]
    private static let weightNames: [(name: String, path: any WritableKeyPath<Weights, Int64> & Sendable)] = [
        ("TaintToleration", \.taints), ("NodeAffinity", \.nodeAffinity), ("PodTopologySpread", \.spread), ("InterPodAffinity", \.podAffinity),
        ("NodeResourcesFit", \.resources), ("NodeResourcesBalancedAllocation", \.balance), ("ImageLocality", \.images),
    ]
    private static let otherNames: Set<String> = ["DefaultPreemption", "DefaultBinder", "PrioritySort", "SchedulingGates", "GangScheduling"]
    private static let points = [
        "preEnqueue", "queueSort", "preFilter", "filter", "postFilter", "preScore", "score", "reserve", "permit", "preBind", "bind", "postBind",
    ]

    mutating func apply(_ entry: Value, _ path: String) throws(Problem) {
        name = entry["schedulerName"].string ?? PodClass.defaultScheduler
        if name.isEmpty { throw Problem("\(path).schedulerName", "Required value") }
        if !entry["percentageOfNodesToScore"].isNull {
            percentageOfNodesToScore = try SchedulerConfiguration.percentage(entry, "percentageOfNodesToScore", path + ".")
        }
        let plugins = entry["plugins"]
        for entry in plugins.members where entry.key != "multiPoint" && !Self.points.contains(entry.key) {
            throw Problem("\(path).plugins", "unknown field \"\(entry.key)\"")
        }
        try switchPlugins(plugins["multiPoint"], "multiPoint", path)
        for point in Self.points { try switchPlugins(plugins[point], point, path) }
        var seen: Set<String> = []
        for (index, entry) in entry["pluginConfig"].array.enumerated() {
            let name = entry["name"].string ?? ""
            if !seen.insert(name).inserted { throw Problem("\(path).pluginConfig[\(index)]", "Duplicate value: \"\(name)\"") }
            try apply(arguments: entry["args"], of: name, "\(path).pluginConfig[\(index)].args")
        }
    }

    private mutating func switchPlugins(_ set: Value, _ point: String, _ path: String) throws(Problem) {
        for entry in set["disabled"].array {
            let name = entry["name"].string ?? ""
            if name == "*" {
                for name in Self.filterNames.keys { turn(name, point, isOn: false, weight: nil) }
                for (name, _) in Self.weightNames { turn(name, point, isOn: false, weight: nil) }
                for name in Self.otherNames { turn(name, point, isOn: false, weight: nil) }
            } else {
                turn(name, point, isOn: false, weight: nil)
            }
        }
        for (index, entry) in set["enabled"].array.enumerated() {
            let name = entry["name"].string ?? ""
            guard Self.filterNames[name] != nil || Self.weightNames.contains(where: { $0.name == name }) || Self.otherNames.contains(name) else {
                throw Problem("\(path).plugins.\(point).enabled[\(index)]", "plugin \"\(name)\" does not exist in this scheduler")
            }
            turn(name, point, isOn: true, weight: entry["weight"].int)
        }
    }

    private mutating func turn(_ name: String, _ point: String, isOn: Bool, weight: Int64?) {
        let isEverywhere = point == "multiPoint"
        if isEverywhere || point == "filter", let filter = Self.filterNames[name] {
            if isOn { filters.insert(filter) } else { filters.remove(filter) }
        }
        if isEverywhere || point == "score", let known = Self.weightNames.first(where: { $0.name == name }) {
            if !isOn {
                weights[keyPath: known.path] = 0
            } else if let weight, weight > 0 {
                weights[keyPath: known.path] = weight
            } else if weights[keyPath: known.path] == 0 {
                weights[keyPath: known.path] = isEverywhere ? Weights()[keyPath: known.path] : 1
            }
        }
        if name == "DefaultPreemption", isEverywhere || point == "postFilter" { hasPreemption = isOn }
        if name == "SchedulingGates", isEverywhere || point == "preEnqueue" { hasGates = isOn }
    }
}
