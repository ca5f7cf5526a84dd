import APIClient
import KubernetesTypes
import Objects

/// What holds of every object when nothing changes any more.
struct Contracts {
    let client: APIClient
    let namespace: String
    let ledger: Ledger
    /// Whether the quota leaves no room for another pod.
    private var isFull = false

    init(client: APIClient, namespace: String, ledger: Ledger) {
        self.client = client
        self.namespace = namespace
        self.ledger = ledger
    }

    /// What is broken; empty when all is as it has to be.
    mutating func broken() async throws(StatusError) -> [String] {
        let pods = try await client.list(Pod.self, namespace)
        var problems: [String] = []
        var owners: Set<String> = []
        for set in try await client.list(ReplicaSet.self, namespace) { owners.insert(set.uid) }
        for deployment in try await client.list(Deployment.self, namespace) {
            owners.insert(deployment.uid)
            problems += try await look(deployment)
        }
        for set in try await client.list(StatefulSet.self, namespace) {
            owners.insert(set.uid)
            problems += look(set, pods)
        }
        let nodes = try await client.list(Node.self)
        isFull = try await client.list(ResourceQuota.self, namespace).contains { $0.value["status"]["used"]["pods"] == $0.value["status"]["hard"]["pods"] }
        for set in try await client.list(DaemonSet.self, namespace) {
            owners.insert(set.uid)
            problems += look(set, pods, nodes)
        }
        for job in try await client.list(Job.self, namespace) {
            owners.insert(job.uid)
            problems += look(job, pods)
        }
        for cron in try await client.list(CronJob.self, namespace) { problems += try await look(cron) }
        for budget in try await client.list(PodDisruptionBudget.self, namespace) { problems += look(budget, pods) }
        problems += try await lookAtQuotas(pods)
        problems += try await lookAtClaims(pods)
        for scaler in try await client.list(HorizontalPodAutoscaler.self, namespace) { problems += try await look(scaler) }
        for pod in pods {
            let owner = controller(pod.value) ?? ""
            if !owners.contains(owner) { problems.append("pod \(pod.name) is left of an owner that is gone") }
            if pod.isBeingDeleted { problems.append("pod \(pod.name) is still being deleted") }
        }
        return problems + load(pods, nodes) + ledger.broken()
    }

    private func controller(_ value: Value) -> String? {
        value["metadata"]["ownerReferences"].array.first { $0["controller"].bool == true }?["uid"].string
    }

    private func own<T: ObjectView>(_ owner: T, _ pods: [Pod]) -> [Pod] { pods.filter { controller($0.value) == owner.uid } }

    private func isReady(_ pod: Pod) -> Bool {
        pod.value["status"]["conditions"].array.contains { $0["type"].string == "Ready" && $0["status"].string == "True" }
    }

    private func look(_ deployment: Deployment) async throws(StatusError) -> [String] {
        let wanted = deployment.value["spec"]["replicas"].int ?? 1
        let status = deployment.value["status"]
        var problems: [String] = []
        if status["observedGeneration"].int != deployment.generation { problems.append("deployment \(deployment.name) was not looked at") }
        for count in ["replicas", "updatedReplicas"] where (status[count].int ?? 0) != wanted {
            problems.append("deployment \(deployment.name) says \(status[count].int ?? 0) \(count) of \(wanted)")
        }
        let sets = try await client.list(ReplicaSet.self, namespace).filter { controller($0.value) == deployment.uid }
        let pods = try await client.list(Pod.self, namespace)
        // An update goes no further while there is no room for the next pod.
        if isFull || sets.contains(where: { set in own(set, pods).contains { ($0.spec.nodeName ?? "").isEmpty } }) { return [] }
        let sizes = sets.map { $0.value["spec"]["replicas"].int ?? 0 }.filter { $0 > 0 }
        if sizes != (wanted == 0 ? [] : [wanted]) { problems.append("deployment \(deployment.name) of \(wanted) has sets of \(sizes)") }
        for set in sets {
            let count = own(set, pods).count { $0.value["status"]["phase"].string != "Failed" }
            if Int64(count) != set.value["spec"]["replicas"].int { problems.append("set \(set.name) has \(count) pods") }
        }
        return problems
    }

    private func look(_ set: StatefulSet, _ pods: [Pod]) -> [String] {
        let own = own(set, pods)
        let wanted = Int(set.value["spec"]["replicas"].int ?? 1)
        // An ordered set stops at a pod for which there is no room.
        let isHeldUp = own.contains { ($0.spec.nodeName ?? "").isEmpty }
        var problems: [String] = []
        let names = Set((0..<wanted).map { "\(set.name)-\($0)" }), found = Set(own.map(\.name))
        if !isHeldUp, !isFull, found != names { problems.append("set \(set.name) of \(wanted) has \(found.sorted())") }
        let revision = set.value["status"]["updateRevision"].string
        for pod in own where !isHeldUp && pod.labels["controller-revision-hash"] != revision { problems.append("pod \(pod.name) is of an older revision") }
        return problems
    }

    private func look(_ set: DaemonSet, _ pods: [Pod], _ nodes: [Node]) -> [String] {
        let places = own(set, pods).map { pod in
            pod.spec.nodeName ?? pod.value["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"][0]["matchFields"][0]["values"][0].string ?? ""
        }.sorted()
        // What the quota leaves no room for is not made.
        if isFull, Set(places).count == places.count { return [] }
        if places == nodes.map(\.name).sorted() { return [] }
        let tainted = nodes.filter { !$0.value["spec"]["taints"].array.isEmpty }.map { "\($0.name) \($0.value["spec"]["taints"].jsonString)" }
        return ["set \(set.name) has pods on \(places), tainted are \(tainted)"]
    }

    private func look(_ job: Job, _ pods: [Pod]) -> [String] {
        let wanted = job.value["spec"]["completions"].int ?? 1
        let status = job.value["status"]
        let isWaiting = own(job, pods).contains { $0.value["status"]["phase"].string == "Pending" && ($0.spec.nodeName ?? "").isEmpty }
        if isWaiting { return [] }
        var problems: [String] = []
        if (status["succeeded"].int ?? 0) != wanted { problems.append("job \(job.name) counts \(status["succeeded"].int ?? 0) of \(wanted)") }
        let counted = Int(status["succeeded"].int ?? 0), seen = ledger.succeeded(job.uid)
        if job.value["spec"]["completionMode"].string == "Indexed" ? counted > seen : counted != seen {
            problems.append("job \(job.name) counts \(counted) pods and \(seen) succeeded")
        }
        let done = own(job, pods).filter { $0.value["status"]["phase"].string == "Succeeded" }
        if Int64(done.count) > wanted { problems.append("job \(job.name) of \(wanted) had \(done.count) pods that succeeded") }
        if !status["conditions"].array.contains(where: { $0["type"].string == "Complete" && $0["status"].string == "True" }) { problems.append("job \(job.name) is not complete") }
        return problems
    }

    private func look(_ cron: CronJob) async throws(StatusError) -> [String] {
        let jobs = try await client.list(Job.self, namespace).filter { controller($0.value) == cron.uid }
        let times = jobs.compactMap { $0.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] }
        var problems: [String] = []
        if Set(times).count != jobs.count { problems.append("cron job \(cron.name) has jobs of the same times: \(times.sorted())") }
        let ended = jobs.filter { job in job.value["status"]["conditions"].array.contains { $0["type"].string == "Complete" && $0["status"].string == "True" } }
        if ended.count > 3 { problems.append("cron job \(cron.name) keeps \(ended.count) jobs") }
        if cron.value["spec"]["concurrencyPolicy"].string != "Allow", jobs.count - ended.count > 1 { problems.append("cron job \(cron.name) runs \(jobs.count - ended.count) jobs") }
        return problems
    }

    private func look(_ budget: PodDisruptionBudget, _ pods: [Pod]) -> [String] {
        let selector = Objects.LabelSelector(budget.value["spec"]["selector"])
        let healthy = pods.count { selector.matches($0.labels) && isReady($0) && !$0.isBeingDeleted && $0.value["status"]["phase"].string == "Running" }
        let status = budget.value["status"]
        let allowed = status["expectedPods"].int == 0 ? 0 : max(0, Int64(healthy) - (status["desiredHealthy"].int ?? 0))
        if status["currentHealthy"].int != Int64(healthy) { return ["budget \(budget.name) counts \(status["currentHealthy"].int ?? -1) healthy pods of \(healthy)"] }
        return status["disruptionsAllowed"].int == allowed ? [] : ["budget \(budget.name) allows \(status["disruptionsAllowed"].int ?? -1) for \(allowed)"]
    }

    /// Claims have volumes of their own, are there for every pod, and go when they are to.
    private func lookAtClaims(_ pods: [Pod]) async throws(StatusError) -> [String] {
        let claims = try await client.list(PersistentVolumeClaim.self, namespace), volumes = try await client.list(PersistentVolume.self)
        let sets = try await client.list(StatefulSet.self, namespace)
        var problems: [String] = []
        for claim in claims {
            if claim.isBeingDeleted { problems.append("claim \(claim.name) is still being deleted") }
            let volume = volumes.first { $0.name == claim.value["spec"]["volumeName"].string }
            if claim.value["status"]["phase"].string != "Bound" || volume?.value["spec"]["claimRef"]["uid"].string != claim.uid {
                problems.append("claim \(claim.name) is not bound to a volume of its own")
            }
            let parts = claim.name.split(separator: "-")
            guard parts.count == 3, let ordinal = Int64(parts[2]) else { continue }
            guard let set = sets.first(where: { $0.name == parts[1] }) else {
                if claim.labels["whenDeleted"] == "Delete" { problems.append("claim \(claim.name) is left of a set that is gone") }
                continue
            }
            // A claim whose pod was never made, or went by itself, has nobody to go with.
            let owners = Set(claim.value["metadata"]["ownerReferences"].array.compactMap { $0["uid"].string })
            let isBeyond = ordinal >= set.value["spec"]["replicas"].int ?? 1
            if !owners.isSubset(of: Set([set.uid] + pods.map(\.uid))) { problems.append("claim \(claim.name) is left of an owner that is gone\(isBeyond ? "" : ", and needed")") }
        }
        for volume in volumes where !claims.contains(where: { $0.uid == volume.value["spec"]["claimRef"]["uid"].string }) {
            problems.append("volume \(volume.name) is left of a claim that is gone")
        }
        let names = Set(claims.map(\.name))
        for pod in pods {
            for volume in pod.value["spec"]["volumes"].array {
                guard let name = volume["persistentVolumeClaim"]["claimName"].string, !names.contains(name) else { continue }
                problems.append("pod \(pod.name) has no claim \(name)")
            }
        }
        return problems
    }

    private func look(_ scaler: HorizontalPodAutoscaler) async throws(StatusError) -> [String] {
        let spec = scaler.value["spec"]
        guard let deployment = try await client.list(Deployment.self, namespace).first(where: { $0.name == spec["scaleTargetRef"]["name"].string }) else { return [] }
        let size = deployment.value["spec"]["replicas"].int ?? 1
        let isWithin = size == 0 || ((spec["minReplicas"].int ?? 1)...(spec["maxReplicas"].int ?? 1)).contains(size)
        return isWithin ? [] : ["deployment \(deployment.name) has \(size) replicas outside of its autoscaler's limits"]
    }

    private func lookAtQuotas(_ pods: [Pod]) async throws(StatusError) -> [String] {
        let active = pods.count { !["Succeeded", "Failed"].contains($0.value["status"]["phase"].string ?? "") }
        return try await client.list(ResourceQuota.self, namespace).flatMap { quota -> [String] in
            let used = Quantity(quota.value["status"]["used"]["pods"])?.rounded ?? -1
            let hard = Quantity(quota.value["spec"]["hard"]["pods"])?.rounded ?? 0
            var problems = used == Int64(active) ? [] : ["quota \(quota.name) counts \(used) pods of \(active)"]
            if Int64(active) > hard { problems.append("quota \(quota.name) of \(hard) has \(active) pods") }
            return problems
        }
    }

    /// No node has more than it takes, and no pod waits that would fit.
    private func load(_ pods: [Pod], _ nodes: [Node]) -> [String] {
        var used: [String: Int64] = [:], counts: [String: Int] = [:]
        var problems: [String] = []
        func cpu(_ pod: Pod) -> Int64 { Quantity(pod.value["spec"]["containers"][0]["resources"]["requests"]["cpu"])?.milli ?? 0 }
        let active = pods.filter { !["Succeeded", "Failed"].contains($0.value["status"]["phase"].string ?? "") }
        for pod in active {
            guard let node = pod.spec.nodeName, !node.isEmpty else { continue }
            used[node, default: 0] += cpu(pod)
            counts[node, default: 0] += 1
            if !isReady(pod) { problems.append("pod \(pod.name) on \(node) is not ready") }
        }
        for node in nodes where used[node.name] ?? 0 > 4000 || counts[node.name] ?? 0 > 20 { problems.append("node \(node.name) has more than it takes") }
        for pod in active where (pod.spec.nodeName ?? "").isEmpty && pod.value["spec"]["affinity"].isNull {
            let fits = nodes.contains { node in node.value["spec"]["taints"].array.isEmpty && 4000 - (used[node.name] ?? 0) >= cpu(pod) && counts[node.name] ?? 0 < 20 }
            if fits { problems.append("pod \(pod.name) waits although a node has room") }
        }
        return problems
    }
}
