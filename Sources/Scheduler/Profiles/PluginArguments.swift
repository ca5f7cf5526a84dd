import Objects
import Schema

/// What single plug-ins are told (`pluginConfig[].args`).
extension SchedulingProfile {
    mutating func apply(arguments: Value, of plugin: String, _ path: String) throws(Problem) {
        switch plugin {
        case "NodeResourcesFit": try applyFit(arguments, path)
        case "NodeResourcesBalancedAllocation": try applyBalance(arguments, path)
        case "PodTopologySpread": try applySpread(arguments, path)
        case "InterPodAffinity": try applyPodAffinity(arguments, path)
        case "NodeAffinity": try applyNodeAffinity(arguments, path)
        case "DefaultPreemption": try applyPreemption(arguments, path)
        case "VolumeBinding":
            if let seconds = arguments["bindTimeoutSeconds"].int, seconds < 0 {
                throw Problem("\(path).bindTimeoutSeconds", "Invalid value: \(seconds): invalid BindTimeoutSeconds, should not be a negative value")
            }
        case "DynamicResources":
            deviceTimeout = try Self.duration(arguments["filterTimeout"], "\(path).filterTimeout") ?? deviceTimeout
            deviceBindingTimeout = try Self.duration(arguments["bindingTimeout"], "\(path).bindingTimeout") ?? deviceBindingTimeout
        default: throw Problem(path, "plugin \"\(plugin)\" takes no arguments")
        }
    }

    /// Nil when nothing is said.
    private static func duration(_ value: Value, _ path: String) throws(Problem) -> Duration? {
        guard let text = value.string else { return nil }
        guard let duration = GoDurationText.parse(text), duration >= .zero else { throw Problem(path, "Invalid value: \"\(text)\": not a duration") }
        return duration
    }

    private mutating func applyFit(_ arguments: Value, _ path: String) throws(Problem) {
        ignoredResources = Set(arguments["ignoredResources"].strings)
        ignoredGroups = Set(arguments["ignoredResourceGroups"].strings)
        for group in ignoredGroups where group.contains("/") {
            throw Problem("\(path).ignoredResourceGroups", "Invalid value: \"\(group)\": resource group name can't contain '/'")
        }
        let strategy = arguments["scoringStrategy"]
        guard strategy.isObject else { return }
        let resources = try Self.resources(strategy["resources"], "\(path).scoringStrategy.resources")
        if !resources.isEmpty { fit.resources = resources }
        switch strategy["type"].string ?? "LeastAllocated" {
        case "LeastAllocated": fit.strategy = .leastAllocated
        case "MostAllocated": fit.strategy = .mostAllocated
        case "RequestedToCapacityRatio": fit.strategy = .ratio(try Self.shape(strategy["requestedToCapacityRatio"]["shape"], "\(path).scoringStrategy.shape"))
        case let other:
            throw Problem("\(path).scoringStrategy.type", "Unsupported value: \"\(other)\": supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\"")
        }
    }

    private static func resources(_ list: Value, _ path: String) throws(Problem) -> [FitScoring.Resource] {
        var resources: [FitScoring.Resource] = []
        for (index, entry) in list.array.enumerated() {
            let weight = entry["weight"].int ?? 1
            if !(1...100).contains(weight) { throw Problem("\(path)[\(index)].weight", "Invalid value: \(weight): resource weight of \(entry["name"].string ?? "") not in valid range [1, 100]") }
            resources.append(.init(name: entry["name"].string ?? "", weight: weight))
        }
        return resources
    }

    private static func shape(_ list: Value, _ path: String) throws(Problem) -> [FitScoring.Point] {
        var points: [FitScoring.Point] = []
        if list.array.isEmpty { throw Problem(path, "Required value: at least one point must be specified") }
        for (index, entry) in list.array.enumerated() {
            let (utilization, score) = (entry["utilization"].int ?? 0, entry["score"].int ?? 0)
            if !(0...100).contains(utilization) { throw Problem("\(path)[\(index)].utilization", "Invalid value: \(utilization): not in valid range [0-100]") }
            if !(0...10).contains(score) { throw Problem("\(path)[\(index)].score", "Invalid value: \(score): not in valid range [0-10]") }
            if let last = points.last, last.utilization >= utilization {
                throw Problem("\(path)[\(index)].utilization", "Invalid value: \(utilization): utilization values must be sorted in increasing order")
            }
            points.append(.init(utilization: utilization, score: score))
        }
        return points
    }

    private mutating func applyBalance(_ arguments: Value, _ path: String) throws(Problem) {
        let resources = try Self.resources(arguments["resources"], "\(path).resources")
        for (index, resource) in resources.enumerated() where resource.weight != 1 {
            throw Problem("\(path).resources[\(index)].weight", "Invalid value: \(resource.weight): resource weight of \(resource.name) not in valid range [1, 1]")
        }
        if !resources.isEmpty { balancedResources = resources.map(\.name) }
    }

    private mutating func applySpread(_ arguments: Value, _ path: String) throws(Problem) {
        let type = arguments["defaultingType"].string ?? "System"
        let constraints = arguments["defaultConstraints"].array
        guard type == "System" || type == "List" else {
            throw Problem("\(path).defaultingType", "Unsupported value: \"\(type)\": supported values: \"List\", \"System\"")
        }
        if type == "System" {
            if !constraints.isEmpty { throw Problem("\(path).defaultingType", "Invalid value: \"System\": when .defaultConstraints are not empty") }
            return
        }
        for (index, constraint) in constraints.enumerated() {
            let own = "\(path).defaultConstraints[\(index)]"
            if (constraint["maxSkew"].int ?? 0) <= 0 { throw Problem("\(own).maxSkew", "Invalid value: \(constraint["maxSkew"].int ?? 0): not in valid range (0, inf)") }
            if (constraint["topologyKey"].string ?? "").isEmpty { throw Problem("\(own).topologyKey", "Required value: can not be empty") }
            if !["DoNotSchedule", "ScheduleAnyway"].contains(constraint["whenUnsatisfiable"].string) {
                throw Problem("\(own).whenUnsatisfiable", "Unsupported value: \"\(constraint["whenUnsatisfiable"].string ?? "")\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\"")
            }
            if constraint["labelSelector"].isObject {
                throw Problem("\(own).labelSelector", "Forbidden: constraint must not define a selector, as they deduced for each pod")
            }
        }
        defaultSpread = constraints.map { SpreadConstraint($0, [:]) }
        isSystemSpread = false
    }

    private mutating func applyPodAffinity(_ arguments: Value, _ path: String) throws(Problem) {
        if let weight = arguments["hardPodAffinityWeight"].int {
            if !(0...100).contains(weight) { throw Problem("\(path).hardPodAffinityWeight", "Invalid value: \(weight): not in valid range [0-100]") }
            hardAffinityWeight = weight
        }
        ignoresPreferencesOfOthers = arguments["ignorePreferredTermsOfExistingPods"].bool == true
    }

    private mutating func applyNodeAffinity(_ arguments: Value, _ path: String) throws(Problem) {
        let added = arguments["addedAffinity"]
        guard added.isObject else { return }
        let required = added["requiredDuringSchedulingIgnoredDuringExecution"]
        if required.isObject {
            let terms = required["nodeSelectorTerms"].array
            if terms.isEmpty {
                throw Problem("\(path).addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms", "Required value: must have at least one node selector term")
            }
            enforcedTerms = terms.map(NodeTerm.init)
        }
        preferredTerms = added["preferredDuringSchedulingIgnoredDuringExecution"].array.map { ($0["weight"].int ?? 0, NodeTerm($0["preference"])) }
    }

    private mutating func applyPreemption(_ arguments: Value, _ path: String) throws(Problem) {
        if let percentage = arguments["minCandidateNodesPercentage"].int {
            if !(0...100).contains(percentage) { throw Problem("\(path).minCandidateNodesPercentage", "Invalid value: \(percentage): not in valid range [0, 100]") }
            minCandidatePercentage = Int(percentage)
        }
        if let count = arguments["minCandidateNodesAbsolute"].int {
            if count < 0 { throw Problem("\(path).minCandidateNodesAbsolute", "Invalid value: \(count): not in valid range [0, inf)") }
            minCandidates = Int(count)
        }
        if minCandidates == 0, minCandidatePercentage == 0 {
            throw Problem(path, "minCandidateNodesPercentage and minCandidateNodesAbsolute cannot both be zero")
        }
    }
}
