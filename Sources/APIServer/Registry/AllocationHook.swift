import KubernetesTypes
import Objects

/// Where the admission chain comes from; it is complete only after all stores exist.
package final class AdmissionSource: Sendable {
    // Set once while the server is put together, before it serves.
    nonisolated(unsafe) private(set) var chain = AdmissionChain()

    package init() {}

    package func set(_ chain: AdmissionChain) { self.chain = chain }

    /// Adds a last step. Before the server serves, as `set`.
    func append(_ step: any ValidatingAdmission) { chain.validating.append(step) }
}

/// What a write of a kind takes from a pool shared by the cluster: cluster IPs, node ports.
///
/// `allocate` may change the object and keeps what it took reserved until `confirm` or `release`.
protocol AllocationHook: Sendable {
    func allocate(_ object: inout Value, old: Value?, isDryRun: Bool) async throws(StatusError) -> Reservation
}

/// What was taken for one write.
struct Reservation: Sendable {
    /// The write is stored: gives back what the old object had and the new one has not.
    var confirm: @Sendable () -> Void = {}
    /// The write failed: gives back what was taken.
    var release: @Sendable () -> Void = {}
}

struct NoAllocation: AllocationHook {
    func allocate(_ object: inout Value, old: Value?, isDryRun: Bool) async throws(StatusError) -> Reservation { Reservation() }
}
