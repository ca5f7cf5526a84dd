import KubernetesTypes
import Objects

/// The names of a StatefulSet's pods and claims.
enum StatefulIdentity {
    /// The ordinal in `set-3`; nil for a pod that is not of the set.
    static func ordinal(_ pod: String, of set: String) -> Int? {
        guard pod.hasPrefix(set + "-") else { return nil }
        let digits = pod.dropFirst(set.count + 1)
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), digits == "0" || digits.first != "0" else { return nil }
        return Int(digits)
    }

    static func claim(_ template: Value, of set: String, _ ordinal: Int) -> String { "\(template["metadata"]["name"].string ?? "")-\(set)-\(ordinal)" }

    /// The pod of an ordinal, made of a revision's template.
    static func pod(_ set: StatefulSet, _ ordinal: Int, template: Value, hash: String) -> Pod {
        var pod = PodFactory.make(template, owner: set)
        let name = "\(set.name)-\(ordinal)"
        pod.value["metadata"].remove("generateName")
        pod.value["metadata"]["name"] = .string(name)
        pod.value["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] = .string(name)
        pod.value["metadata"]["labels"]["apps.kubernetes.io/pod-index"] = .string(String(ordinal))
        pod.value["metadata"]["labels"]["controller-revision-hash"] = .string(hash)
        pod.value["spec"]["hostname"] = .string(name)
        if let service = set.value["spec"]["serviceName"].string, !service.isEmpty { pod.value["spec"]["subdomain"] = .string(service) }
        let templates = set.value["spec"]["volumeClaimTemplates"].array
        if templates.isEmpty { return pod }
        let names = Set(templates.compactMap { $0["metadata"]["name"].string })
        var volumes = pod.value["spec"]["volumes"].array.filter { !names.contains($0["name"].string ?? "") }
        for template in templates {
            volumes.append([
                "name": template["metadata"]["name"], "persistentVolumeClaim": ["claimName": .string(claim(template, of: set.name, ordinal))],
            ])
        }
        pod.value["spec"]["volumes"] = .array(volumes)
        return pod
    }
}

/// What has to happen to the pods of a StatefulSet next: a pure decision.
struct StatefulPlan {
    enum Step: Equatable {
        case create(ordinal: Int, isUpdated: Bool)
        case delete(KnownPod)
    }

    private(set) var steps: [Step] = []
    /// Whether a pod has to become available by time alone.
    private(set) var isWaitingForTime = false

    private let set: StatefulSet
    private let updateHash: String
    private let isOrdered: Bool
    private let start: Int
    private let replicas: Int
    private let minReadySeconds: Int64
    private let now: Timestamp

    init(_ set: StatefulSet, pods: [KnownPod], updateHash: String, now: Timestamp) {
        self.set = set
        self.updateHash = updateHash
        self.now = now
        isOrdered = set.value["spec"]["podManagementPolicy"].string != "Parallel"
        start = Int(set.value["spec"]["ordinals"]["start"].int ?? 0)
        replicas = Int(set.value["spec"]["replicas"].int ?? 1)
        minReadySeconds = set.value["spec"]["minReadySeconds"].int ?? 0
        var present: [Int: KnownPod] = [:]
        var condemned: [(Int, KnownPod)] = []
        for pod in pods {
            guard let ordinal = StatefulIdentity.ordinal(pod.name, of: set.name) else { continue }
            if (start..<(start + replicas)).contains(ordinal) { present[ordinal] = pod } else { condemned.append((ordinal, pod)) }
        }
        condemned.sort { $0.0 > $1.0 }
        if fill(present), remove(condemned.map(\.1), others: present) { roll(present) }
    }

    private func isHealthy(_ pod: KnownPod) -> Bool { pod.facts.phase == .running && pod.facts.isReady && !pod.facts.isBeingDeleted }

    private var partition: Int { Int(self.set.value["spec"]["updateStrategy"]["rollingUpdate"]["partition"].int ?? 0) }

    private var isRolling: Bool { self.set.value["spec"]["updateStrategy"]["type"].string != "OnDelete" }

    /// Brings all ordinals up, one after the other when ordered. False: everything else waits.
    private mutating func fill(_ present: [Int: KnownPod]) -> Bool {
        for ordinal in start..<(start + max(replicas, 0)) {
            guard let pod = present[ordinal] else {
                steps.append(.create(ordinal: ordinal, isUpdated: !isRolling || ordinal >= start + partition))
                if isOrdered { return false }
                continue
            }
            if pod.facts.isFinished {
                if !pod.facts.isBeingDeleted { steps.append(.delete(pod)) }
                if isOrdered { return false }
                continue
            }
            guard isOrdered else { continue }
            if !isHealthy(pod) { return false }
            if !pod.facts.isAvailable(minReadySeconds, now: now) {
                isWaitingForTime = true
                return false
            }
        }
        return true
    }

    private func isUpdated(_ pod: KnownPod) -> Bool { pod.object.label("controller-revision-hash") == updateHash }

    /// Takes away what is beyond the size, the highest first. False: the update waits.
    private mutating func remove(_ condemned: [KnownPod], others: [Int: KnownPod]) -> Bool {
        guard let first = condemned.first else { return true }
        if !isOrdered {
            steps += condemned.filter { !$0.facts.isBeingDeleted }.map { .delete($0) }
            return true
        }
        // One that is not well holds up those below it, unless it is the lowest of the unwell: that one's turn never comes otherwise.
        if !first.facts.isBeingDeleted, isUp(first) || isLowestUnwell(first, condemned, others) { steps.append(.delete(first)) }
        return false
    }

    private mutating func isUp(_ pod: KnownPod) -> Bool {
        guard isHealthy(pod) else { return false }
        let isAvailable = pod.facts.isAvailable(minReadySeconds, now: now)
        if !isAvailable { isWaitingForTime = true }
        return isAvailable
    }

    private func isLowestUnwell(_ pod: KnownPod, _ condemned: [KnownPod], _ others: [Int: KnownPod]) -> Bool {
        func ordinal(_ pod: KnownPod) -> Int { StatefulIdentity.ordinal(pod.name, of: set.name) ?? 0 }
        let unwell = (condemned + others.values).filter { !isHealthy($0) }
        return unwell.allSatisfy { ordinal($0) >= ordinal(pod) }
    }

    /// Replaces pods of former templates from the highest ordinal down.
    private mutating func roll(_ present: [Int: KnownPod]) {
        guard isRolling else { return }
        let value = set.value["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"]
        let limit = max(1, Int(IntOrPercent.value(value, of: Int64(replicas), roundingUp: true)))
        let deleting: Set<String> = Set(steps.compactMap { if case .delete(let pod) = $0 { pod.name } else { nil } })
        let lowest = start + partition
        var unavailable = present.count { $0.key >= lowest && (!isHealthy($0.value) || !$0.value.facts.isAvailable(minReadySeconds, now: now)) }
        unavailable += steps.count { if case .create = $0 { true } else { false } }
        for ordinal in stride(from: start + replicas - 1, through: lowest, by: -1) {
            guard let pod = present[ordinal] else { continue }
            let isUp = isHealthy(pod) && pod.facts.isAvailable(minReadySeconds, now: now)
            if isUpdated(pod) {
                if !isUp {
                    if isHealthy(pod) { isWaitingForTime = true }
                    if limit == 1 { return }
                }
                continue
            }
            if pod.facts.isBeingDeleted || deleting.contains(pod.name) { continue }
            if !isUp {
                // It counts as unavailable already.
                steps.append(.delete(pod))
                if limit == 1 { return }
            } else if unavailable < limit {
                steps.append(.delete(pod))
                unavailable += 1
            } else {
                return
            }
        }
    }
}
