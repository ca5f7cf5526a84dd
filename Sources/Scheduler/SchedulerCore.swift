import KubernetesTypes
import Objects

/// The scheduler without I/O: takes what happened, says which pod is next and what becomes of it.
struct SchedulerCore: Sendable {
    struct Waiting: Sendable {
        var pod: Pod
        var info: PodInfo
    }

    /// What is to be done about a pod.
    enum Action: Sendable {
        case bind(Waiting, node: String)
        case fail(Waiting, message: String, choice: SchedulerState.PreemptionChoice?)
        /// The pod's claims are given the node first.
        case choose(Waiting, node: String)
    }

    var state: SchedulerState
    var queue: SchedulingQueue
    private(set) var waiting: [String: Waiting] = [:]
    /// Pods whose volumes are being made for a node, by uid: they count there until they are decided anew. With each `storageNews` as it was
    /// at the decision.
    private var reserved: [String: UInt64] = [:]
    /// How often something changed of volumes and claims.
    private var storageNews: UInt64 = 0
    /// The node on which the pod that is being decided counted; empty when it counted nowhere.
    private var left = ""
    private var limits: [DisruptionLimit] = []
    private var limitsVersion: UInt64 = 0
    /// What happened since pods were last woken, with the nodes at which it did.
    private var news: ClusterEvents = []
    private var nodesInNews: Set<String> = []

    init(_ configuration: SchedulerConfiguration) {
        state = SchedulerState(profiles: configuration.profiles)
        queue = SchedulingQueue(firstDelay: configuration.firstBackOff, longestDelay: configuration.longestBackOff)
    }

    /// Whether pods that name this scheduler are this one's.
    func owns(_ pod: Pod) -> Bool {
        let name = pod.value["spec"]["schedulerName"].string ?? PodClass.defaultScheduler
        return state.profiles.contains { $0.name == name }
    }

    /// Whether gates keep pods of this profile back.
    func hasGates(_ pod: PodInfo) -> Bool { state.profile(of: pod.podClass).map { state.profiles[$0].hasGates } ?? true }

    // MARK: what happened

    mutating func take(_ event: SchedulerEvent) {
        switch event {
        case .node(let node): if state.upsert(node) { note(.nodeChanged, node.name) }
        case .nodeGone(let name):
            state.removeNode(name)
            note(.podGone, "")
        case .waiting(let pod, let signature): takeWaiting(pod, signature)
        case .rewritten(let pod): takeRewritten(pod)
        case .placed(let pod, let signature): takePlaced(pod, signature)
        case .gone(let pod): takeGone(pod)
        case .namespace(let name, let labels):
            if state.namespaces.known[name] == labels { return }
            state.namespaces.known[name] = labels
            note(.otherChanged, "")
        case .service(let namespace, let name, let selector): state.selectors.setService(namespace, name, selector)
        case .workload(let kind, let namespace, let name, let selector): state.selectors.setWorkload(kind, namespace, name, selector)
        case .storageChanged: note(.storageChanged, "")
        case .devicesChanged: note(.devicesChanged, "")
        case .budgetsChanged: limitsVersion += 1
        case .unbound(let key, let uid, let isGone): takeUnbound(key, uid, isGone)
        case .nominationDropped(let uid):
            guard let known = state.nominations[uid] else { return }
            state.setNominated(known.info, nil)
            note(.podGone, known.node)
        case .deferred(let key):
            guard let info = waiting[key]?.info else { return }
            // The volume may have come before the word that it was asked for: nothing would wake the pod then.
            let isUnchanged = reserved[info.uid].map { $0 == storageNews } ?? true
            queue.failed(
                key, info.podClass, cures: [.storageChanged, .nodeChanged], before: isUnchanged ? queue.moves : queue.moves &- 1, now: ClusterTime.now)
        }
    }

    private mutating func note(_ event: ClusterEvents, _ node: String) {
        news.formUnion(event)
        if event.contains(.storageChanged) { storageNews &+= 1 }
        if node.isEmpty { return }
        nodesInNews.insert(node)
    }

    private mutating func info(_ pod: Pod, _ signature: PodSignature) -> PodInfo {
        if let index = state.recordOf[signature], let known = state.records[index]?.podClass { return PodInfo(pod, known) }
        let podClass = PodClass(pod, signature)
        _ = state.record(of: podClass)
        return PodInfo(pod, podClass)
    }

    private mutating func takeWaiting(_ pod: Pod, _ signature: PodSignature) {
        let key = pod.namespace + "/" + pod.name
        guard owns(pod), !pod.isBeingDeleted else {
            if let known = waiting.removeValue(forKey: key) { state.setNominated(known.info, nil) }
            return queue.forget(key)
        }
        // It is bound already, and the news of it is on its way.
        if state.placement(of: pod.uid) != nil, reserved[pod.uid] == nil {
            waiting[key]?.pod = pod
            return
        }
        let info = info(pod, signature)
        if let known = waiting[key], known.info.uid != pod.uid { state.setNominated(known.info, nil) }
        waiting[key] = Waiting(pod: pod, info: info)
        if let node = pod.value["status"]["nominatedNodeName"].string, !node.isEmpty, state.nominations[pod.uid] == nil { state.setNominated(info, node) }
        queue.add(key, priority: info.priority)
    }

    private mutating func takeRewritten(_ pod: Pod) {
        let key = pod.namespace + "/" + pod.name
        if waiting[key]?.info.uid == pod.uid { waiting[key]?.pod = pod }
    }

    private mutating func takePlaced(_ pod: Pod, _ signature: PodSignature) {
        let key = pod.namespace + "/" + pod.name
        let node = pod.value["spec"]["nodeName"].string ?? ""
        reserved[pod.uid] = nil
        if waiting.removeValue(forKey: key) != nil { queue.forget(key) }
        let known = state.placement(of: pod.uid)
        let info = info(pod, signature)
        state.place(info, on: node)
        guard let known else { return note(.podPlaced, node) }
        if known.info.podClass !== info.podClass || known.info.isTerminating != info.isTerminating { note([.podPlaced, .podGone], node) }
    }

    private mutating func takeGone(_ pod: Pod) {
        let key = pod.namespace + "/" + pod.name
        if let known = waiting[key], known.info.uid == pod.uid {
            waiting[key] = nil
            queue.forget(key)
        }
        if let known = state.nominations[pod.uid] {
            state.setNominated(known.info, nil)
            note(.podGone, known.node)
        }
        reserved[pod.uid] = nil
        guard let known = state.placement(of: pod.uid) else { return }
        state.remove(pod.uid)
        note(.podGone, known.nodeName)
    }

    private mutating func takeUnbound(_ key: String, _ uid: String, _ isGone: Bool) {
        if let known = state.placement(of: uid) {
            state.remove(uid)
            note(.podGone, known.nodeName)
        }
        if isGone { return queue.forget(key) }
        queue.erred(key, now: ClusterTime.now)
    }

    /// Wakes those that what happened may help.
    mutating func settle(now: ContinuousClock.Instant) {
        if news.isEmpty { return }
        let (event, names) = (news, nodesInNews)
        news = []
        nodesInNews = []
        var queue = queue
        self.queue = SchedulingQueue(firstDelay: .zero, longestDelay: .zero)
        let rest = event.subtracting([.nodeChanged, .podGone])
        let room = event.intersection([.nodeChanged, .podGone])
        if !room.isEmpty {
            let isEverywhere = names.isEmpty
            // Who was promised room there is asked first, without the others that are like it.
            if room.contains(.podGone) {
                for name in names { for pod in state.nominated[name] ?? [] { queue.wake(pod.key, now: now) } }
            }
            queue.wake(room, now: now) { isEverywhere || state.mayFit($0, names) }
        }
        if !rest.isEmpty { queue.wake(rest, now: now) }
        self.queue = queue
    }

    // MARK: deciding

    mutating func setLimits(_ limits: [DisruptionLimit]) {
        if self.limits == limits { return }
        self.limits = limits
        limitsVersion += 1
    }

    /// The next pod to try.
    mutating func next(now: ContinuousClock.Instant) -> Waiting? {
        while let key = queue.pop() {
            if let known = waiting[key] { return known }
            queue.forget(key)
        }
        return nil
    }

    /// Before a pod is decided: one that has counted on a node, since its volumes are made there, no longer does.
    mutating func reconsider(_ pod: Waiting) {
        leave(for: "")
        guard reserved.removeValue(forKey: pod.info.uid) != nil, let known = state.placement(of: pod.info.uid) else { return }
        state.remove(pod.info.uid)
        left = known.nodeName
    }

    /// Where the pod counted is room for others, unless it goes there again.
    private mutating func leave(for node: String) {
        if !left.isEmpty, left != node { note(.podGone, left) }
        left = ""
    }

    /// `own` are the filters of the pod's volumes and devices; `isFinal` is false when the node is first written into claims.
    mutating func decide(
        _ pod: Waiting, own: SchedulerState.OwnFilter?, gains: () -> [String: Int64] = { [:] }, isFinal: Bool, now: ContinuousClock.Instant
    ) -> Action {
        let info = pod.info
        switch state.decide(info, own, gains: gains) {
        case .bind(let node):
            leave(for: node)
            state.place(info, on: node)
            note(.podPlaced, node)
            if !isFinal {
                reserved[info.uid] = storageNews
                return .choose(pod, node: node)
            }
            return .bind(pod, node: node)
        case .unschedulable(let verdict):
            leave(for: "")
            let (message, choice) = makeRoom(info, verdict, own)
            queue.failed(info.key, info.podClass, cures: verdict.cures, before: queue.moves, now: now)
            return .fail(pod, message: message, choice: choice)
        }
    }

    /// The pod cannot go anywhere, whatever the nodes.
    mutating func block(_ pod: Waiting, _ why: String, now: ContinuousClock.Instant) -> Action {
        leave(for: "")
        let count = state.nodeCount
        let preemption = "no new claims to deallocate, preemption: 0/\(count) nodes are available: \(count) Preemption is not helpful for scheduling."
        queue.failed(pod.info.key, pod.info.podClass, cures: [.storageChanged, .devicesChanged], before: queue.moves, now: now)
        return .fail(pod, message: "0/\(count) nodes are available: \(why). \(preemption)", choice: nil)
    }

    private mutating func makeRoom(
        _ info: PodInfo, _ verdict: SchedulerState.Verdict, _ own: SchedulerState.OwnFilter?
    ) -> (message: String, choice: SchedulerState.PreemptionChoice?) {
        let profile = state.profile(of: info.podClass) ?? 0
        if verdict.nodeCount == 0 || !state.profiles[profile].hasPreemption { return (verdict.message(""), nil) }
        switch state.preempt(info, verdict, limits, limitsVersion, own) {
        case .none(let why): return (verdict.message(why), nil)
        case .choice(let choice):
            state.setNominated(info, choice.node)
            return (verdict.message(""), choice)
        }
    }
}

extension SchedulerState {
    /// Whether one of these nodes has room for pods of a class, as far as the filters know that look at a node and its pods.
    func mayFit(_ pod: PodClass, _ names: Set<String>) -> Bool {
        let profile = profiles[profile(of: pod) ?? 0]
        return names.contains { name in
            guard let position = positions[name], let node = nodes[position] else { return false }
            return NodeFilters.reason(pod, node, profile) == .fits && roomReason(pod, position, profile, except: "") == .fits
        }
    }
}
