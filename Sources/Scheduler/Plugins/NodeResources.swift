import Objects

/// The filters and scores that look at a node and what is used of it: ports, resources, balance, images. Kept for each class of
/// pods, and worked out again for nodes that changed.
extension SchedulerState {
    /// Brings what is kept for a class up to date.
    mutating func refresh(_ cache: inout ClassCache, _ pod: PodClass) {
        refreshFit(cache.fit)
        if cache.imagesVersion != imagesVersion, profiles[cache.profile].weights.images != 0,
            pod.images.contains(where: { isKnownImage(ImageName.normalized($0)) || isKnownImage($0) })
        {
            cache.isFresh = false
        }
        cache.imagesVersion = imagesVersion
        let missing = nodes.count - cache.codes.count
        if missing > 0 {
            cache.codes += Array(repeating: Reason.absent.rawValue, count: missing)
            cache.scores += Array(repeating: 0, count: missing)
            cache.lacks += Array(repeating: 0, count: missing)
        }
        let profile = profiles[cache.profile]
        if cache.isFresh, let changed = loadLog.since(cache.cursor) {
            for position in changed { judge(&cache, pod, Int(position), profile) }
        } else {
            for position in nodes.indices { judge(&cache, pod, position, profile) }
            cache.isFresh = true
        }
        cache.cursor = loadLog.end
    }

    private func judge(_ cache: inout ClassCache, _ pod: PodClass, _ position: Int, _ profile: SchedulingProfile) {
        let code = fits[cache.fit].codes[position]
        guard code == Reason.fits.rawValue else {
            cache.codes[position] = code
            return
        }
        let reason = roomReason(pod, position, profile, except: "")
        cache.codes[position] = reason.rawValue
        if reason == .fits {
            cache.scores[position] = Int32(truncatingIfNeeded: localScore(pod, position, profile))
        } else if reason == .resources || reason == .size {
            cache.lacks[position] = lack(pod, position, profile, otherResources(pod, profile))
        }
    }

    /// Whether ports and resources are free, when pods of at least the same priority that were promised room have taken it.
    func roomReason(_ pod: PodClass, _ position: Int, _ profile: SchedulingProfile, except uid: String) -> Reason {
        var load = loads[position]
        var promised: [PodInfo] = []
        if isPromised[position], let node = nodes[position], let list = nominated[node.name] {
            promised = list.filter { $0.priority >= pod.priority && $0.uid != uid }
            for other in promised { load.add(other.podClass) }
        }
        if !pod.ports.isEmpty, profile.filters.contains(.ports) {
            for port in pod.ports {
                if ports[position].contains(where: { $0.conflicts(with: port) }) { return .ports }
                if promised.contains(where: { $0.podClass.ports.contains { $0.conflicts(with: port) } }) { return .ports }
            }
        }
        guard profile.filters.contains(.resources) else { return .fits }
        if !load.hasRoom(for: pod) { return load.isTooSmall(for: pod) || isTooSmall(pod, position, profile) ? .size : .resources }
        if pod.requests.extended.isEmpty { return .fits }
        for (name, wanted) in pod.requests.extended where wanted > 0 && !profile.ignores(name) && !isByDevices(name, position) {
            let limit = nodes[position]?.allocatable.extended[name] ?? 0
            var used = extended[position][name] ?? 0
            for other in promised { used += other.podClass.requests.extended[name] ?? 0 }
            if wanted > limit - used { return isTooSmall(pod, position, profile) ? .size : .resources }
        }
        return .fits
    }

    private func isTooSmall(_ pod: PodClass, _ position: Int, _ profile: SchedulingProfile) -> Bool {
        if loads[position].isTooSmall(for: pod) { return true }
        guard let limits = nodes[position]?.allocatable.extended else { return true }
        return pod.requests.extended.contains { !profile.ignores($0.key) && $0.value > max(limits[$0.key] ?? 0, 0) && !isByDevices($0.key, position) }
    }

    /// Whether a node that has none of a resource itself may offer it by devices.
    func isByDevices(_ resource: String, _ position: Int) -> Bool {
        !deviceResources.isEmpty && deviceResources.contains(resource) && (nodes[position]?.allocatable.extended[resource] ?? 0) == 0
    }

    /// Which resources a node lacks for a pod: a bit for each of `resourceNames`.
    func lack(_ pod: PodClass, _ position: Int, _ profile: SchedulingProfile, _ others: [String]) -> UInt64 {
        var load = loads[position]
        var promised: [PodInfo] = []
        if isPromised[position], let node = nodes[position], let list = nominated[node.name] {
            promised = list.filter { $0.priority >= pod.priority }
            for other in promised { load.add(other.podClass) }
        }
        let wanted = pod.requests
        var mask: UInt64 = load.pods >= load.limitPods ? 1 : 0
        if wanted.milliCPU > 0, wanted.milliCPU > load.limitCPU - load.usedCPU { mask |= 2 }
        if wanted.memory > 0, wanted.memory > load.limitMemory - load.usedMemory { mask |= 4 }
        if wanted.ephemeralStorage > 0, wanted.ephemeralStorage > load.limitStorage - load.usedStorage { mask |= 8 }
        if others.isEmpty { return mask }
        for (index, name) in others.prefix(60).enumerated() where !isByDevices(name, position) {
            var free = (nodes[position]?.allocatable.extended[name] ?? 0) - (extended[position][name] ?? 0)
            for other in promised { free -= other.podClass.requests.extended[name] ?? 0 }
            if wanted.extended[name] ?? 0 > free { mask |= 16 << UInt64(index) }
        }
        return mask
    }

    /// Resources beyond the usual ones that a pod asks for and that count.
    func otherResources(_ pod: PodClass, _ profile: SchedulingProfile) -> [String] {
        if pod.requests.extended.isEmpty { return [] }
        return pod.requests.extended.filter { $0.value > 0 && !profile.ignores($0.key) }.keys.sorted()
    }

    /// What events say of a node that lacks what the bits name.
    static func texts(_ mask: UInt64, _ others: [String]) -> [String] {
        let names = ["cpu", "memory", "ephemeral-storage"] + others
        var texts = mask & 1 != 0 ? ["Too many pods"] : []
        for (index, name) in names.enumerated() where index < 63 && mask & (2 << UInt64(index)) != 0 { texts.append("Insufficient " + name) }
        return texts
    }

    /// Which resources a node lacks for a pod, as events name them.
    func insufficient(_ pod: PodClass, _ position: Int, _ profile: SchedulingProfile) -> [String] {
        let others = otherResources(pod, profile)
        return Self.texts(lack(pod, position, profile, others), others)
    }

    // MARK: scores

    func localScore(_ pod: PodClass, _ position: Int, _ profile: SchedulingProfile) -> Int64 {
        let weights = profile.weights
        var sum: Int64 = 0
        if weights.resources != 0 { sum += weights.resources * allocation(pod, position, profile.fit) }
        if weights.balance != 0 { sum += weights.balance * balance(pod, position, profile.balancedResources) }
        if weights.images != 0, let node = nodes[position], !node.images.isEmpty { sum += weights.images * imageScore(pod, node) }
        return sum
    }

    private func allocation(_ pod: PodClass, _ position: Int, _ fit: FitScoring) -> Int64 {
        let load = loads[position]
        var (sum, weights): (Int64, Int64) = (0, 0)
        for resource in fit.resources {
            let (used, limit): (Int64, Int64)
            switch resource.name {
            case "cpu": (used, limit) = (load.scoredCPU + pod.scoredCPU, load.limitCPU)
            case "memory": (used, limit) = (load.scoredMemory + pod.scoredMemory, load.limitMemory)
            default: (used, limit) = amounts(resource.name, pod, position)
            }
            if limit <= 0 { continue }
            sum += resource.weight * fit.score(used, limit)
            weights += resource.weight
        }
        return weights == 0 ? 0 : sum / weights
    }

    /// What would be used of a resource with the pod, and what there is.
    private func amounts(_ name: String, _ pod: PodClass, _ position: Int) -> (used: Int64, limit: Int64) {
        let load = loads[position]
        switch name {
        case "cpu": return (load.usedCPU + pod.requests.milliCPU, load.limitCPU)
        case "memory": return (load.usedMemory + pod.requests.memory, load.limitMemory)
        case "ephemeral-storage": return (load.usedStorage + pod.requests.ephemeralStorage, load.limitStorage)
        default:
            // What the pod does not ask for does not count.
            guard let wanted = pod.requests.extended[name], wanted > 0 else { return (0, 0) }
            return ((extended[position][name] ?? 0) + wanted, nodes[position]?.allocatable.extended[name] ?? 0)
        }
    }

    /// Nodes whose resources are used evenly. Pods that ask for nothing change nothing.
    private func balance(_ pod: PodClass, _ position: Int, _ resources: [String]) -> Int64 {
        if resources.allSatisfy({ pod.requests[$0] == 0 }) { return 0 }
        var sum = 0.0
        var squares = 0.0
        var count = 0.0
        var difference = 0.0
        for name in resources {
            let (used, limit) = amounts(name, pod, position)
            if limit <= 0 { continue }
            let fraction = min(Double(used) / Double(limit), 1)
            difference = abs(fraction - sum)
            sum += fraction
            squares += fraction * fraction
            count += 1
        }
        if count < 2 { return 100 }
        if count == 2 { return Int64((1 - difference / 2) * 100) }
        let mean = sum / count
        return Int64((1 - max(squares / count - mean * mean, 0).squareRoot()) * 100)
    }

    /// Nodes that have large images already; an image that few nodes have counts less, so that not all pods gather there.
    private func imageScore(_ pod: PodClass, _ node: NodeInfo) -> Int64 {
        let megabyte: Int64 = 1 << 20
        var sum: Int64 = 0
        for image in pod.images {
            let name = ImageName.normalized(image)
            if let size = node.images[name] { sum += Int64(Double(size) * imageShare(name)) }
        }
        let (least, most) = (23 * megabyte, 1000 * megabyte * Int64(max(pod.images.count, 1)))
        return 100 * (min(max(sum, least), most) - least) / (most - least)
    }
}

enum ImageName {
    /// With `:latest` when neither tag nor digest is named.
    static func normalized(_ image: String) -> String {
        let last = image.split(separator: "/").last ?? ""
        return last.contains(":") || last.contains("@") ? image : image + ":latest"
    }
}
