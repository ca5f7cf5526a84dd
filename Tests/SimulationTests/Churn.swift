import APIClient
import KubernetesTypes
import Objects
import TestSupport

/// Workloads, nodes and components that come and go by chance.
struct Churn {
    static let namespace = "churn"
    static let nodeNames = ["a", "b", "c", "d"]

    let cluster: SimulatedCluster
    private var random: SeededGenerator
    private var number = 0
    private(set) var living: Set<String> = []
    private(set) var ledger: Ledger?
    private let said: (Int) -> Void

    /// `said` is told the number of each step's kind, before it is taken.
    init(_ cluster: SimulatedCluster, seed: UInt64, said: @escaping (Int) -> Void = { _ in }) {
        self.said = said
        self.cluster = cluster
        random = SeededGenerator(seed: seed)
    }

    mutating func begin() async throws {
        try await cluster.client.create(Namespace(["metadata": ["name": .string(Self.namespace)]]))
        ledger = cluster.startLedger(Self.namespace)
        cluster.startControllers()
        cluster.startScheduler()
        cluster.startProvisioner()
        try await cluster.client.create(SimulatedProvisioner.storageClass)
        _ = try await cluster.client.create(
            ResourceQuota(["metadata": ["name": "all", "namespace": .string(Self.namespace)], "spec": ["hard": ["pods": "70", "count/jobs.batch": "40"]]]))
        for name in Self.nodeNames { startNode(name) }
    }

    private mutating func startNode(_ name: String) {
        cluster.startNode(name)
        living.insert(name)
    }

    /// Does something. What is refused, since the object is gone or was changed by somebody else, is no failure.
    mutating func step() async throws {
        let before = random.number(0...40)
        if before > 20 { try await ClusterTime.sleep(for: .milliseconds(100 * (before - 20) * (before - 20))) }
        let what = random.number(0...28)
        said(what)
        switch what {
        case 0...3: try await create()
        case 4...8: await scale()
        case 9...11: await update()
        case 12: await delete()
        case 13...14: await deletePod()
        case 15: await loseNode()
        case 16: if let name = Self.nodeNames.first(where: { !living.contains($0) }) { startNode(name) }
        case 17:
            await cluster.kill("controllers")
            ledger?.excuse(for: .seconds(10))
            cluster.startControllers()
        case 18:
            await cluster.kill("scheduler")
            cluster.startScheduler()
        case 19: await evict()
        case 20: await guardPods()
        case 21: await createCron()
        case 22: await suspendOrResize()
        case 23: try await ClusterTime.sleep(for: .seconds(60 * random.number(1...10)))
        case 24:
            // Both at once, as when the process is killed and its stores stay.
            await cluster.kill("controllers")
            await cluster.kill("scheduler")
            ledger?.excuse(for: .seconds(10))
            cluster.startScheduler()
            cluster.startControllers()
        case 25...26: await autoscale()
        case 27:
            ledger?.excuse(for: .seconds(10))
            try await cluster.restartServer()
            ledger?.excuse(for: .seconds(10))
        default: try? await cluster.client.delete(Node.self, "", random.pick(Self.nodeNames) + "0")
        }
    }

    /// Everything that has to be there to come to rest: a node that was deleted registers when its kubelet starts anew.
    mutating func settle() async throws {
        await resumeJobs()
        let known = Set(try await cluster.client.list(Node.self).map(\.name))
        for name in Self.nodeNames where !known.contains(name + "0") { await cluster.kill(name) }
        for name in Self.nodeNames { startNode(name) }
    }

    // MARK: what happens

    private mutating func template(_ app: String) -> Value {
        let patience: [Value] = ["not-ready", "unreachable"].map {
            ["key": .string("node.kubernetes.io/" + $0), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5]
        }
        return [
            "metadata": ["labels": ["app": .string(app)]],
            "spec": [
                "tolerations": .array(patience), "terminationGracePeriodSeconds": 0,
                "containers": [["name": "c", "image": "i:1", "resources": ["requests": ["cpu": .string("\(random.number(1...8))00m")]]]],
            ],
        ]
    }

    private mutating func create() async throws {
        number += 1
        let name = "w\(number)"
        var template = template(name)
        var spec: Value = ["selector": ["matchLabels": ["app": .string(name)]], "template": template]
        let metadata: Value = ["name": .string(name), "namespace": .string(Self.namespace)]
        let replicas = Value(random.number(0...6))
        switch random.number(0...3) {
        case 0:
            spec["replicas"] = replicas
            _ = try? await cluster.client.create(Deployment(["metadata": metadata, "spec": spec]))
        case 1:
            spec["replicas"] = replicas
            spec["serviceName"] = .string(name)
            if random.number(0...1) == 0 { spec["podManagementPolicy"] = "Parallel" }
            if random.number(0...1) == 0 { addClaims(&spec) }
            _ = try? await cluster.client.create(StatefulSet(["metadata": metadata, "spec": spec]))
        case 2: _ = try? await cluster.client.create(DaemonSet(["metadata": metadata, "spec": spec]))
        default:
            template["spec"]["restartPolicy"] = "Never"
            var spec: Value = ["template": template, "completions": Value(random.number(1...6)), "parallelism": Value(random.number(1...4)), "backoffLimit": 1000]
            if random.number(0...1) == 0 { spec["completionMode"] = "Indexed" }
            _ = try? await cluster.client.create(Job(["metadata": metadata, "spec": spec]))
        }
    }

    /// A claim for each pod, which stays or goes with it.
    private mutating func addClaims(_ spec: inout Value) {
        let policy: Value = ["whenScaled": .string(random.pick(["Retain", "Delete"])), "whenDeleted": .string(random.pick(["Retain", "Delete"]))]
        spec["persistentVolumeClaimRetentionPolicy"] = policy
        spec["volumeClaimTemplates"] = [[
            "metadata": ["name": "data", "labels": policy],
            "spec": [
                "accessModes": ["ReadWriteOnce"], "storageClassName": .string(SimulatedProvisioner.className), "resources": ["requests": ["storage": "1Gi"]],
            ],
        ]]
    }

    /// Nobody knows what pods use: the limits alone hold.
    private mutating func autoscale() async {
        guard let found = await any(Deployment.self) else { return }
        let least = random.number(1...3)
        let spec: Value = [
            "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": .string(found.name)], "minReplicas": Value(least),
            "maxReplicas": Value(least + random.number(0...3)),
        ]
        let metadata: Value = ["name": .string(found.name), "namespace": .string(Self.namespace)]
        _ = try? await cluster.client.create(HorizontalPodAutoscaler(["metadata": metadata, "spec": spec]))
    }

    private mutating func any<T: ObjectView>(_ type: T.Type) async -> T? {
        guard let all = try? await cluster.client.list(type, Self.namespace), !all.isEmpty else { return nil }
        return random.pick(all.sorted { $0.name < $1.name })
    }

    private mutating func scale() async {
        let change: Value = ["spec": ["replicas": Value(random.number(0...8))]]
        if random.number(0...1) == 0, let found = await any(Deployment.self) {
            _ = try? await cluster.client.patch(Deployment.self, Self.namespace, found.name, change)
        } else if let found = await any(StatefulSet.self) {
            _ = try? await cluster.client.patch(StatefulSet.self, Self.namespace, found.name, change)
        }
    }

    private mutating func update() async {
        let change: Value = ["spec": ["template": ["metadata": ["annotations": ["turn": .string(String(random.number(0...1000)))]]]]]
        switch random.number(0...2) {
        case 0: if let found = await any(Deployment.self) { _ = try? await cluster.client.patch(Deployment.self, Self.namespace, found.name, change) }
        case 1: if let found = await any(StatefulSet.self) { _ = try? await cluster.client.patch(StatefulSet.self, Self.namespace, found.name, change) }
        default: if let found = await any(DaemonSet.self) { _ = try? await cluster.client.patch(DaemonSet.self, Self.namespace, found.name, change) }
        }
    }

    private mutating func delete() async {
        let options: Value = ["propagationPolicy": .string(random.pick(["Background", "Foreground"]))]
        switch random.number(0...3) {
        case 0: if let found = await any(Deployment.self) { try? await cluster.client.delete(Deployment.self, Self.namespace, found.name, options) }
        case 1: if let found = await any(StatefulSet.self) { try? await cluster.client.delete(StatefulSet.self, Self.namespace, found.name, options) }
        case 2: if let found = await any(DaemonSet.self) { try? await cluster.client.delete(DaemonSet.self, Self.namespace, found.name, options) }
        default: if let found = await any(Job.self) { try? await cluster.client.delete(Job.self, Self.namespace, found.name, options) }
        }
    }

    private mutating func deletePod() async {
        guard let found = await any(Pod.self) else { return }
        try? await cluster.client.delete(Pod.self, Self.namespace, found.name)
    }

    /// As `kubectl drain` does, which budgets may refuse.
    private mutating func evict() async {
        guard let pod = await any(Pod.self) else { return }
        let eviction: Value = ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(pod.name), "namespace": .string(Self.namespace)]]
        _ = try? await cluster.client.post(eviction, to: "/api/v1/namespaces/\(Self.namespace)/pods/\(pod.name)/eviction")
    }

    private mutating func guardPods() async {
        guard let found = await any(Deployment.self) else { return }
        number += 1
        var spec: Value = ["selector": found.value["spec"]["selector"]]
        if random.number(0...1) == 0 { spec["maxUnavailable"] = Value(random.number(0...2)) } else { spec["minAvailable"] = "50%" }
        let metadata: Value = ["name": .string("b\(number)"), "namespace": .string(Self.namespace)]
        _ = try? await cluster.client.create(PodDisruptionBudget(["metadata": metadata, "spec": spec]))
    }

    private mutating func createCron() async {
        number += 1
        var template = template("c\(number)")
        template["spec"]["restartPolicy"] = "Never"
        let spec: Value = [
            "schedule": .string("*/\(random.number(2...7)) * * * *"), "concurrencyPolicy": .string(random.pick(["Forbid", "Replace"])),
            "jobTemplate": ["spec": ["template": template, "backoffLimit": 1000]],
        ]
        _ = try? await cluster.client.create(CronJob(["metadata": ["name": .string("c\(number)"), "namespace": .string(Self.namespace)], "spec": spec]))
    }

    private mutating func suspendOrResize() async {
        guard let job = await any(Job.self) else { return }
        let change: Value = random.number(0...1) == 0
            ? ["spec": ["parallelism": Value(random.number(1...6))]] : ["spec": ["suspend": .bool(job.value["spec"]["suspend"].bool != true)]]
        _ = try? await cluster.client.patch(Job.self, Self.namespace, job.name, change)
    }

    /// Jobs that were suspended go on, and no new ones come.
    private func resumeJobs() async {
        for cron in (try? await cluster.client.list(CronJob.self, Self.namespace)) ?? [] {
            _ = try? await cluster.client.patch(CronJob.self, Self.namespace, cron.name, ["spec": ["suspend": true]])
        }
        for job in (try? await cluster.client.list(Job.self, Self.namespace)) ?? [] where job.value["spec"]["suspend"].bool == true {
            _ = try? await cluster.client.patch(Job.self, Self.namespace, job.name, ["spec": ["suspend": false]])
        }
    }

    private mutating func loseNode() async {
        guard living.count > 1, let name = living.sorted().randomElement(using: &random) else { return }
        living.remove(name)
        await cluster.kill(name)
    }
}
