import APIClient
import KubernetesTypes
import Objects

/// Makes resource claims out of templates for pods, reserves claims for pods that were bound without the scheduler, and lets
/// devices go when no pod uses them any more.
struct ResourceClaimController: Controller {
    let loop: ReconcileLoop

    static let podAnnotation = "resource.kubernetes.io/pod-claim-name"
    /// On claims that the scheduler makes for resources of nodes that are devices.
    static let extendedAnnotation = "resource.kubernetes.io/extended-resource-claim"
    static let finalizer = "resource.kubernetes.io/delete-protection"

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let claims = context.informers.shared(ResourceClaim.self)
        let templates = context.informers.shared(ResourceClaimTemplate.self)
        let owned = context.informers.owners(ResourceClaim.self)
        let work = ResourceClaimWork(
            client: context.client, pods: context.pods, claims: claims, templates: templates, owned: owned, recorder: context.recorder("resource_claim"))
        loop = ReconcileLoop("resource-claim", queue: queue, workers: 4, logger: context.logger) { key throws(StatusError) in
            let name = String(key.dropFirst(2))
            if key.hasPrefix("p:") { try await work.settlePod(name) } else { try await work.settleClaim(name) }
        }
        context.pods.onChange { change in
            let pod = change.object
            if pod.value["spec"]["resourceClaims"].array.isEmpty, pod.value["status"]["extendedResourceClaimStatus"].isNull { return }
            let isGone: Bool
            if case .deleted = change { isGone = true } else { isGone = PodState.isFinished(pod) }
            if !isGone { queue.add("p:" + pod.namespace + "/" + pod.name) }
            for name in ResourceClaimWork.claimNames(pod) { queue.add("c:" + pod.namespace + "/" + name) }
        }
        claims.onChange { change in
            let claim = change.object
            queue.add("c:" + claim.namespace + "/" + claim.name)
            if case .deleted = change, let owner = Ownership.controller(of: claim), owner.kind == "Pod" { queue.add("p:" + claim.namespace + "/" + (owner.name ?? "")) }
        }
        templates.onChange { change in
            guard case .added(let template) = change else { return }
            for pod in context.pods.list(template.namespace) {
                let wants = pod.value["spec"]["resourceClaims"].array.contains { $0["resourceClaimTemplateName"].string == template.name }
                if wants { queue.add("p:" + pod.namespace + "/" + pod.name) }
            }
        }
    }
}

struct ResourceClaimWork: Sendable {
    let client: APIClient
    let pods: Informer<Pod>
    let claims: Informer<ResourceClaim>
    let templates: Informer<ResourceClaimTemplate>
    let owned: OwnerIndex<ResourceClaim>
    let recorder: EventRecorder

    /// The claims of a pod as far as they are known.
    static func claimNames(_ pod: Pod) -> [String] {
        pod.value["spec"]["resourceClaims"].array.compactMap { $0["resourceClaimName"].string }
            + pod.value["status"]["resourceClaimStatuses"].array.compactMap { $0["resourceClaimName"].string }
            + [pod.value["status"]["extendedResourceClaimStatus"]["resourceClaimName"].string].compactMap { $0 }
    }

    // MARK: pods

    func settlePod(_ key: String) async throws(StatusError) {
        guard let pod = pods.get(key), !pod.isBeingDeleted, !PodState.isFinished(pod) else { return }
        var known = pod.value["status"]["resourceClaimStatuses"].array
        var isChanged = false
        for entry in pod.value["spec"]["resourceClaims"].array {
            let name = entry["name"].string ?? ""
            guard let template = entry["resourceClaimTemplateName"].string else { continue }
            if let status = known.first(where: { $0["name"].string == name }) {
                guard let made = status["resourceClaimName"].string else { continue }
                if claims.get(pod.namespace, made) != nil { continue }
            }
            let claim = try await make(pod, name, template)
            known.removeAll { $0["name"].string == name }
            known.append(["name": .string(name), "resourceClaimName": .string(claim.name)])
            isChanged = true
        }
        if isChanged {
            do throws(StatusError) {
                try await client.patch(Pod.self, pod.namespace, pod.name, ["status": ["resourceClaimStatuses": .array(known)]], as: .strategic, "status")
            } catch where error.isNotFound {
                return
            }
        }
        if !(pod.spec.nodeName ?? "").isEmpty { try await reserve(pod) }
    }

    /// The claim of a pod's template: one that is there already, or a new one.
    private func make(_ pod: Pod, _ name: String, _ templateName: String) async throws(StatusError) -> ResourceClaim {
        let mine = owned.objects(of: pod.uid).first { $0.annotations[ResourceClaimController.podAnnotation] == name && !$0.isBeingDeleted }
        if let mine { return mine }
        guard let template = templates.get(pod.namespace, templateName) else {
            let why = "resource claim template \"\(templateName)\" not found"
            recorder.record(pod, type: "Warning", reason: "FailedResourceClaimCreation", message: "PodResourceClaim \(name): \(why)")
            throw StatusError.badRequest(why)
        }
        var claim = Value.emptyObject
        let body = template.value["spec"]
        for part in ["labels", "annotations"] where body["metadata"][part].isObject { claim["metadata"][part] = body["metadata"][part] }
        claim["metadata"]["annotations"][ResourceClaimController.podAnnotation] = .string(name)
        claim["metadata"]["generateName"] = .string("\(pod.name)-\(name)-")
        claim["metadata"]["namespace"] = .string(pod.namespace)
        claim["metadata"]["ownerReferences"] = [Ownership.reference(to: pod)]
        claim["spec"] = body["spec"]
        do throws(StatusError) {
            return try await client.create(ResourceClaim(claim))
        } catch {
            recorder.record(pod, type: "Warning", reason: "FailedResourceClaimCreation", message: "PodResourceClaim \(name): failed to create ResourceClaim: \(error)")
            throw error
        }
    }

    /// For a pod that was put on its node by somebody else than a scheduler that knows of claims.
    private func reserve(_ pod: Pod) async throws(StatusError) {
        for name in Self.claimNames(pod) {
            guard var claim = claims.get(pod.namespace, name), claim.value["status"]["allocation"].isObject else { continue }
            if claim.value["status"]["reservedFor"].array.contains(where: { $0["uid"].string == pod.uid }) { continue }
            claim.value["status"]["reservedFor"].append(["resource": "pods", "name": .string(pod.name), "uid": .string(pod.uid)])
            try await client.updateStatus(claim)
        }
    }

    // MARK: claims

    func settleClaim(_ key: String) async throws(StatusError) {
        guard var claim = claims.get(key) else { return }
        let reserved = claim.value["status"]["reservedFor"].array
        var left: [Value] = []
        for entry in reserved { if try await isUsing(entry, claim.namespace) { left.append(entry) } }
        let hasFinalizer = claim.metadata.finalizers.contains(ResourceClaimController.finalizer)
        let isAllocated = claim.value["status"]["allocation"].isObject
        let lets = left.isEmpty && isAllocated && hasFinalizer && (!reserved.isEmpty || claim.isBeingDeleted)
        if left.count != reserved.count || lets {
            claim.value["status"].set("reservedFor", left.isEmpty ? nil : .array(left))
            if lets {
                claim.value["status"].remove("allocation")
                claim.value["status"].remove("devices")
            }
            claim = try await client.updateStatus(claim)
        }
        // A finalizer without devices may be a scheduler's that is about to write them.
        if hasFinalizer, lets || (claim.isBeingDeleted && !claim.value["status"]["allocation"].isObject), left.isEmpty {
            claim.value["metadata"]["finalizers"] = .array(claim.metadata.finalizers.filter { $0 != ResourceClaimController.finalizer }.map(Value.string))
            claim = try await client.update(claim)
        }
        try await deleteOrphan(claim)
    }

    /// A claim that was made for a pod goes when the pod is done.
    private func deleteOrphan(_ claim: ResourceClaim) async throws(StatusError) {
        let annotations = claim.annotations
        let isMade = annotations[ResourceClaimController.podAnnotation] != nil || annotations[ResourceClaimController.extendedAnnotation] == "true"
        guard !claim.isBeingDeleted, isMade, let owner = Ownership.controller(of: claim), owner.kind == "Pod"
        else { return }
        let pod = pods.get(claim.namespace, owner.name ?? "")
        if let pod, pod.uid == owner.uid, !PodState.isFinished(pod) { return }
        if pod == nil, try await lives(claim.namespace, owner.name ?? "", owner.uid ?? "") { return }
        do throws(StatusError) {
            try await client.delete(ResourceClaim.self, claim.namespace, claim.name, ["preconditions": ["uid": .string(claim.uid)]])
        } catch where error.isNotFound || error.isConflict {
            return
        }
    }

    private func isUsing(_ entry: Value, _ namespace: String) async throws(StatusError) -> Bool {
        // Of others than pods nothing is known.
        guard entry["resource"].string == "pods", (entry["apiGroup"].string ?? "").isEmpty else { return true }
        let (name, uid) = (entry["name"].string ?? "", entry["uid"].string ?? "")
        if let pod = pods.get(namespace, name), pod.uid == uid {
            if PodState.isFinished(pod) { return false }
            // One that never came to a node and goes away needs nothing.
            return !(pod.isBeingDeleted && (pod.spec.nodeName ?? "").isEmpty)
        }
        return try await lives(namespace, name, uid)
    }

    /// A look at the API itself: the informer may not have seen the pod yet.
    private func lives(_ namespace: String, _ name: String, _ uid: String) async throws(StatusError) -> Bool {
        do throws(StatusError) {
            let pod = try await client.get(Pod.self, namespace, name)
            return pod.uid == uid && !PodState.isFinished(pod)
        } catch where error.isNotFound {
            return false
        }
    }
}
