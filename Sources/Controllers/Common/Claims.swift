import APIClient
import KubernetesTypes
import Objects

/// Settles which objects belong to a controller: adopts orphans that its selector matches, lets go of those that it no longer
/// matches.
struct Claims<Owner: ObjectView, Item: ObjectView>: Sendable {
    let context: ControllerContext
    let owner: Owner
    let selector: Objects.LabelSelector
    /// Whether an orphan is wanted at all.
    let isWanted: @Sendable (Item) -> Bool

    func settled() async throws(StatusError) -> [Item] { try await settledObjects { Item($0.value).isBeingDeleted }.map { Item($0.value) } }

    /// `isLeaving` says whether an object is being deleted already.
    fileprivate func settledObjects(_ isLeaving: (EncodedObject) -> Bool) async throws(StatusError) -> [EncodedObject] {
        var mine: [EncodedObject] = []
        let index = context.informers.owners(Item.self)
        var matcher = LabelMatcher(selector)
        for object in index.encoded(of: owner.uid) {
            let belongs = owner.isBeingDeleted || matcher.matches(object) || isLeaving(object)
            if belongs { mine.append(object) } else { try await release(Item(object.value)) }
        }
        if owner.isBeingDeleted { return mine }
        let orphans = index.encodedOrphans(in: owner.namespace).filter { object in matcher.matches(object) && isWanted(Item(object.value)) }
        if orphans.isEmpty { return mine }
        guard try await mayAdopt() else { return mine }
        for orphan in orphans {
            if let adopted = try await adopt(Item(orphan.value)) { mine.append(EncodedObject(value: adopted.value)) }
        }
        return mine
    }

    /// What the informer shows may be the former owner of the same name.
    private func mayAdopt() async throws(StatusError) -> Bool {
        let fresh = try await context.client.get(Owner.self, owner.namespace, owner.name)
        return fresh.uid == owner.uid && !fresh.isBeingDeleted
    }

    private func adopt(_ item: Item) async throws(StatusError) -> Item? {
        let patch: Value = ["metadata": ["uid": .string(item.uid), "ownerReferences": [Ownership.reference(to: owner)]]]
        do throws(StatusError) {
            return try await context.client.patch(Item.self, item.namespace, item.name, patch, as: .strategic)
        } catch where error.isNotFound {
            return nil
        }
    }

    private func release(_ item: Item) async throws(StatusError) {
        var patch: Value = ["metadata": ["uid": .string(item.uid), "ownerReferences": [["$patch": "delete", "uid": .string(owner.uid)]]]]
        // No Job counts the pod any more, so none would ever let it go.
        if item.metadata.finalizers.contains(JobSpec.finalizer) { patch["metadata"]["$deleteFromPrimitiveList/finalizers"] = [.string(JobSpec.finalizer)] }
        do throws(StatusError) {
            try await context.client.patch(Item.self, item.namespace, item.name, patch, as: .strategic)
        } catch where error.isNotFound || error.code == 422 {
            // Gone, or it has another owner already.
            return
        }
    }
}

extension Claims where Item == Pod {
    /// Pods that are finished or on their way out are not adopted.
    init(_ context: ControllerContext, _ owner: Owner, _ selector: Objects.LabelSelector) {
        self.init(context: context, owner: owner, selector: selector) { PodState.isActive($0) }
    }

    /// The same for those who count pods: whole pods are looked at only when they come or go.
    func settledPods() async throws(StatusError) -> [KnownPod] {
        try await settledObjects { KnownPod($0).facts.isBeingDeleted }.map(KnownPod.init)
    }
}
