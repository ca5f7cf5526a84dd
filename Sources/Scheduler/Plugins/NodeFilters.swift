import Objects

struct NodeFitKey: Sendable, Hashable {
    let profile: Int
    let signature: [Value]
}

/// The filters and scores that look at nodes alone: cordons, taints, node affinity. What they say is kept for all pods with the
/// same wishes, and worked out again for nodes that changed.
extension SchedulerState {
    mutating func fit(for podClass: PodClass, profile: Int) -> Int {
        let key = NodeFitKey(profile: profile, signature: podClass.nodeSignature)
        if let known = fitOf[key] { return known }
        fits.append(NodeFit(profile: profile, podClass: podClass))
        fitOf[key] = fits.count - 1
        return fits.count - 1
    }

    mutating func refreshFit(_ index: Int) {
        if fits[index].isFresh, let changed = nodeLog.since(fits[index].cursor) {
            if changed.isEmpty { return }
            extend(index)
            for position in changed { judge(index, Int(position)) }
        } else {
            extend(index)
            for position in nodes.indices { judge(index, position) }
            fits[index].isFresh = true
        }
        fits[index].cursor = nodeLog.end
        fits[index].hasPenalties = fits[index].penalties.contains { $0 != 0 }
    }

    private mutating func extend(_ index: Int) {
        let missing = nodes.count - fits[index].codes.count
        if missing <= 0 { return }
        fits[index].codes += Array(repeating: Reason.absent.rawValue, count: missing)
        fits[index].penalties += Array(repeating: 0, count: missing)
        fits[index].likings += Array(repeating: 0, count: missing)
    }

    private mutating func judge(_ index: Int, _ position: Int) {
        let pod = fits[index].podClass
        let profile = profiles[fits[index].profile]
        fits[index].penalties[position] = 0
        fits[index].likings[position] = 0
        guard let node = nodes[position] else {
            fits[index].codes[position] = Reason.absent.rawValue
            return
        }
        let reason = NodeFilters.reason(pod, node, profile)
        fits[index].codes[position] = reason.rawValue
        guard reason == .fits else { return }
        if !node.taints.isEmpty {
            let count = node.taints.count { $0.effect == "PreferNoSchedule" && !pod.tolerations.cover($0) }
            fits[index].penalties[position] = Int32(truncatingIfNeeded: count)
        }
        if !pod.preferredNodeTerms.isEmpty || !profile.preferredTerms.isEmpty {
            var sum: Int64 = 0
            for (weight, term) in pod.preferredNodeTerms + profile.preferredTerms where term.matches(node) { sum += weight }
            fits[index].likings[position] = Int32(truncatingIfNeeded: sum)
        }
    }
}

/// What a pod needs that kubelets have to say they can do.
enum DeclaredFeatures {
    static let restartAllContainers = "RestartAllContainersOnContainerExits"

    /// Whether an exit of one of the containers is to start all of them anew.
    static func needsRestartAll(_ spec: Value) -> Bool {
        (spec["containers"].array + spec["initContainers"].array).contains { container in
            container["restartPolicyRules"].array.contains { $0["action"].string == "RestartAllContainers" }
        }
    }
}

enum NodeFilters {
    static func reason(_ pod: PodClass, _ node: NodeInfo, _ profile: SchedulingProfile) -> Reason {
        let filters = profile.filters
        if node.isUnschedulable, filters.contains(.unschedulable), !pod.tolerations.cover(.unschedulable) { return .unschedulable }
        if !node.taints.isEmpty, filters.contains(.taints), hasUntolerated(pod, node) { return .taints }
        if filters.contains(.nodeAffinity) {
            if let terms = profile.enforcedTerms, !terms.contains(where: { $0.matches(node) }) { return .enforcedAffinity }
            if !pod.demand.accepts(node) { return .nodeAffinity }
        }
        if pod.needsRestartAll, filters.contains(.features), !node.features.contains(DeclaredFeatures.restartAllContainers) { return .features }
        return .fits
    }

    static func hasUntolerated(_ pod: PodClass, _ node: NodeInfo) -> Bool {
        node.taints.contains { $0.isHard && !pod.tolerations.cover($0) }
    }
}
