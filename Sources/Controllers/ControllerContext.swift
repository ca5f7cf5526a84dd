package import APIClient
package import Credentials
import KubernetesTypes
package import Logging
import Objects
import Schema
import Synchronization

/// What every controller works with: a client, and informers and indexes that are shared between controllers.
///
/// An informer exists, and runs, when a controller asked for it.
package struct ControllerContext: Sendable {
    package let client: APIClient
    package let logger: Logger
    let informers: InformerSet
    let podOwners: OwnerIndex<Pod>
    let podLabels: PodLabelIndex
    private let accounts: @Sendable (String) -> any APITransport

    /// `transport` is the manager's own: what all controllers read goes through it. `accounts` gives the transport of a
    /// controller's service account, by its name; without it everything is done under one name.
    package init(
        transport: any APITransport, accounts: (@Sendable (String) -> any APITransport)? = nil, logger: Logger
    ) {
        self.accounts = accounts ?? { _ in transport }
        client = APIClient(transport: transport, fieldManager: "kube-controller-manager")
        self.logger = logger
        informers = InformerSet(client: client, logger: logger)
        podOwners = informers.owners(Pod.self)
        podLabels = PodLabelIndex(informers.shared(Pod.self))
    }

    private init(_ other: ControllerContext, transport: any APITransport) {
        client = APIClient(transport: transport, fieldManager: other.client.fieldManager)
        logger = other.logger
        informers = other.informers
        podOwners = other.podOwners
        podLabels = other.podLabels
        accounts = other.accounts
    }

    /// The same, where what is written is written by a controller's service account.
    func acting(as account: String) -> ControllerContext { ControllerContext(self, transport: accounts(account)) }

    var pods: Informer<Pod> { informers.shared(Pod.self) }
    var nodes: Informer<Node> { informers.shared(Node.self) }
    var services: Informer<KubernetesTypes.Service> { informers.shared(KubernetesTypes.Service.self) }
    var namespaces: Informer<Namespace> { informers.shared(Namespace.self) }
    var replicaSets: Informer<ReplicaSet> { informers.shared(ReplicaSet.self) }
    var deployments: Informer<Deployment> { informers.shared(Deployment.self) }
    var endpointSlices: Informer<EndpointSlice> { informers.shared(EndpointSlice.self) }
    var serviceAccounts: Informer<ServiceAccount> { informers.shared(ServiceAccount.self) }
    var leases: Informer<Lease> { informers.shared(Lease.self, namespace: "kube-node-lease") }

    func recorder(_ component: String) -> EventRecorder { EventRecorder(client: client, component: component) }
}

/// The informers that controllers asked for, each kind once.
final class InformerSet: Sendable {
    private struct Entry: Sendable {
        let informer: any Sendable
        let run: @Sendable () async -> Void
        let waitUntilSynced: @Sendable () async -> Void
    }

    private let client: APIClient
    private let logger: Logger
    private let entries = Mutex<[String: Entry]>([:])
    private let indexes = Mutex<[String: any Sendable]>([:])

    init(client: APIClient, logger: Logger) {
        self.client = client
        self.logger = logger
    }

    /// To be asked for before `run`.
    func shared<T: ObjectView>(_ type: T.Type, namespace: String = "", fields: String = "") -> Informer<T> {
        entries.withLock { entries in
            let key = "\(T.groupVersionKind.groupVersion)/\(T.resource)|\(namespace)|\(fields)"
            if let known = entries[key]?.informer as? Informer<T> { return known }
            let made = Informer(type, client: client, namespace: namespace, selection: .init(fields: fields), logger: logger)
            entries[key] = Entry(informer: made, run: { await made.run() }, waitUntilSynced: { await made.waitUntilSynced() })
            return made
        }
    }

    /// The index by owners of a kind; made once, before any handler that relies on it.
    func owners<T: ObjectView>(_ type: T.Type) -> OwnerIndex<T> {
        let informer = shared(type)
        return indexes.withLock { indexes in
            let key = "\(T.groupVersionKind.groupVersion)/\(T.resource)"
            if let known = indexes[key] as? OwnerIndex<T> { return known }
            let made = OwnerIndex(informer)
            indexes[key] = made
            return made
        }
    }

    private var all: [Entry] { entries.withLock { Array($0.values) } }

    /// Runs all of them until cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for entry in all { group.addTask { await entry.run() } }
        }
    }

    func waitUntilSynced() async {
        for entry in all { await entry.waitUntilSynced() }
    }
}

/// A control loop of the controller manager.
protocol Controller: Sendable {
    var loop: ReconcileLoop { get }
    /// Works until cancelled.
    func run() async
}

extension Controller {
    func run() async { await loop.run() }
}

/// All controllers of this process.
package struct ControllerManager: Sendable {
    private let context: ControllerContext
    private let runs: [@Sendable () async -> Void]

    /// `rootCertificate` is that by which pods trust the API; `authority` signs certificates, nil where nobody may.
    /// `legacyTokenPeriod` is after what time without use tokens end that were made by themselves; nil for a year.
    /// `nodeNetworks` are those that nodes get for their pods; nil where nodes have them from elsewhere. With `approvesServing` kubelets
    /// get serving certificates for what is their own.
    package init(
        _ context: ControllerContext, rootCertificate: TrustedCertificate, authority: RenewableAuthority? = nil,
        legacyTokenPeriod: Duration? = nil, nodeNetworks: NodeNetworks? = nil, approvesServing: Bool = false
    ) {
        self.context = context
        let quota = QuotaController(context.acting(as: "resourcequota-controller"))
        var controllers: [any Controller] = [
            ReplicaController<ReplicaSet>(context.acting(as: "replicaset-controller")),
            ReplicaController<ReplicationController>(context.acting(as: "replication-controller")),
            DeploymentController(context.acting(as: "deployment-controller")),
            DaemonSetController(context.acting(as: "daemon-set-controller")),
            StatefulSetController(context.acting(as: "statefulset-controller")),
            JobController(context.acting(as: "job-controller")),
            CronJobController(context.acting(as: "cronjob-controller")),
            FinishedJobController(context.acting(as: "ttl-after-finished-controller")),
            DisruptionController(context.acting(as: "disruption-controller")), StaleDisruptions(context.acting(as: "disruption-controller")),
            EndpointSliceMirrorController(context.acting(as: "endpointslicemirroring-controller")),
            VolumeBinder(context.acting(as: "persistent-volume-binder")),
            ClaimProtection(context.acting(as: "pvc-protection-controller")),
            VolumeProtection(context.acting(as: "pv-protection-controller")),
            EphemeralClaimController(context.acting(as: "ephemeral-volume-controller")),
            NodeTTLController(context.acting(as: "ttl-controller")),
            TaintEviction(context.acting(as: "node-controller")),
            NodeLifecycleController(context.acting(as: "node-controller")),
            EndpointSliceController(context.acting(as: "endpointslice-controller")),
            ServiceAccountController(context.acting(as: "service-account-controller")),
            NamespaceController(context.acting(as: "namespace-controller")),
            CertificateApprover(context.acting(as: "certificate-controller")),
            BootstrapTokenCleaner(context.acting(as: "token-cleaner")),
            BootstrapSigner(context.acting(as: "bootstrap-signer")),
            AutoscalerController(context.acting(as: "horizontal-pod-autoscaler")),
            ServiceCIDRController(context.acting(as: "service-cidrs-controller")),
            ResourceClaimController(context.acting(as: "resource-claim-controller")),
            DeviceTaintEviction(context.acting(as: "device-taint-eviction-controller")),
            RootCertificatePublisher(context.acting(as: "root-ca-cert-publisher"), certificate: rootCertificate), quota,
            // Tokens are handed out by the manager itself.
            TokenSecretController(context, rootCertificate: rootCertificate),
            AttachController(context.acting(as: "attachdetach-controller")),
            ExpansionController(context.acting(as: "expand-controller")),
            AttributesClassProtection(context.acting(as: "volumeattributesclass-protection-controller")),
        ]
        if let nodeNetworks { controllers.append(NodeIPAMController(context.acting(as: "node-controller"), nodeNetworks)) }
        if approvesServing { controllers.append(ServingCertificateApprover(context.acting(as: "martlet-serving-approver"))) }
        let certificates = context.acting(as: "certificate-controller")
        if let authority { controllers.append(CertificateSigner(certificates, authority: authority)) }
        let cleaner = CertificateCleaner(certificates)
        let garbage = GarbageCollector(context.acting(as: "generic-garbage-collector")) { quota.noteDeletion(in: $0) }
        let podGarbage = PodGarbageCollector(context.acting(as: "pod-garbage-collector"))
        let legacyTokens = LegacyTokenCleaner(context.acting(as: "legacy-service-account-token-cleaner"), period: legacyTokenPeriod)
        var runs: [@Sendable () async -> Void] = [
            { await garbage.run() }, { await podGarbage.run() }, { await cleaner.run() }, { await legacyTokens.run() },
        ]
        for controller in controllers { runs.append { await controller.run() } }
        self.runs = runs
    }

    /// Works until cancelled.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await context.informers.run() }
            await context.informers.waitUntilSynced()
            for run in runs { group.addTask { await run() } }
        }
    }
}
