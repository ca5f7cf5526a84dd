#if canImport(Glibc)
import Glibc
#endif
package import APIClient
import KubernetesTypes
package import Logging
package import NIOCore
import Objects

package struct ClusterDNSSettings: Sendable {
    /// The addresses on which it listens; the cluster's service leads to the first of each family.
    package var listenAddresses: [String]
    package var port = 53
    package var clusterDomain = "cluster.local"
    /// The cluster IPs of the DNS service, one of each family that it has; pods ask the first.
    package var serviceAddresses: [String]
    package var nodeName: String
    package var upstreams = UpstreamSource.file("/etc/resolv.conf")

    package init(listenAddresses: [String], serviceAddresses: [String], nodeName: String) {
        self.listenAddresses = listenAddresses
        self.serviceAddresses = serviceAddresses
        self.nodeName = nodeName
    }

    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }
}

/// The DNS server of the cluster: answers for its domain, and asks the host's servers for everything else.
package final class ClusterDNS: Sendable {
    private let settings: ClusterDNSSettings
    private let services: Informer<KubernetesTypes.Service>
    private let slices: Informer<EndpointSlice>
    private let namespaces: Informer<Namespace>
    private let objects: DNSServiceObjects?
    private let resolver: Resolver
    private let group: any EventLoopGroup
    private let logger: Logger

    /// Throws when the domain is no domain name.
    package init(_ settings: ClusterDNSSettings, transport: any APITransport, group: any EventLoopGroup, logger: Logger) throws {
        guard let origin = DomainName(settings.clusterDomain), !origin.wire.isEmpty else {
            throw ClusterDNSSettings.Problem(description: "\(settings.clusterDomain) is no domain name")
        }
        self.settings = settings
        self.group = group
        self.logger = logger
        let client = APIClient(transport: transport, fieldManager: "martlet-dns")
        services = Informer(KubernetesTypes.Service.self, client: client, logger: logger)
        slices = Informer(EndpointSlice.self, client: client, logger: logger)
        namespaces = Informer(Namespace.self, client: client, logger: logger)
        objects = settings.listenAddresses.isEmpty ? nil : DNSServiceObjects(
            client: client, addresses: settings.serviceAddresses, listeners: settings.listenAddresses, port: settings.port,
            nodeName: settings.nodeName)
        let own = (settings.listenAddresses + settings.serviceAddresses).compactMap { Upstream("\($0.contains(":") ? "[\($0)]" : $0):\(settings.port)") }
        let forwarder = Forwarder(UpstreamList(settings.upstreams, excluding: own), group: group, logger: logger)
        let zone = ClusterZone(
            origin: origin, serverAddresses: settings.serviceAddresses.compactMap { NetworkAddress($0) }, serial: UInt32(truncatingIfNeeded: time(nil)))
        resolver = Resolver(zone: zone, forwarder: forwarder)
    }

    /// Serves until cancelled.
    package func run() async {
        let resolver = resolver
        services.onChange { change in
            if case .deleted(let service) = change { resolver.handle(.serviceDeleted(service)) } else { resolver.handle(.service(change.object)) }
        }
        slices.onChange { change in
            if case .deleted(let slice) = change { resolver.handle(.sliceDeleted(slice)) } else { resolver.handle(.slice(change.object)) }
        }
        namespaces.onChange { change in
            if case .deleted(let space) = change { resolver.handle(.namespaceDeleted(space.name)) } else { resolver.handle(.namespace(change.object.name)) }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.services.run() }
            group.addTask { await self.slices.run() }
            group.addTask { await self.namespaces.run() }
            group.addTask { await self.keepObjects() }
            for address in settings.listenAddresses { group.addTask { await self.listen(address) } }
            await services.waitUntilSynced()
            await slices.waitUntilSynced()
            await namespaces.waitUntilSynced()
            resolver.becomeReady()
        }
    }

    /// Serves an address until cancelled; while it cannot be bound (its device may come later), tries again.
    private func listen(_ address: String) async {
        var isReported = false
        while !Task.isCancelled {
            do {
                let listener = try await DNSListener(host: address, port: settings.port, resolver: resolver, group: group)
                while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
                await listener.close()
                return
            } catch {
                if !isReported {
                    logger.error("the DNS server cannot listen", metadata: ["address": "\(address):\(settings.port)", "reason": "\(error)"])
                }
                isReported = true
                try? await Task.sleep(for: .seconds(2))
            }
        }
    }

    /// Makes the service's objects, and makes them again should somebody delete them.
    private func keepObjects() async {
        guard let objects else { return }
        var pause: Duration = .milliseconds(100)
        while !Task.isCancelled {
            do throws(StatusError) {
                try await objects.ensure()
                pause = .seconds(60)
            } catch {
                logger.debug("the DNS service is not there yet", metadata: ["reason": "\(error)"])
                pause = min(pause * 2, .seconds(10))
            }
            try? await Task.sleep(for: pause)
        }
    }
}
