import APIClient
import KubernetesTypes
import Objects

/// Writes into claims what was decided about them.
struct ClaimWriter: Sendable {
    static let finalizer = "resource.kubernetes.io/delete-protection"

    let client: APIClient

    /// Gives each claim its devices and reserves it for the pod. Throws when a claim is another than it was.
    func write(_ allocations: [DeviceFilter.Allocation], for pod: Pod) async throws(StatusError) {
        for allocation in allocations {
            var claim = allocation.claim
            if allocation.value.isObject, !claim.metadata.finalizers.contains(Self.finalizer) {
                claim.value["metadata"]["finalizers"].append(.string(Self.finalizer))
                let status = claim.value["status"]
                claim = try await client.update(claim)
                claim.value["status"] = status
            }
            let isReserved = claim.value["status"]["reservedFor"].array.contains { $0["uid"].string == pod.uid }
            if isReserved, !allocation.value.isObject { continue }
            if allocation.value.isObject { claim.value["status"]["allocation"] = allocation.value }
            if !isReserved {
                claim.value["status"]["reservedFor"].append(["resource": "pods", "name": .string(pod.name), "uid": .string(pod.uid)])
            }
            try await client.updateStatus(claim)
        }
    }

    /// Takes the devices of a claim that nobody uses back, so that others may be found for it.
    func deallocate(_ claim: ResourceClaim) async throws(StatusError) {
        var claim = claim
        claim.value["status"].remove("allocation")
        claim.value["status"].remove("reservedFor")
        try await client.updateStatus(claim)
    }
}
