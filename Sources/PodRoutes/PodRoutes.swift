package import APIClient
import HostPrograms
import KubernetesTypes
package import Logging
package import Objects
import Synchronization

package struct PodRoutesSettings: Sendable {
    package var nodeName: String
    /// Where the other nodes reach this one.
    package var address: NetworkAddress
    /// The networks of all pods of the cluster.
    package var podNetworks: [IPNetwork]
    /// Those of this node's pods.
    package var localNetworks: [IPNetwork]
    package var mode: RouteMode
    /// Tells the overlays of several clusters apart; the same on all nodes of one (1 to 16,777,215).
    package var overlayID: Int
    /// The name of this node's end of the overlay, of 15 bytes at most.
    package var device: String
    /// Programs are run by these arguments in front, as `ip netns exec NAME`; empty for this process's own network.
    package var commandPrefix: [String] = []

    package init(
        nodeName: String, address: NetworkAddress, podNetworks: [IPNetwork], localNetworks: [IPNetwork], mode: RouteMode, overlayID: Int, device: String
    ) {
        self.nodeName = nodeName
        self.address = address
        self.podNetworks = podNetworks
        self.localNetworks = localNetworks
        self.mode = mode
        self.overlayID = overlayID
        self.device = device
    }
}

/// Leads packets for the pods of other nodes to those nodes.
package final class PodRoutes: Sendable {
    private static let checkInterval: Duration = .seconds(60)

    private let nodes: Informer<Node>
    private let table: RouteTable
    private let plan: Mutex<RoutePlan>
    private let changes: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let usesOverlay: Bool
    private let logger: Logger

    package init(_ settings: PodRoutesSettings, transport: any APITransport, logger: Logger) {
        nodes = Informer(Node.self, client: APIClient(transport: transport, fieldManager: "martlet-pod-routes"), logger: logger)
        table = RouteTable(
            device: settings.device, overlayID: settings.overlayID, address: settings.address, podNetworks: settings.podNetworks,
            localNetworks: settings.localNetworks, commandPrefix: settings.commandPrefix)
        plan = Mutex(RoutePlan(node: settings.nodeName, podNetworks: settings.podNetworks, localNetworks: settings.localNetworks, mode: settings.mode))
        usesOverlay = settings.mode != .direct
        self.logger = logger
        (changes, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Keeps the routes until cancelled. They stay behind, so that connections survive a restart.
    package func run() async {
        nodes.onChange { [weak self] change in
            guard let self else { return }
            let isOther = plan.withLock { plan in
                if case .deleted(let node) = change { plan.remove(node.name) } else { plan.set(change.object) }
            }
            if isOther { signal.yield() }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.nodes.run() }
            group.addTask { await self.remindOfCheck() }
            await nodes.waitUntilSynced()
            signal.yield()
            await keep()
            group.cancelAll()
        }
    }

    /// Routes can be taken away by others, and addresses can come to lie elsewhere.
    private func remindOfCheck() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.checkInterval)
            if !plan.withLock(\.isEmpty) { signal.yield() }
        }
    }

    private func keep() async {
        var written: Set<RouteEntry> = []
        var checked: ContinuousClock.Instant?
        for await _ in changes {
            if Task.isCancelled { return }
            let isDue = checked.map { ContinuousClock.now - $0 >= Self.checkInterval } ?? true
            do throws(HostProgram.Failure) {
                let wanted = try await wanted()
                // After a minute all of it is said again, whatever is believed to be there.
                if isDue {
                    let networks = Set(wanted.compactMap(\.network))
                    await table.remove(await table.present().subtracting(networks))
                }
                let added = isDue ? wanted : wanted.subtracting(written)
                try await table.change(adding: added, removing: written.subtracting(wanted))
                if !added.isEmpty, added != written { logger.debug("routes to other nodes", metadata: ["entries": "\(wanted.count)"]) }
                written = wanted
                checked = .now
            } catch {
                logger.error("the routes to other nodes' pods are written anew", metadata: ["reason": "\(error)"])
                checked = nil
                try? await Task.sleep(for: .seconds(2))
                signal.yield()
            }
        }
    }

    private func wanted() async throws(HostProgram.Failure) -> Set<RouteEntry> {
        let plan = plan.withLock { $0 }
        if plan.isEmpty { return [] }
        if usesOverlay { try await table.ensureDevice() }
        var neighbors: Set<NetworkAddress> = []
        for address in plan.addresses where await table.isNeighbor(address) { neighbors.insert(address) }
        return plan.entries { neighbors.contains($0) }
    }

    /// Takes a cluster's routes and its end of the overlay away; nobody keeps them any more.
    package static func remove(device: String, podNetworks: [IPNetwork]) async {
        let table = RouteTable(
            device: device, overlayID: 0, address: NetworkAddress(v4: 0), podNetworks: podNetworks, localNetworks: [], commandPrefix: [])
        await table.remove(await table.present())
        await table.removeDevice()
    }
}
