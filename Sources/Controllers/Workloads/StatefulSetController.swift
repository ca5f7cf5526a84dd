import APIClient
import KubernetesTypes
import Objects

/// Keeps the numbered pods of a StatefulSet and their claims.
struct StatefulSetController: Controller {
    let loop: ReconcileLoop

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let recorder = context.recorder("statefulset-controller")
        let informer = context.informers.shared(StatefulSet.self)
        _ = context.informers.owners(ControllerRevision.self)
        let claims = context.informers.shared(PersistentVolumeClaim.self)
        loop = ReconcileLoop("statefulset", queue: queue, logger: context.logger) { key throws(StatusError) in
            guard let set = informer.get(key) else { return }
            try await StatefulSync(context: context, set: set, claims: claims, recorder: recorder, queue: queue).sync()
        }
        informer.onChange { queue.add($0.object.namespace + "/" + $0.object.name) }
        PodControl<StatefulSet>.follow(context, Expectations(), queue) { pod in
            informer.list(pod.namespace).filter { Objects.LabelSelector($0.value["spec"]["selector"]).matches(pod.labels) }
        }
    }
}

private struct StatefulSync: Sendable {
    let context: ControllerContext
    let set: StatefulSet
    let claims: Informer<PersistentVolumeClaim>
    let recorder: EventRecorder
    let queue: WorkQueue

    private static let hashLabel = "controller-revision-hash"

    func sync() async throws(StatusError) {
        let selector = Objects.LabelSelector(set.value["spec"]["selector"])
        let name = set.name
        let settled = Claims<StatefulSet, Pod>(context: context, owner: set, selector: selector) { pod in
            StatefulIdentity.ordinal(pod.name, of: name) != nil && !pod.isBeingDeleted
        }
        let pods = try await settled.settledPods()
        if set.isBeingDeleted { return }
        let history = RevisionHistory(context: context, owner: set, selector: selector, hashLabel: Self.hashLabel)
        let known = try await history.revisions()
        let (update, collisions) = try await history.current(known, collisions: set.value["status"]["collisionCount"].int ?? 0)
        let all = known.contains { $0.name == update.name } ? known : known + [update]
        let current = all.first { $0.name == set.value["status"]["currentRevision"].string } ?? update
        let plan = StatefulPlan(set, pods: pods, updateHash: update.name, now: .now())
        var failure: StatusError?
        for pod in pods where pod.facts.phase == .pending && !pod.facts.isBeingDeleted {
            // A claim may have gone before its pod was bound to a node.
            guard let ordinal = StatefulIdentity.ordinal(pod.name, of: name), isWithin(ordinal) else { continue }
            do throws(StatusError) { try await ensureClaims(ordinal) } catch { failure = failure ?? error }
        }
        for step in plan.steps {
            do throws(StatusError) { try await carryOut(step, current: current, update: update) } catch { failure = failure ?? error }
        }
        let key = set.namespace + "/" + set.name
        if plan.isWaitingForTime { queue.add(key, after: .seconds(1)) }
        try await retain(pods)
        try await updateStatus(pods, current: current, update: update, collisions: collisions)
        let live = Set(pods.compactMap { $0.object.label(Self.hashLabel) } + [current.name, update.name])
        try await history.trim(all, keeping: live, limit: Int(set.value["spec"]["revisionHistoryLimit"].int ?? 10))
        if let failure { throw failure }
    }

    // MARK: steps

    private func carryOut(_ step: StatefulPlan.Step, current: ControllerRevision, update: ControllerRevision) async throws(StatusError) {
        switch step {
        case .create(let ordinal, let isUpdated):
            let revision = isUpdated ? update : current
            var template = revision.value["data"]["spec"]["template"]
            template.remove("$patch")
            try refuseStaleClaims(ordinal)
            try await ensureClaims(ordinal)
            let pod = StatefulIdentity.pod(set, ordinal, template: template, hash: revision.name)
            do throws(StatusError) {
                try await context.client.create(pod)
                recorder.record(set, reason: "SuccessfulCreate", message: "create Pod \(pod.name) in StatefulSet \(set.name) successful")
            } catch where error.isAlreadyExists {
                return
            } catch {
                recorder.record(
                    set, type: "Warning", reason: "FailedCreate", message: "create Pod \(pod.name) in StatefulSet \(set.name) failed error: \(error)")
                throw error
            }
        case .delete(let known):
            let pod = known.pod
            if known.facts.isFinished {
                let (kind, reason) = known.facts.hasFailed ? ("failed", "RecreatingFailedPod") : ("terminated", "RecreatingTerminatedPod")
                recorder.record(
                    set, type: known.facts.hasFailed ? "Warning" : "Normal", reason: reason,
                    message: "StatefulSet \(set.namespace)/\(set.name) is recreating \(kind) Pod \(pod.name)")
            }
            do throws(StatusError) {
                try await context.client.delete(Pod.self, pod.namespace, pod.name, ["preconditions": ["uid": .string(pod.uid)]])
                recorder.record(set, reason: "SuccessfulDelete", message: "delete Pod \(pod.name) in StatefulSet \(set.name) successful")
            } catch where error.isNotFound || error.isConflict {
                return
            } catch {
                recorder.record(
                    set, type: "Warning", reason: "FailedDelete", message: "delete Pod \(pod.name) in StatefulSet \(set.name) failed error: \(error)")
                throw error
            }
        }
    }

    private func ensureClaims(_ ordinal: Int) async throws(StatusError) {
        for template in set.value["spec"]["volumeClaimTemplates"].array {
            let name = StatefulIdentity.claim(template, of: set.name, ordinal)
            if let known = claims.get(set.namespace, name) {
                if known.isBeingDeleted { throw .internalError("pvc \(name) is being deleted") }
                continue
            }
            var claim = PersistentVolumeClaim(template)
            claim.value.remove("status")
            claim.value["metadata"]["name"] = .string(name)
            claim.value["metadata"]["namespace"] = .string(set.namespace)
            for (key, value) in set.value["spec"]["selector"]["matchLabels"].stringMap { claim.value["metadata"]["labels"][key] = .string(value) }
            if policy("whenDeleted") == "Delete" { claim.value["metadata"]["ownerReferences"] = [Ownership.reference(to: set)] }
            do throws(StatusError) {
                try await context.client.create(claim)
                recorder.record(
                    set, reason: "SuccessfulCreate",
                    message: "create Claim \(name) Pod \(set.name)-\(ordinal) in StatefulSet \(set.name) success")
            } catch where error.isAlreadyExists {
                continue
            } catch {
                recorder.record(
                    set, type: "Warning", reason: "FailedCreate",
                    message: "create Claim \(name) for Pod \(set.name)-\(ordinal) in StatefulSet \(set.name) failed error: \(error)")
                throw error
            }
        }
    }

    private func policy(_ key: String) -> String { set.value["spec"]["persistentVolumeClaimRetentionPolicy"][key].string ?? "Retain" }

    private func isWithin(_ ordinal: Int) -> Bool {
        let start = Int(set.value["spec"]["ordinals"]["start"].int ?? 0)
        return (start..<(start + Int(set.value["spec"]["replicas"].int ?? 1))).contains(ordinal)
    }

    /// The claims of an ordinal that are there.
    private func knownClaims(_ ordinal: Int) -> [PersistentVolumeClaim] {
        set.value["spec"]["volumeClaimTemplates"].array.compactMap { claims.get(set.namespace, StatefulIdentity.claim($0, of: set.name, ordinal)) }
    }

    /// A claim of an earlier pod of this name is going to be collected: the next pod waits for one of its own.
    private func refuseStaleClaims(_ ordinal: Int) throws(StatusError) {
        let pod = "\(set.name)-\(ordinal)"
        for claim in knownClaims(ordinal) where claim.metadata.ownerReferences.contains(where: { $0.kind == "Pod" && $0.name == pod }) {
            throw .internalError("pvc \(claim.name) is left of an earlier pod \(pod)")
        }
    }

    /// Has each claim belong to what it is to go with: to the set, to its pod when that is beyond the size, or to nobody (KEP-1847).
    private func retain(_ pods: [KnownPod]) async throws(StatusError) {
        for known in pods {
            guard let ordinal = StatefulIdentity.ordinal(known.name, of: set.name) else { continue }
            let goesWithPod = policy("whenScaled") == "Delete" && !isWithin(ordinal)
            let goesWithSet = policy("whenDeleted") == "Delete" && !goesWithPod
            for claim in knownClaims(ordinal) where !claim.isBeingDeleted {
                let before = claim.value["metadata"]["ownerReferences"].array
                func isOf(_ owner: Value, _ kind: String, _ name: String) -> Bool { owner["kind"].string == kind && owner["name"].string == name }
                func belongs(to uid: String) -> Bool { before.contains { $0["uid"].string == uid } }
                if belongs(to: known.facts.uid) == goesWithPod, belongs(to: set.uid) == goesWithSet { continue }
                var owners = before.filter { !isOf($0, "Pod", known.name) && !isOf($0, "StatefulSet", set.name) }
                if goesWithPod { owners.append(["apiVersion": "v1", "kind": "Pod", "name": .string(known.name), "uid": .string(known.facts.uid)]) }
                if goesWithSet { owners.append(Ownership.reference(to: set)) }
                try await context.client.patch(
                    PersistentVolumeClaim.self, claim.namespace, claim.name,
                    ["metadata": ["ownerReferences": .array(owners), "resourceVersion": claim.value["metadata"]["resourceVersion"]]])
            }
        }
    }

    // MARK: status

    private func updateStatus(_ pods: [KnownPod], current: ControllerRevision, update: ControllerRevision, collisions: Int64) async throws(StatusError) {
        let now = Timestamp.now()
        let seconds = set.value["spec"]["minReadySeconds"].int ?? 0
        // Finished pods are replaced, so they count no more.
        let alive = pods.filter { !$0.facts.isFinished && StatefulIdentity.ordinal($0.name, of: set.name) != nil }
        let ready = alive.filter { $0.facts.phase == .running && $0.facts.isReady }
        func count(_ revision: ControllerRevision) -> Int { alive.count { $0.object.label(Self.hashLabel) == revision.name && !$0.facts.isBeingDeleted } }
        var (currentCount, updatedCount) = (count(current), count(update))
        let wanted = Int(set.value["spec"]["replicas"].int ?? 1)
        var currentName = current.name
        let isRolling = set.value["spec"]["updateStrategy"]["type"].string != "OnDelete"
        if isRolling, current.name != update.name, updatedCount == alive.count, alive.count == wanted, ready.count == wanted {
            currentName = update.name
            currentCount = updatedCount
        }
        var status = set.value["status"].isObject ? set.value["status"] : .emptyObject
        status["replicas"] = Value(alive.count)
        func setCount(_ key: String, _ count: Int) { status.set(key, count == 0 ? nil : Value(count)) }
        setCount("readyReplicas", ready.count)
        setCount("currentReplicas", currentCount)
        if currentName == update.name { updatedCount = currentCount }
        setCount("updatedReplicas", updatedCount)
        status["availableReplicas"] = Value(ready.count { $0.facts.isAvailable(seconds, now: now) })
        status["currentRevision"] = .string(currentName)
        status["updateRevision"] = .string(update.name)
        status["collisionCount"] = .int(collisions)
        status["observedGeneration"] = .int(set.generation)
        if status == set.value["status"] { return }
        var new = set
        new.value["status"] = status
        try await context.client.updateStatus(new)
    }
}
