import KubernetesTypes
package import Logging
package import Objects
import Schema

/// What a candidate does next, told by what it has seen of the Lease. No I/O.
///
/// A holder counts as gone when its record has not changed for as long as it asked for, by the clock of the one who
/// looks: clocks of different machines are never compared.
package struct LeadershipClaim: Sendable {
    package enum Step: Sendable, Equatable {
        /// Write this record; then the candidate leads.
        case claim(Value)
        case follow(holder: String)
    }

    package let identity: String
    package let leaseSeconds: Int64
    private var observed = Value.null
    private var observedAt: ContinuousClock.Instant?

    package init(identity: String, leaseSeconds: Int64 = 15) {
        self.identity = identity
        self.leaseSeconds = leaseSeconds
    }

    /// `spec` is the Lease's, null when there is none; `now` is what a record of this moment says.
    package mutating func look(_ spec: Value, at instant: ContinuousClock.Instant, now: Timestamp) -> Step {
        if spec != observed || observedAt == nil {
            observed = spec
            observedAt = instant
        }
        let holder = spec["holderIdentity"].string ?? ""
        let lifetime = Duration.seconds(spec["leaseDurationSeconds"].int ?? leaseSeconds)
        if !holder.isEmpty, holder != identity, let observedAt, instant < observedAt + lifetime { return .follow(holder: holder) }
        var record: Value = [
            "holderIdentity": .string(identity), "leaseDurationSeconds": .int(leaseSeconds), "renewTime": .string(now.microText),
        ]
        let isOurs = holder == identity
        record["acquireTime"] = isOurs && !spec["acquireTime"].isNull ? spec["acquireTime"] : .string(now.microText)
        let transitions = spec["leaseTransitions"].int ?? 0
        record["leaseTransitions"] = .int(isOurs || spec.isNull ? transitions : transitions + 1)
        return .claim(record)
    }
}

/// Lets one of several processes do a component's work (KEP-589, `coordination.k8s.io/v1` Leases): the others wait.
package struct LeaderElection: Sendable {
    private static let namespace = "kube-system"
    private static let retryPeriod = Duration.seconds(2)
    /// A leader that cannot renew for so long stops, before its lease of 15 s runs out for the others.
    private static let renewDeadline = Duration.seconds(10)

    private let client: APIClient
    private let name: String
    private let identity: String
    private let logger: Logger

    /// `name` is the component's and its Lease's.
    package init(_ name: String, transport: any APITransport, identity: String, logger: Logger) {
        client = APIClient(transport: transport, fieldManager: name)
        self.name = name
        self.identity = identity
        self.logger = logger
    }

    /// Does `work` whenever this process leads, until cancelled. `work` is cancelled when another takes over.
    package func run(_ work: @escaping @Sendable () async -> Void) async {
        var claim = LeadershipClaim(identity: identity)
        var leading: Task<Void, Never>?
        var renewed = ClusterTime.now
        while !Task.isCancelled {
            if await attempt(&claim) {
                renewed = ClusterTime.now
                if leading == nil {
                    logger.info("leads", metadata: ["component": "\(name)", "identity": "\(identity)"])
                    leading = Task { await work() }
                }
            } else if let running = leading, ClusterTime.now - renewed > Self.renewDeadline {
                logger.warning("leads no longer", metadata: ["component": "\(name)"])
                running.cancel()
                await running.value
                leading = nil
            }
            try? await ClusterTime.sleep(for: Self.retryPeriod)
        }
        guard let running = leading else { return }
        running.cancel()
        await running.value
        await Task.detached { [self] in await release() }.value
    }

    /// Whether this process leads after it.
    private func attempt(_ claim: inout LeadershipClaim) async -> Bool {
        do throws(StatusError) {
            let lease = try await current()
            switch claim.look(lease?.value["spec"] ?? .null, at: .now, now: .now()) {
            case .follow: return false
            case .claim(let record):
                var new = lease?.value ?? ["metadata": ["name": .string(name), "namespace": .string(Self.namespace)]]
                new["spec"] = record
                if lease == nil { try await client.create(Lease(new)) } else { try await client.update(Lease(new)) }
                return true
            }
        } catch {
            // A conflict: somebody else was faster.
            if !error.isConflict { logger.debug("the lease cannot be renewed", metadata: ["component": "\(name)", "reason": "\(error)"]) }
            return false
        }
    }

    private func current() async throws(StatusError) -> Lease? {
        do throws(StatusError) {
            return try await client.get(Lease.self, Self.namespace, name)
        } catch where error.isNotFound {
            return nil
        }
    }

    /// Gives the lease back, so that the next one need not wait for its end.
    private func release() async {
        do throws(StatusError) {
            guard var lease = try await current(), lease.value["spec"]["holderIdentity"].string == identity else { return }
            lease.value["spec"]["holderIdentity"] = ""
            lease.value["spec"]["leaseDurationSeconds"] = 1
            try await client.update(lease)
        } catch {
            logger.debug("the lease cannot be given back", metadata: ["component": "\(name)", "reason": "\(error)"])
        }
    }
}
