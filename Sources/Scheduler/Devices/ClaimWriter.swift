import APIClient
import KubernetesTypes
import Objects

/// Writes into claims what was decided about them.
struct ClaimWriter: Sendable {
    static let finalizer = "resource.kubernetes.io/delete-protection"

    let client: APIClient

    /// Gives each claim its devices and reserves it for the pod; claims for extended resources are made first. Throws when a claim
    /// is another than it was. Returns the claims as they are then.
    func write(_ allocations: [DeviceFilter.Allocation], for pod: Pod) async throws(StatusError) -> [ResourceClaim] {
        var written: [ResourceClaim] = []
        for allocation in allocations {
            if allocation.mappings.isEmpty {
                written.append(try await write(allocation, allocation.claim, for: pod))
            } else {
                written.append(try await make(allocation, for: pod))
            }
        }
        return written
    }

    private func write(_ allocation: DeviceFilter.Allocation, _ known: ResourceClaim, for pod: Pod) async throws(StatusError) -> ResourceClaim {
        var claim = known
        if allocation.value.isObject, !claim.metadata.finalizers.contains(Self.finalizer) {
            claim.value["metadata"]["finalizers"].append(.string(Self.finalizer))
            let status = claim.value["status"]
            claim = try await client.update(claim)
            claim.value["status"] = status
        }
        let isReserved = claim.value["status"]["reservedFor"].array.contains { $0["uid"].string == pod.uid }
        if isReserved, !allocation.value.isObject { return claim }
        if allocation.value.isObject { claim.value["status"]["allocation"] = allocation.value }
        if !isReserved {
            claim.value["status"]["reservedFor"].append(["resource": "pods", "name": .string(pod.name), "uid": .string(pod.uid)])
        }
        return try await client.updateStatus(claim)
    }

    /// Makes the claim for extended resources, and says in the pod which containers use it.
    private func make(_ allocation: DeviceFilter.Allocation, for pod: Pod) async throws(StatusError) -> ResourceClaim {
        var new = allocation.claim
        new.value["metadata"].remove("name")
        new.value["metadata"]["finalizers"] = [.string(Self.finalizer)]
        let made = try await client.create(new)
        do throws(StatusError) {
            let claim = try await write(allocation, made, for: pod)
            let status: Value = ["extendedResourceClaimStatus": ["resourceClaimName": .string(claim.name), "requestMappings": .array(allocation.mappings)]]
            try await client.patch(Pod.self, pod.namespace, pod.name, ["status": status], as: .strategic, "status")
            return claim
        } catch {
            try? await drop(made)
            throw error
        }
    }

    /// Deletes a claim that was made for nothing.
    func drop(_ claim: ResourceClaim) async throws(StatusError) {
        let change: Value = ["metadata": ["uid": .string(claim.uid), "finalizers": .null]]
        try await client.patch(ResourceClaim.self, claim.namespace, claim.name, change)
        try await client.delete(ResourceClaim.self, claim.namespace, claim.name, ["preconditions": ["uid": .string(claim.uid)]])
    }

    /// Takes the devices of a claim that nobody uses back, so that others may be found for it.
    func deallocate(_ claim: ResourceClaim) async throws(StatusError) {
        var claim = claim
        for key in ["allocation", "reservedFor", "devices"] { claim.value["status"].remove(key) }
        try await client.updateStatus(claim)
    }
}
