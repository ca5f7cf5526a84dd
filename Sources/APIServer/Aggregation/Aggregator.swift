import Aggregation
import Authentication
import HTTPServing
import KubernetesTypes
import NIOCore
import Objects
import Schema
import Synchronization
import Webhooks

/// Knows which groups and versions other servers serve, and sends requests for them there.
package final class Aggregator: Sendable {
    private struct Parsed {
        var revision: Int64 = -1
        var registrations: [GroupVersion: APIServiceRegistration] = [:]
        var hasRemote = false
    }

    /// What an aggregated server last said of itself.
    struct Documents: Sendable {
        /// Resources in the form of aggregated discovery.
        var resources = Value.array([])
        /// Null when the server has none.
        var openAPIv2 = Value.null
        /// Where the version 3 document of the group and version is, by the server's own index.
        var openAPIv3URL: String?
        /// Changes with the documents.
        var fingerprint = ""
    }

    let registrations: ServedKind
    private let resolver: EndpointResolver
    let servers: RemoteServers
    private let parsed = Mutex(Parsed())
    private let documents = Mutex<[GroupVersion: Documents]>([:])
    /// What this server says itself of what nodes and pods use; nil when it does not.
    private let resourceMetrics = Mutex<ResourceMetricsService?>(nil)

    init(registrations: ServedKind, resolver: EndpointResolver, servers: RemoteServers) {
        self.registrations = registrations
        self.resolver = resolver
        self.servers = servers
    }

    // MARK: registrations

    private func current() -> Parsed {
        let revision = registrations.store.cache.lastChange
        let known = parsed.withLock { $0.revision == revision ? $0 : nil }
        if let known { return known }
        var fresh = Parsed(revision: revision)
        for object in registrations.store.all() {
            let registration = APIServiceRegistration(object.value)
            fresh.registrations[registration.groupVersion] = registration
            if registration.service != nil { fresh.hasRemote = true }
        }
        let result = fresh
        parsed.withLock { $0 = result }
        return result
    }

    var all: [GroupVersion: APIServiceRegistration] { current().registrations }

    /// The registration of a group and version that another server serves; nil when it is our own.
    func remote(_ groupVersion: GroupVersion) -> APIServiceRegistration? {
        let table = current()
        guard table.hasRemote, let registration = table.registrations[groupVersion], registration.service != nil else { return nil }
        return registration
    }

    var remotes: [APIServiceRegistration] {
        let table = current()
        return table.hasRemote ? table.registrations.values.filter { $0.service != nil }.sorted { $0.name < $1.name } : []
    }

    // MARK: metrics

    func setResourceMetrics(_ service: ResourceMetricsService) { resourceMetrics.withLock { $0 = service } }

    /// The own service of resource metrics, as long as it is registered and no other server has its place.
    var localMetrics: ResourceMetricsService? {
        guard let service = resourceMetrics.withLock({ $0 }) else { return nil }
        guard let registration = current().registrations[ResourceMetricsService.groupVersion], registration.service == nil else { return nil }
        return service
    }

    // MARK: requests

    /// The answer, or the way to the server that has it, where the request's group and version are served by no store; nil
    /// where they are. Throws what the client is to see.
    func answer(_ request: ServerRequest) throws(StatusError) -> Answer? {
        let info = request.info, metrics = ResourceMetricsService.groupVersion
        if info.isResourceRequest, info.group == metrics.group, info.version == metrics.version, let local = localMetrics {
            return try local.answer(request)
        }
        let segments = request.segments
        guard segments.count >= 3, segments[0] == "apis",
            let registration = remote(GroupVersion(group: segments[1], version: segments[2]))
        else { return nil }
        return forward(request, to: registration, path: request.path, query: request.rawQuery)
    }

    func forward(
        _ request: ServerRequest, to registration: APIServiceRegistration, path: String, query: String?
    ) -> Answer {
        guard registration.isAvailable, let server = try? server(registration) else { return .text(503, "service unavailable\n") }
        let user = request.user
        var headers = FrontProxyHeaders.headers(user: user.name, uid: user.uid, groups: user.groups, extra: user.extra)
        if !request.remoteAddress.isEmpty {
            let before = request.headers["x-forwarded-for"].map { $0 + ", " } ?? ""
            headers.append((name: "X-Forwarded-For", value: before + request.remoteAddress))
        }
        return .stream(
            ProxyPlan(
                url: server.base + path + (query.map { "?" + $0 } ?? ""), isKubelet: false, isTransparent: true,
                remote: ProxyPlan.Remote(server: server, headers: headers)))
    }

    /// Where the server of a registration is now. Throws what stands in the way.
    func server(_ registration: APIServiceRegistration) throws -> RemoteServer {
        guard let service = registration.service else { throw StatusError.unavailable("\(registration.name) has no service") }
        let endpoint = try resolver.resolve(namespace: service.namespace, name: service.name, port: service.port)
        return RemoteServer(
            serverName: service.serverName, address: endpoint.address, port: endpoint.port, authority: registration.authority,
            skipsVerification: registration.skipsVerification)
    }

    /// What the service and its endpoints say of a registration.
    func obstacle(_ registration: APIServiceRegistration) -> Availability? {
        guard let service = registration.service else { return nil }
        return Availability.obstacle(
            service, resolver.service(service.namespace, service.name),
            endpoints: resolver.endpointSlices(service.namespace, service.name))
    }

    // MARK: documents

    func documents(_ groupVersion: GroupVersion) -> Documents? { documents.withLock { $0[groupVersion] } }

    func keep(_ found: Documents, _ groupVersion: GroupVersion) { documents.withLock { $0[groupVersion] = found } }

    /// Forgets what servers said that are no longer registered.
    func forget(except groupVersions: Set<GroupVersion>) {
        documents.withLock { known in known = known.filter { groupVersions.contains($0.key) } }
    }
}
