import Aggregation
package import Audit
package import ComponentMetrics
package import Credentials
import HTTPServing
package import KubernetesTypes
package import Logging
package import NIOCore
package import NIOPosix
package import NIOSSL
package import Objects
package import Schema
package import Storage
import Strategies
import Synchronization
import Webhooks

/// What an API server needs to be told.
package struct APIServerSettings: Sendable {
    /// The addresses to listen on.
    package var hosts = ["0.0.0.0"]
    package var port = 6443
    /// The PEM of the authority whose client certificates count.
    package var clientAuthority: String
    package var serving: KeyPair
    /// With which the server shows itself to kubelets.
    package var kubeletClient: KeyPair
    package var tokenIssuer: ServiceAccountTokenIssuer
    package var serviceCIDR = "10.96.0.0/16"
    /// Whether the server tells itself what nodes and pods use.
    package var servesResourceMetrics = false
    /// Nil when nobody asks for an audit.
    package var auditor: Auditor?
    /// The address under which pods reach this server.
    package var advertiseAddress: String
    /// Nil when no servers stand behind this one, and no proxy in front of it.
    package var frontProxy: FrontProxyConfiguration?

    package init(
        clientAuthority: String, serving: KeyPair, kubeletClient: KeyPair, tokenIssuer: ServiceAccountTokenIssuer,
        advertiseAddress: String
    ) {
        self.clientAuthority = clientAuthority
        self.serving = serving
        self.kubeletClient = kubeletClient
        self.tokenIssuer = tokenIssuer
        self.advertiseAddress = advertiseAddress
    }
}

/// The server of the API: stores, caches, the request chain and the listener, put together.
package final class APIServer: Sendable {
    package let kinds = ServedKinds()
    package let health = HealthService()
    package let chain: RequestChain
    let encoder: AnswerEncoder
    private let settings: APIServerSettings
    private let feed: CacheFeed
    let applied = AppliedRevision()
    private let admission = AdmissionSource()
    private let storage: any Storage
    private let group: any EventLoopGroup
    private let logger: Logger
    private let server: HTTPServer
    private let proxy: any StreamProxy
    private let feedTask = Mutex<Task<Void, Never>?>(nil)
    private let loaded = ReadyFlag()
    private let bootstrapped = ReadyFlag()
    private let stopping = ReadyFlag()
    private let serviceAddresses: ServiceAddresses
    private let aggregation: RoleAggregation
    private let policyStatus: PolicyStatus
    private let customResources: CustomResourceService
    private let requests = RequestMetrics()
    private let webhooks: WebhookClient
    private let aggregator: Aggregator
    private let aggregationController: AggregationController
    private let addressObjects: AddressObjects
    /// Nil when somebody else is to say what nodes and pods use.
    private let resourceMetrics: ResourceMetricsService?

    package init(
        settings: APIServerSettings, storage: any Storage, group: any EventLoopGroup, metrics: MetricRegistry = .shared, logger: Logger
    ) throws {
        self.settings = settings
        self.storage = storage
        self.group = group
        self.logger = logger
        let catalogue = KindCatalogue.builtIn
        feed = CacheFeed(storage: storage, applied: applied, logger: logger)
        serviceAddresses = try ServiceAddresses(cidr: settings.serviceCIDR)
        encoder = AnswerEncoder(catalogue: catalogue)
        let assembly = StoreAssembly(
            catalogue: catalogue, storage: storage, applied: applied, admission: admission, feed: feed,
            allocations: [GroupResource(group: "", resource: "services"): serviceAddresses])
        for kind in assembly.served() { kinds.add(kind) }
        let stores = BuiltInStores(kinds)
        let clusterRoles = try Self.kind(kinds, "rbac.authorization.k8s.io", "clusterroles")
        let definitions = try Self.kind(kinds, "apiextensions.k8s.io", "customresourcedefinitions")
        let endpoints = EndpointResolver(
            services: try stores.store("", "services"), slices: try stores.store("discovery.k8s.io", "endpointslices"))
        let aggregator = Aggregator(
            registrations: try Self.kind(kinds, "apiregistration.k8s.io", "apiservices"), resolver: endpoints,
            servers: try RemoteServers(client: settings.frontProxy?.client, group: group))
        self.aggregator = aggregator
        aggregationController = AggregationController(
            aggregator: aggregator, kinds: kinds, watched: [endpoints.services.cache, endpoints.slices.cache], logger: logger)
        let webhooks = WebhookClient(group: group, resolver: endpoints, agent: "kube-apiserver-admission")
        self.webhooks = webhooks
        customResources = CustomResourceService(
            kinds: kinds, definitions: definitions, assembly: assembly, webhooks: webhooks, logger: logger)
        aggregation = RoleAggregation(clusterRoles: clusterRoles, logger: logger)
        let validating = GroupResource(group: "admissionregistration.k8s.io", resource: "validatingadmissionpolicies")
        guard let policyKind = kinds.kind(validating) else {
            throw StatusError.internalError("the built-in resource validatingadmissionpolicies is missing")
        }
        policyStatus = PolicyStatus(policies: policyKind, kinds: kinds, logger: logger)
        let roles = RoleAuthorizer(
            roles: try stores.store("rbac.authorization.k8s.io", "roles"),
            clusterRoles: try stores.store("rbac.authorization.k8s.io", "clusterroles"),
            bindings: try stores.store("rbac.authorization.k8s.io", "rolebindings"),
            clusterBindings: try stores.store("rbac.authorization.k8s.io", "clusterrolebindings"))
        let authorizer = AuthorizerChain([
            MastersAuthorizer(),
            NodeAuthorizer(
                roles: roles, pods: try stores.store("", "pods"), volumes: try stores.store("", "persistentvolumes"),
                attachments: try stores.store("storage.k8s.io", "volumeattachments"),
                slices: try stores.store("resource.k8s.io", "resourceslices")), roles,
        ])
        let secrets = try stores.store("", "secrets")
        let audiences = [settings.tokenIssuer.issuer]
        let authenticator = Authenticator(
            certificates: CertificateAuthenticator(
                try ClientCertificates(
                    clients: settings.clientAuthority, frontProxies: settings.frontProxy?.authority ?? ""),
                allowedNames: settings.frontProxy?.allowedNames ?? []),
            tokens: ServiceAccountTokenAuthenticator(
                issuer: settings.tokenIssuer, audiences: audiences, accounts: try stores.store("", "serviceaccounts"),
                pods: try stores.store("", "pods"), secrets: secrets, nodes: try stores.store("", "nodes")),
            bootstrap: BootstrapTokenAuthenticator(secrets: secrets))
        addressObjects = AddressObjects(
            services: try stores.store("", "services"), addresses: try stores.store("networking.k8s.io", "ipaddresses"),
            logger: logger)
        let locator = KubeletLocator(
            nodes: try stores.store("", "nodes"), pods: try stores.store("", "pods"),
            services: try stores.store("", "services"), slices: try stores.store("discovery.k8s.io", "endpointslices"))
        resourceMetrics = settings.servesResourceMetrics ? try ResourceMetricsService(
            nodes: try stores.store("", "nodes"), pods: try stores.store("", "pods"), locator: locator, pair: settings.kubeletClient,
            authority: settings.clientAuthority, group: group, logger: logger) : nil
        if let resourceMetrics { aggregator.setResourceMetrics(resourceMetrics) }
        let dispatcher = Dispatcher(
            kinds: kinds, decoder: BodyDecoder(catalogue: catalogue),
            subresources: SubresourceTable(tokens: settings.tokenIssuer, kubelets: locator),
            reviews: ReviewService(authenticator: authenticator, authorizer: authorizer, roles: roles, audiences: audiences),
            aggregator: aggregator)
        let tokenKeys = TokenKeyService(
            issuer: settings.tokenIssuer, keySetURL: "https://\(settings.advertiseAddress):\(settings.port)/openid/v1/jwks")
        let openAPI = OpenAPIService(kinds: kinds, catalogue: catalogue, version: ServerVersion.value["gitVersion"].string ?? "",
            aggregator: aggregator)
        let discovery = DiscoveryService(
            kinds: kinds,
            extra: { request throws(StatusError) in
                if let answer = try openAPI.answer(request) { return answer }
                return try tokenKeys.answer(request)
            }, version: ServerVersion.value, aggregator: aggregator)
        chain = RequestChain(
            authenticator: authenticator, authorizer: authorizer, impersonator: Impersonator(authorizer: authorizer),
            dispatcher: dispatcher, discovery: discovery, health: health,
            metrics: MetricsService(registry: metrics, health: health), auditor: settings.auditor,
            barrier: storage.isShared ? ReadBarrier(storage: storage, applied: applied) : nil)
        admission.set(
            try BuiltInAdmission(
                stores: stores, authorizer: authorizer, webhooks: webhooks, kinds: kinds,
                forms: AdmissionForms(kinds: kinds, decoder: BodyDecoder(catalogue: catalogue)), logger: logger
            ).chain())
        admission.append(EscalationCheck(authorizer: authorizer, roles: roles))
        let tls = try Self.tlsContext(settings)
        // Last of what may throw: its client has to be closed again.
        let proxy = try KubeletProxy(
            client: settings.kubeletClient, authority: settings.clientAuthority, remotes: aggregator.servers, group: group,
            logger: logger)
        self.proxy = proxy
        server = HTTPServer(
            group: group, settings: ServerSettings(tls: { tls }),
            responder: HTTPAdapter(chain: chain, encoder: encoder, proxy: proxy, metrics: requests, logger: logger), logger: logger)
        MetricsService.register(metrics, requests: requests, kinds: kinds, applied: applied)
        addHealthChecks()
    }

    /// What `/livez` and `/readyz` look at, by the names that probes and people know.
    private func addHealthChecks() {
        health.add("log", isLive: true) { true }
        health.add("etcd", isLive: true) { [feed] in feed.isFollowing }
        health.add("etcd-readiness") { [feed] in feed.isFollowing }
        health.add("informer-sync") { [loaded] in loaded.isSet }
        health.add("poststarthook/rbac/bootstrap-roles", isLive: true) { [bootstrapped] in bootstrapped.isSet }
        health.add("poststarthook/scheduling/bootstrap-system-priority-classes", isLive: true) { [bootstrapped] in bootstrapped.isSet }
        health.add("poststarthook/start-apiextensions-controllers", isLive: true) { [bootstrapped] in bootstrapped.isSet }
        health.add("poststarthook/crd-informer-synced", isLive: true) { [bootstrapped] in bootstrapped.isSet }
        health.add("shutdown") { [stopping] in !stopping.isSet }
    }

    private static func kind(_ kinds: ServedKinds, _ group: String, _ resource: String) throws(StatusError) -> ServedKind {
        guard let kind = kinds.kind(GroupResource(group: group, resource: resource)) else {
            throw .internalError("the built-in resource \(resource) is missing")
        }
        return kind
    }

    private static func tlsContext(_ settings: APIServerSettings) throws -> NIOSSLContext {
        let configuration = ServerSettings.tlsConfiguration(
            chain: try NIOSSLCertificate.fromPEMBytes(Array(settings.serving.certificate.utf8)),
            key: try NIOSSLPrivateKey(bytes: Array(settings.serving.key.utf8), format: .pem),
            clientAuthorities: try NIOSSLCertificate.fromPEMBytes(
                Array((settings.clientAuthority + "\n" + (settings.frontProxy?.authority ?? "")).utf8)))
        return try NIOSSLContext(configuration: configuration)
    }

    /// Loads the caches, listens, and makes sure that the objects that every cluster has are there.
    package func start() async throws {
        let revision = try await feed.load()
        let feed = feed
        feedTask.withLock { $0 = Task { await feed.run(after: revision) } }
        loaded.set()
        serviceAddresses.adopt(try BuiltInStores(kinds).store("", "services").all())
        try await ClusterObjects(kinds: kinds, settings: settings, addresses: serviceAddresses, logger: logger).ensure()
        await aggregation.start()
        customResources.onChange { [aggregationController] in aggregationController.kindsChanged() }
        await customResources.start()
        await policyStatus.start()
        await aggregationController.start(withMetrics: resourceMetrics != nil)
        addressObjects.start()
        resourceMetrics?.start()
        bootstrapped.set()
        for host in settings.hosts { try await server.start(host: host, port: settings.port) }
        logger.info("API server listens", metadata: ["addresses": "\(settings.hosts.joined(separator: ", "))", "port": "\(settings.port)"])
    }

    package func stop() async {
        stopping.set()
        aggregation.stop()
        policyStatus.stop()
        customResources.stop()
        aggregationController.stop()
        addressObjects.stop()
        for store in kinds.stores { store.cache.closeWatchers() }
        await resourceMetrics?.stop()
        await server.shutdown()
        await settings.auditor?.close()
        await proxy.close()
        await webhooks.close()
        await aggregator.servers.close()
        feedTask.withLock { $0?.cancel() }
    }
}

/// Something that becomes true once.
final class ReadyFlag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}

/// Finds the stores that the server itself works with.
struct BuiltInStores {
    private let kinds: ServedKinds

    init(_ kinds: ServedKinds) { self.kinds = kinds }

    func store(_ group: String, _ resource: String) throws(StatusError) -> ResourceStore {
        guard let kind = kinds.kind(GroupResource(group: group, resource: resource)) else {
            throw .internalError("the built-in resource \(resource) is missing")
        }
        return kind.store
    }
}

/// Makes a store for each built-in resource.
struct StoreAssembly {
    let catalogue: KindCatalogue
    let storage: any Storage
    let applied: AppliedRevision
    let admission: AdmissionSource
    let feed: CacheFeed
    let allocations: [GroupResource: any AllocationHook]

    func served() -> [ServedKind] {
        var stores: [GroupVersionKind: ResourceStore] = [:]
        var served: [ServedKind] = []
        // Kinds that share another's store come after it.
        for description in catalogue.resources
        where BuiltInConversions.shared(description.groupResource, version: description.id.version) == nil {
            let store = store(description)
            stores[description.id] = store
            served.append(ServedKind(description: description, store: store))
        }
        for description in catalogue.resources {
            guard let (id, conversion) = BuiltInConversions.shared(description.groupResource, version: description.id.version),
                let store = stores[id]
            else { continue }
            served.append(ServedKind(description: description, store: store, conversion: conversion))
        }
        return served
    }

    /// A store for a kind that is defined while the server runs, with the objects that it has already.
    func customStore(
        _ description: KindDescription, _ strategy: any Strategy, keepsVersions: Bool
    ) async throws(StatusError) -> ResourceStore {
        let cache = WatchCache(
            prefix: KeyLayout.prefix(description.groupResource, isBuiltIn: false),
            codec: ObjectCodec(kind: description.id, strategy: strategy, keepsVersions: keepsVersions), applied: applied)
        do {
            try await feed.addLive(cache)
        } catch {
            throw StatusError(storage: error)
        }
        return ResourceStore(
            description: description, strategy: strategy, cache: cache, storage: storage, applied: applied, admission: admission)
    }

    private func store(_ description: KindDescription) -> ResourceStore {
        let resource = description.groupResource
        let strategy = StrategyTable.strategy(for: resource)
        let cache = WatchCache(
            prefix: KeyLayout.prefix(resource, isBuiltIn: true),
            codec: ObjectCodec(
                kind: description.id, strategy: strategy, message: description.type, storesProtobuf: storage.isShared),
            applied: applied)
        feed.add(cache)
        return ResourceStore(
            description: description, strategy: strategy, cache: cache, storage: storage, applied: applied,
            admission: admission, lifetimeSeconds: description.id.kind == "Event" ? 3600 : 0,
            allocation: allocations[resource] ?? NoAllocation())
    }
}

/// What `/version` says.
enum ServerVersion {
    static let value: Value = [
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitCommit": "", "gitTreeState": "clean", "buildDate": "",
        "goVersion": "", "compiler": "swiftc", "platform": "linux/amd64",
    ]
}
