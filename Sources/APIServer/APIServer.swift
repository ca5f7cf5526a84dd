import Aggregation
import FlowControl
import Audit
import Authentication
package import Authorization
package import ComponentMetrics
package import Credentials
import HTTPServing
import KubernetesTypes
package import Logging
package import NIOCore
import NIOHTTP1
import NIOPosix
import Objects
import Schema
package import Storage
import Strategies
import Synchronization
import Webhooks

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
    private let proxy: KubeletProxy
    private let feedTask = Mutex<Task<Void, Never>?>(nil)
    private let loaded = ReadyFlag()
    private let bootstrapped = ReadyFlag()
    private let stopping = ReadyFlag()
    private let serviceAddresses: ServiceAddresses
    private let clientCertificates: CertificateAuthenticator
    private let kubelets: KubeletConnections
    private let aggregation: RoleAggregation
    private let policyStatus: PolicyStatus
    private let customResources: CustomResourceService
    private let requests = RequestMetrics()
    private let webhooks: WebhookClient
    let aggregator: Aggregator
    private let aggregationController: AggregationController
    private let addressObjects: AddressObjects
    private let flowConfiguration: FlowConfiguration?
    private let pending: PendingRequests
    private let identity: ListenerIdentity
    private let authorizer: AuthorizerChain
    private let nodeAuthorizer: NodeAuthorizer
    private let roles: RoleAuthorizer
    /// Nil when somebody else is to say what nodes and pods use.
    private let resourceMetrics: ResourceMetricsService?

    package init(
        settings: APIServerSettings, storage: any Storage, group: any EventLoopGroup, metrics: MetricRegistry = .shared, logger: Logger
    ) throws {
        self.settings = settings
        self.storage = storage
        self.group = group
        self.logger = logger
        let catalogue = KindCatalogue.builtIn.adding(EarlierVersions.wanted(settings.options.runtimeConfig, in: .builtIn))
        feed = CacheFeed(storage: storage, applied: applied, logger: logger)
        serviceAddresses = try ServiceAddresses(cidrs: settings.serviceCIDR)
        encoder = AnswerEncoder(catalogue: catalogue)
        let assembly = StoreAssembly(
            catalogue: catalogue, storage: storage, applied: applied, admission: admission, feed: feed,
            allocations: [GroupResource(group: "", resource: "services"): serviceAddresses],
            serviceFamilies: serviceAddresses.families)
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
        let nodes = NodeAuthorizer(
            roles: roles, pods: try stores.store("", "pods"), volumes: try stores.store("", "persistentvolumes"),
            attachments: try stores.store("storage.k8s.io", "volumeattachments"),
            slices: try stores.store("resource.k8s.io", "resourceslices"))
        let authorizer = AuthorizerChain(settings.authorizers.members(node: nodes, roles: roles))
        self.roles = roles
        nodeAuthorizer = nodes
        self.authorizer = authorizer
        let secrets = try stores.store("", "secrets")
        let audiences = settings.audiences.isEmpty ? [settings.tokenIssuer.issuer] : settings.audiences
        clientCertificates = CertificateAuthenticator(
            try ClientCertificates(clients: settings.clientAuthority, frontProxies: settings.frontProxy?.authority ?? ""),
            allowedNames: settings.frontProxy?.allowedNames ?? [])
        let authenticator = Authenticator(
            certificates: clientCertificates,
            tokens: ServiceAccountTokenAuthenticator(
                issuer: settings.tokenIssuer, accounts: try stores.store("", "serviceaccounts"),
                pods: try stores.store("", "pods"), secrets: secrets, nodes: try stores.store("", "nodes")),
            bootstrap: BootstrapTokenAuthenticator(secrets: secrets), external: settings.external, anonymous: settings.anonymous,
            audiences: audiences)
        addressObjects = AddressObjects(
            services: try stores.store("", "services"), addresses: try stores.store("networking.k8s.io", "ipaddresses"),
            ranges: try stores.store("networking.k8s.io", "servicecidrs"), events: try stores.store("", "events"),
            allocator: serviceAddresses, logger: logger)
        let locator = KubeletLocator(
            nodes: try stores.store("", "nodes"), pods: try stores.store("", "pods"),
            services: try stores.store("", "services"), slices: try stores.store("discovery.k8s.io", "endpointslices"))
        kubelets = try KubeletConnections(client: settings.kubeletClient, authority: settings.clientAuthority, group: group)
        resourceMetrics = settings.servesResourceMetrics ? ResourceMetricsService(
            nodes: try stores.store("", "nodes"), pods: try stores.store("", "pods"), locator: locator, kubelets: kubelets, logger: logger) : nil
        if let resourceMetrics { aggregator.setResourceMetrics(resourceMetrics) }
        let dispatcher = Dispatcher(
            kinds: kinds, decoder: BodyDecoder(catalogue: catalogue, acceptsCBOR: settings.options.features["CBORServingAndStorage"]),
            subresources: SubresourceTable(tokens: settings.tokenIssuer, kubelets: locator),
            reviews: ReviewService(authenticator: authenticator, authorizer: authorizer, roles: roles),
            aggregator: aggregator, minimumWatchSeconds: settings.options.minimumWatchSeconds,
            sendsInitialEvents: settings.options.features["WatchList"])
        let tokenKeys = TokenKeyService(
            issuer: settings.tokenIssuer, keySetURL: "https://\(settings.advertiseAddress):\(settings.port)/openid/v1/jwks")
        let openAPI = OpenAPIService(kinds: kinds, catalogue: catalogue, version: ServerVersion.value["gitVersion"].string ?? "",
            aggregator: aggregator)
        let discovery = DiscoveryService(
            kinds: kinds, tellsStorageVersions: settings.options.features["StorageVersionHash"],
            extra: { request throws(StatusError) in
                if let answer = try openAPI.answer(request) { return answer }
                return try tokenKeys.answer(request)
            }, version: ServerVersion.value, aggregator: aggregator)
        let options = settings.options
        try Self.check(options, kinds)
        metrics.add("features") { FeatureMetrics.collect(options.features, &$0) }
        let flow = options.hasPriorityAndFairness
            ? FlowController(
                total: options.maximumRequestsInflight + options.maximumMutatingRequestsInflight,
                waitLimit: options.requestTimeout / 4) : nil
        let schemas = try Self.kind(kinds, "flowcontrol.apiserver.k8s.io", "flowschemas")
        let levels = try Self.kind(kinds, "flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations")
        flowConfiguration = flow.map { FlowConfiguration($0, schemas: schemas, levels: levels, logger: logger) }
        let served = kinds
        let bounds = InflightBounds(reads: options.maximumRequestsInflight, writes: options.maximumMutatingRequestsInflight)
        chain = RequestChain(
            authenticator: authenticator, authorizer: authorizer, impersonator: Impersonator(authorizer: authorizer),
            dispatcher: dispatcher, discovery: discovery, health: health,
            metrics: MetricsService(
                registry: metrics, health: health, flags: FlagService(flags: settings.flags), features: options.features), auditor: settings.auditor,
            barrier: storage.isShared ? ReadBarrier(storage: storage, applied: applied) : nil,
            limiter: flow.map { RequestLimiter($0, kinds: served) } ?? RequestLimiter(bounds, kinds: served),
            flowDebug: flow.map(FlowDebugService.init))
        if let flow { metrics.add("flowcontrol") { flow.collect(&$0) } }
        admission.set(
            try BuiltInAdmission(
                stores: stores, authorizer: authorizer, webhooks: webhooks, kinds: kinds,
                forms: AdmissionForms(kinds: kinds, decoder: BodyDecoder(catalogue: catalogue)), settings: settings.admission,
                logger: logger, features: options.features
            ).chain())
        admission.append(EscalationCheck(authorizer: authorizer, roles: roles))
        let identity = try ListenerIdentity(
            certificate: settings.serving.certificate, key: settings.serving.key,
            clientAuthorities: settings.clientAuthority + "\n" + (settings.frontProxy?.authority ?? ""))
        self.identity = identity
        let proxy = try KubeletProxy(kubelets, remotes: aggregator.servers, group: group, logger: logger)
        self.proxy = proxy
        var serving = ServerSettings(tls: { identity.current })
        serving.unknownMethod = PlainRefusal(
            status: .methodNotAllowed, contentType: "application/json",
            body: String(decoding: StatusError.methodNotAllowed.status.json, as: UTF8.self) + "\n")
        serving.goawayChance = options.goawayChance
        let adapter = HTTPAdapter(
            chain: chain, encoder: encoder, proxy: proxy, metrics: requests,
            deadline: RequestDeadline(maximum: options.requestTimeout), compresses: options.features["APIResponseCompression"],
            logger: logger)
        pending = adapter.pending
        server = HTTPServer(group: group, settings: serving, responder: adapter, logger: logger)
        MetricsService.register(metrics, requests: requests, kinds: kinds, applied: applied)
        AuthorizationMetrics.register(metrics)
        clientCertificates.register(metrics)
        settings.external.register(metrics)
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

    /// Loads the caches, listens, and makes sure that the objects that every cluster has are there.
    package func start() async throws {
        let (revision, present) = try await feed.load()
        let feed = feed
        feedTask.withLock { $0 = Task { await feed.run(after: revision) } }
        // A shared store may end with a change that is none of ours; then reads wait for it, not the start.
        _ = await applied.wait(for: present, atMost: .milliseconds(500))
        loaded.set()
        let stores = BuiltInStores(kinds)
        serviceAddresses.adopt(try stores.store("", "services").all())
        serviceAddresses.setNetworks(of: try stores.store("networking.k8s.io", "servicecidrs").all().map(\.value))
        try await ensureClusterObjects()
        await aggregation.start()
        customResources.onChange { [aggregationController] in aggregationController.kindsChanged() }
        await customResources.start()
        await policyStatus.start()
        await aggregationController.start(withMetrics: resourceMetrics != nil)
        addressObjects.start()
        await flowConfiguration?.start()
        pending.start()
        let config = settings.options.runtimeConfig
        kinds.keepServed { !$0.resource.isEmpty && config.serves($0.id.groupVersion, $0.resource) }
        aggregationController.kindsChanged()
        resourceMetrics?.start()
        bootstrapped.set()
        for host in settings.hosts { try await server.start(host: host, port: settings.port) }
        logger.info("API server listens", metadata: ["addresses": "\(settings.hosts.joined(separator: ", "))", "port": "\(settings.port)"])
    }

    /// Throws when versions are asked for that nobody serves.
    private static func check(_ options: ServingOptions, _ kinds: ServedKinds) throws(ServingOptions.Problem) {
        let config = options.runtimeConfig
        let known = Set(kinds.snapshot().groupVersions).union(EarlierVersions.all)
        let missing = EarlierVersions.missing.filter { options.features[$0.gate] }.map(\.version)
        let groups = config.unknownGroups(Set(known.map(\.group)).union(EarlierVersions.missing.map(\.version.group)))
        if !groups.isEmpty { throw ServingOptions.Problem(description: "unknown api groups \(groups.joined(separator: ","))") }
        let versions = config.unknownVersions(known) + config.wanted(missing)
        if !versions.isEmpty {
            throw ServingOptions.Problem(description: "--runtime-config asks for versions that are not served: \(versions.joined(separator: ", "))")
        }
    }

    /// Makes the objects that every cluster has, and gives back to roles and bindings what they lost.
    func ensureClusterObjects() async throws(StatusError) {
        try await ClusterObjects(kinds: kinds, settings: settings, addresses: serviceAddresses, logger: logger).ensure()
    }

    /// What the authorizers in force say, as for a request.
    package func decide(_ request: AccessRequest) -> AccessDecision { authorizer.decide(request) }

    /// Puts other authorizers in force.
    package func replace(authorizers plan: AuthorizerPlan) { authorizer.replace(plan.members(node: nodeAuthorizer, roles: roles)) }

    /// Shows another certificate to connections that are still to come. Throws when it cannot be read.
    package func replace(serving pair: KeyPair) throws { try identity.replace(certificate: pair.certificate, key: pair.key) }

    /// Shows another certificate to kubelets.
    package func replace(kubeletClient pair: KeyPair) throws { try kubelets.replace(client: pair) }

    /// Trusts the newer certificates of the authorities, all PEM, and tells the servers behind this one of them.
    package func replace(clientAuthority: String, frontProxyAuthority: String) async throws {
        clientCertificates.replace(try ClientCertificates(clients: clientAuthority, frontProxies: frontProxyAuthority))
        try identity.replace(clientAuthorities: clientAuthority + "\n" + frontProxyAuthority)
        try kubelets.replace(authority: clientAuthority)
        var renewed = settings
        renewed.clientAuthority = clientAuthority
        renewed.frontProxy = settings.frontProxy.map {
            FrontProxyConfiguration(authority: frontProxyAuthority, allowedNames: $0.allowedNames, client: $0.client)
        }
        try await ClusterObjects(kinds: kinds, settings: renewed, addresses: serviceAddresses, logger: logger).publishAuthorities()
    }

    /// Shows another certificate to the servers that stand behind this one.
    package func replace(frontProxyClient pair: KeyPair) throws { try aggregator.servers.replace(client: pair) }

    /// Stops in order: first the server says that it is not ready, so that nobody new comes; then watches end, and what
    /// is being worked on is finished.
    package func stop() async {
        stopping.set()
        if settings.options.shutdownDelay > .zero { try? await Task.sleep(for: settings.options.shutdownDelay) }
        flowConfiguration?.stop()
        aggregation.stop()
        policyStatus.stop()
        customResources.stop()
        aggregationController.stop()
        addressObjects.stop()
        for store in kinds.stores { store.cache.closeWatchers() }
        await resourceMetrics?.stop()
        await server.shutdown(grace: pending.count == 0 ? .seconds(2) : max(.seconds(2), min(settings.options.requestTimeout, .seconds(20))))
        pending.stop()
        await settings.auditor?.close()
        await proxy.close()
        await webhooks.close()
        await settings.external.close()
        await aggregator.servers.close()
        feedTask.withLock { $0?.cancel() }
        applied.close()
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
    /// The families of addresses that services may have.
    var serviceFamilies = ["IPv4"]

    func served() -> [ServedKind] {
        var stores: [GroupVersionKind: ResourceStore] = [:]
        var served: [ServedKind] = []
        // Kinds that share another's store come after it.
        for description in catalogue.resources
        where BuiltInConversions.shared(description) == nil {
            let store = store(description)
            stores[description.id] = store
            served.append(ServedKind(description: description, store: store))
        }
        for description in catalogue.resources {
            guard let (id, conversion) = BuiltInConversions.shared(description),
                let store = stores[id]
            else { continue }
            served.append(ServedKind(description: description, store: store, conversion: conversion))
        }
        return served
    }

    /// A store for a kind that is defined while the server runs, with the objects that it has already.
    func customStore(
        _ description: KindDescription, _ strategy: any Strategy, keepsVersions: Bool, renewed: @escaping @Sendable (Value) -> Value?
    ) async throws(StatusError) -> ResourceStore {
        let cache = WatchCache(
            prefix: KeyLayout.prefix(description.groupResource, isBuiltIn: false),
            codec: ObjectCodec(kind: description.id, strategy: strategy, keepsVersions: keepsVersions, renewed: renewed), applied: applied)
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
        let isServices = resource == GroupResource(group: "", resource: "services")
        let strategy: any Strategy = isServices ? ServiceStrategy(families: serviceFamilies) : StrategyTable.strategy(for: resource)
        let isEvents = description.id.kind == "Event"
        let cache = WatchCache(
            prefix: KeyLayout.prefix(resource, isBuiltIn: true),
            codec: ObjectCodec(
                kind: description.id, strategy: strategy, message: description.type, storesProtobuf: storage.isShared),
            applied: applied, field: Self.indexedField(resource, strategy), packing: isEvents ? ObjectPacking() : nil)
        feed.add(cache)
        return ResourceStore(
            description: description, strategy: strategy, cache: cache, storage: storage, applied: applied,
            admission: admission, lifetimeSeconds: isEvents ? 3600 : 0,
            allocation: allocations[resource] ?? NoAllocation())
    }
}

extension StoreAssembly {
    /// What each kubelet selects its pods by.
    private static let indexedFields = [GroupResource(group: "", resource: "pods"): "spec.nodeName"]

    private static func indexedField(_ resource: GroupResource, _ strategy: any Strategy) -> CacheField? {
        guard let name = indexedFields[resource], let position = strategy.selectableFields.firstIndex(of: name) else { return nil }
        return CacheField(name: name, position: position)
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
