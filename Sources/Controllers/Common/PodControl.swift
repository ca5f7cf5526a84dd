import APIClient
import KubernetesTypes
import Objects
import Schema

/// Creates and deletes the pods of a controller, remembers what was asked for, and tells in Events.
struct PodControl<Owner: ObjectView>: Sendable {
    let context: ControllerContext
    let expectations: Expectations
    let recorder: EventRecorder
    let owner: Owner

    /// How many requests are under way at a time, at most: more would only wait for one another, and hold memory meanwhile.
    private static var widest: Int { 128 }

    private var key: String { owner.namespace + "/" + owner.name }

    /// Creates pods, few at first and twice as many each time, so that one refusal (a quota) is enough. Throws the first failure.
    func create(_ pods: [Pod]) async throws(StatusError) {
        var rest = pods[...]
        var batch = 1
        while !rest.isEmpty {
            let part = rest.prefix(batch)
            rest = rest.dropFirst(part.count)
            expectations.expectCreations(key, part.count)
            let failures = await withTaskGroup(of: StatusError?.self) { group in
                for pod in part { group.addTask { await create(pod) } }
                return await group.reduce(into: [StatusError]()) { if let error = $1 { $0.append(error) } }
            }
            for _ in failures { expectations.sawCreation(key) }
            if let failure = failures.first { throw failure }
            batch = min(batch * 2, Self.widest)
        }
    }

    private func create(_ pod: Pod) async -> StatusError? {
        do throws(StatusError) {
            let made = try await context.client.create(pod)
            recorder.record(owner, reason: "SuccessfulCreate", message: "Created pod: \(made.name)")
            return nil
        } catch {
            // In a namespace that goes away nothing can be created, and nobody wants to read about it.
            let isEnding = error.details["causes"].array.contains { $0["reason"].string == "NamespaceTerminating" }
            if !isEnding { recorder.record(owner, type: "Warning", reason: "FailedCreate", message: "Error creating: \(error)") }
            return error
        }
    }

    /// Deletes pods; those that are gone already count as deleted. Throws the first failure.
    func delete(_ pods: [Pod]) async throws(StatusError) {
        for pod in pods { expectations.expectDeletion(key, pod.uid) }
        let failures = await withTaskGroup(of: StatusError?.self) { group in
            var failures: [StatusError] = []
            for (index, pod) in pods.enumerated() {
                if index >= Self.widest, let failure = await group.next() ?? nil { failures.append(failure) }
                group.addTask { await delete(pod) }
            }
            for await failure in group { if let failure { failures.append(failure) } }
            return failures
        }
        if let failure = failures.first { throw failure }
    }

    private func delete(_ pod: Pod) async -> StatusError? {
        do throws(StatusError) {
            try await context.client.delete(Pod.self, pod.namespace, pod.name, ["preconditions": ["uid": .string(pod.uid)]])
            recorder.record(owner, reason: "SuccessfulDelete", message: "Deleted pod: \(pod.name)")
            return nil
        } catch {
            expectations.sawDeletion(key, pod.uid)
            if error.isNotFound || error.isConflict { return nil }
            recorder.record(owner, type: "Warning", reason: "FailedDelete", message: "Error deleting: \(error)")
            return error
        }
    }

    /// Queues the owner when one of its pods changes, and settles what was expected.
    static func follow(
        _ context: ControllerContext, _ expectations: Expectations, _ queue: WorkQueue, orphan: @escaping @Sendable (Pod) -> [Owner]
    ) {
        context.pods.onChange { change in
            let pod = change.object
            let isOwn: (OwnerReference?) -> Bool = { $0?.kind == Owner.groupVersionKind.kind && $0?.apiVersion == Owner.groupVersionKind.groupVersion.description }
            let owner = Ownership.controller(of: pod)
            if case .updated(let old, _) = change, let before = Ownership.controller(of: old), before.uid != owner?.uid, isOwn(before) {
                queue.add(pod.namespace + "/" + (before.name ?? ""))
            }
            if isOwn(owner) {
                let key = pod.namespace + "/" + (owner?.name ?? "")
                switch change {
                case .added: expectations.sawCreation(key)
                case .deleted: expectations.sawDeletion(key, pod.uid)
                case .updated(_, let new): if new.isBeingDeleted { expectations.sawDeletion(key, new.uid) }
                }
                queue.add(key)
            } else if owner == nil {
                if case .deleted = change { return }
                if case .updated(let old, let new) = change, old.labels == new.labels, Ownership.controller(of: old) == nil { return }
                for owner in orphan(pod) { queue.add(owner.namespace + "/" + owner.name) }
            }
        }
    }
}
