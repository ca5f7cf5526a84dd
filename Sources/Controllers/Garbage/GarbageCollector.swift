import APIClient
import KubernetesTypes
import Objects
import Schema
import Synchronization

/// Deletes what has lost its owners, and finishes foreground and orphan deletions.
///
/// It watches every resource that can be deleted, by its metadata only, and keeps the graph of owners.
struct GarbageCollector: Sendable {
    private let context: ControllerContext
    private let recorder: EventRecorder
    private let graph: OwnerGraph
    private let definitions = FollowedKinds()
    /// Told the namespace of everything that is deleted.
    private let noteDeletion: @Sendable (String) -> Void
    private let queue = WorkQueue(baseDelay: .milliseconds(50), longestDelay: .seconds(30))

    init(_ context: ControllerContext, noteDeletion: @escaping @Sendable (String) -> Void) {
        self.context = context
        recorder = context.recorder("garbage-collector-controller")
        self.noteDeletion = noteDeletion
        graph = OwnerGraph()
    }

    func run() async {
        let loop = ReconcileLoop("garbage-collector", queue: queue, workers: 8, logger: context.logger) { [self] uid throws(StatusError) in
            try await attend(uid)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await loop.run() }
            group.addTask {
                while !Task.isCancelled {
                    definitions.note()
                    try? await ClusterTime.sleep(for: .seconds(10))
                }
            }
            // Kinds come and go with their definitions.
            for await _ in definitions.changes {
                let begun = ContinuousClock.now
                if let resources = try? await ResourceIndex.read(context.client) {
                    for resource in resources where ["list", "watch", "delete"].allSatisfy(resource.verbs.contains) && resource.resource != "events" {
                        if definitions.begin(resource) { group.addTask { await follow(resource) } }
                    }
                }
                // Many definitions come together, and each reading costs with all that are there.
                try? await ClusterTime.sleep(for: max(.milliseconds(100), (ContinuousClock.now - begun) * 10))
            }
        }
    }

    private func follow(_ resource: ResourceIndex.Entry) async {
        let path = APIRequest.path(resource.groupVersion, resource.resource)
        while !Task.isCancelled {
            do throws(StatusError) {
                let page = try await context.client.transport.list(APIRequest(.get, path))
                for gone in graph.replace(resource, page.objects) { queue.add(gone) }
                for object in page.objects { look(object, resource) }
                var request = APIRequest(.get, path)
                request.query = [("watch", "true"), ("resourceVersion", page.resourceVersion)]
                let watch = try await context.client.transport.watch(request)
                try await withTaskCancellationHandler {
                    await read(watch, resource)
                } onCancel: {
                    watch.cancel()
                }.get()
            } catch where error.isNotFound {
                // Its definition is gone, and with it all of its objects.
                for gone in graph.replace(resource, []) { queue.add(gone) }
                return definitions.end(resource)
            } catch {
                try? await ClusterTime.sleep(for: .seconds(1))
            }
        }
    }

    /// Returns when the watch ends.
    private func read(_ watch: any WatchSource, _ resource: ResourceIndex.Entry) async -> Result<Void, StatusError> {
        do throws(StatusError) {
            while let events = try await watch.next() {
                if resource.definesKinds { definitions.note() }
                for event in events { take(event, resource) }
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func take(_ event: WatchEvent, _ resource: ResourceIndex.Entry) {
        switch event {
        case .added(let object), .modified(let object):
            graph.upsert(resource, object)
            look(object, resource)
        case .deleted(let object):
            noteDeletion(object.namespace)
            for dependent in graph.remove(object) { queue.add(dependent) }
        case .bookmark: break
        }
    }

    /// Queues an object when it has an owner that may be gone, or waits for us.
    private func look(_ object: EncodedObject, _ resource: ResourceIndex.Entry) {
        let metadata = object.value["metadata"]
        guard let uid = metadata["uid"].string else { return }
        let isWaiting = metadata["deletionTimestamp"].string != nil
            && metadata["finalizers"].strings.contains { $0 == "orphan" || $0 == "foregroundDeletion" }
        if isWaiting || !metadata["ownerReferences"].array.isEmpty { queue.add(uid) }
        if metadata["deletionTimestamp"].string != nil, metadata["finalizers"].strings.contains("foregroundDeletion") {
            for dependent in graph.dependents(of: uid) { queue.add(dependent) }
        }
    }

    private func attend(_ uid: String) async throws(StatusError) {
        guard let node = graph.node(uid) else { return }
        let metadata = node.object.value["metadata"]
        let finalizers = metadata["finalizers"].strings
        if metadata["deletionTimestamp"].string != nil {
            if finalizers.contains("orphan") {
                try await orphan(node)
                try await removeFinalizer(node, "orphan")
            } else if finalizers.contains("foregroundDeletion") {
                let blocking = graph.dependents(of: uid).compactMap(graph.node).filter { $0.blocks(uid) }
                if blocking.isEmpty {
                    try await removeFinalizer(node, "foregroundDeletion")
                } else {
                    if graph.isInCircle(uid) { try await unblock(node) }
                    for dependent in blocking where !dependent.waitsForDependents { queue.add(dependent.uid) }
                    queue.add(uid, after: .seconds(1))
                }
            }
            return
        }
        try await collect(node)
    }

    /// Deletes the object when none of its owners is there any more.
    private func collect(_ node: OwnerGraph.Node) async throws(StatusError) {
        let owners = node.object.value["metadata"]["ownerReferences"].array
        if owners.isEmpty { return }
        var dangling: [Value] = []
        var waiting: [Value] = []
        var solid: [Value] = []
        for owner in owners {
            noteWrongNamespace(owner, node)
            switch try await state(of: owner, node.object.namespace) {
            case .gone: dangling.append(owner)
            case .waitsForDependents: waiting.append(owner)
            case .present: solid.append(owner)
            }
        }
        if !solid.isEmpty {
            if !dangling.isEmpty || !waiting.isEmpty {
                try await context.client.transportPatch(node.path, ["metadata": ["ownerReferences": .array(solid), "resourceVersion": node.object.value["metadata"]["resourceVersion"]]])
            }
            return
        }
        let own = graph.dependents(of: node.uid)
        let hasOwn = !own.isEmpty
        // Where owners form a circle each would wait for the next: this one stops holding up its owners.
        if !waiting.isEmpty, own.contains(where: { graph.node($0)?.waitsForDependents == true }) { try await unblock(node) }
        let policy = !waiting.isEmpty && hasOwn ? "Foreground" : "Background"
        do throws(StatusError) {
            try await context.client.delete(node.path, ["preconditions": ["uid": .string(node.uid)], "propagationPolicy": .string(policy)])
        } catch where error.isNotFound {
            return
        }
    }

    /// An owner has to be in the namespace of what it owns, or in none.
    private func noteWrongNamespace(_ owner: Value, _ node: OwnerGraph.Node) {
        let (uid, namespace) = (owner["uid"].string ?? "", node.object.namespace)
        guard let known = graph.node(uid), !known.object.namespace.isEmpty, known.object.namespace != namespace else { return }
        let text = "[\(owner["apiVersion"].string ?? "")/\(owner["kind"].string ?? ""), namespace: \(namespace), name: \(owner["name"].string ?? ""), uid: \(uid)]"
        recorder.record(
            GroupVersionKind(groupVersion: node.resource.groupVersion, kind: node.resource.kind), node.object.value, type: "Warning",
            reason: "OwnerRefInvalidNamespace", message: "ownerRef \(text) does not exist in namespace \"\(namespace)\"")
    }

    private enum OwnerState { case present, gone, waitsForDependents }

    private func state(of owner: Value, _ namespace: String) async throws(StatusError) -> OwnerState {
        let uid = owner["uid"].string ?? ""
        if let known = graph.node(uid), known.object.namespace.isEmpty || known.object.namespace == namespace {
            return known.waitsForDependents ? .waitsForDependents : .present
        }
        // The graph may lag; only the server knows.
        guard let groupVersion = GroupVersion(apiVersion: owner["apiVersion"].string ?? ""),
            let entry = graph.resource(groupVersion.group, owner["kind"].string ?? "")
        else {
            // Its kind may be so new that it is not followed yet.
            definitions.note()
            throw StatusError(code: 503, reason: "ServiceUnavailable", message: "the kind \(owner["kind"].string ?? "") of an owner is not known")
        }
        let path = APIRequest.path(entry.groupVersion, entry.resource, namespace: entry.isNamespaced ? namespace : "", name: owner["name"].string ?? "")
        do throws(StatusError) {
            let found = try await context.client.transport.send(APIRequest(.get, path))
            return found["metadata"]["uid"].string == uid ? .present : .gone
        } catch where error.isNotFound {
            return .gone
        }
    }

    /// The object's owners need not wait for it any more.
    private func unblock(_ node: OwnerGraph.Node) async throws(StatusError) {
        let owners: [Value] = node.object.value["metadata"]["ownerReferences"].array.map { owner in
            var owner = owner
            if owner["blockOwnerDeletion"].bool == true { owner["blockOwnerDeletion"] = false }
            return owner
        }
        do throws(StatusError) {
            try await context.client.transportPatch(node.path, ["metadata": ["ownerReferences": .array(owners), "uid": .string(node.uid)]])
        } catch where error.isNotFound || error.isConflict {
            return
        }
    }

    /// Takes the owner out of its dependents.
    private func orphan(_ node: OwnerGraph.Node) async throws(StatusError) {
        for uid in graph.dependents(of: node.uid) {
            guard let dependent = graph.node(uid) else { continue }
            let left = dependent.object.value["metadata"]["ownerReferences"].array.filter { $0["uid"].string != node.uid }
            do throws(StatusError) {
                try await context.client.transportPatch(dependent.path, ["metadata": ["ownerReferences": left.isEmpty ? .null : .array(left)]])
            } catch where error.isNotFound {
                continue
            }
        }
    }

    private func removeFinalizer(_ node: OwnerGraph.Node, _ name: String) async throws(StatusError) {
        do throws(StatusError) {
            let fresh = try await context.client.transport.send(APIRequest(.get, node.path))
            let left = fresh["metadata"]["finalizers"].array.filter { $0.string != name }
            try await context.client.transportPatch(
                node.path,
                ["metadata": ["finalizers": left.isEmpty ? .null : .array(left), "resourceVersion": fresh["metadata"]["resourceVersion"]]])
        } catch where error.isNotFound {
            return
        }
    }
}

extension APIClient {
    /// A merge patch of what lies at a path.
    func transportPatch(_ path: String, _ patch: Value) async throws(StatusError) {
        var request = APIRequest(.patch, path)
        request.contentType = PatchType.merge.rawValue
        request.query = [("fieldManager", fieldManager)]
        request.body = patch
        _ = try await transport.send(request)
    }
}
