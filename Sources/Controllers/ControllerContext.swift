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

    package init(transport: any APITransport, logger: Logger) {
        client = APIClient(transport: transport, fieldManager: "kube-controller-manager")
        self.logger = logger
        informers = InformerSet(client: client, logger: logger)
        podOwners = informers.owners(Pod.self)
        podLabels = PodLabelIndex(informers.shared(Pod.self))
    }

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

    /// `rootCertificate` is the PEM by which pods trust the API; `authority` signs certificates, nil where nobody may.
    package init(_ context: ControllerContext, rootCertificate: String, authority: CertificateAuthority? = nil) {
        self.context = context
        let quota = QuotaController(context)
        var controllers: [any Controller] = [
            ReplicaController<ReplicaSet>(context), ReplicaController<ReplicationController>(context), DeploymentController(context),
            DaemonSetController(context), StatefulSetController(context), JobController(context), CronJobController(context),
            FinishedJobController(context), DisruptionController(context), quota,
            EndpointSliceMirrorController(context), VolumeBinder(context), ClaimProtection(context), VolumeProtection(context),
            EphemeralClaimController(context), NodeTTLController(context), TaintEviction(context), NodeLifecycleController(context),
            EndpointSliceController(context), ServiceAccountController(context),
            RootCertificatePublisher(context, certificate: rootCertificate), NamespaceController(context),
            CertificateApprover(context), TokenSecretController(context, rootCertificate: rootCertificate), BootstrapTokenCleaner(context),
            BootstrapSigner(context),
            AutoscalerController(context), ServiceCIDRController(context), ResourceClaimController(context),
            AttachController(context), ExpansionController(context), AttributesClassProtection(context),
        ]
        if let authority { controllers.append(CertificateSigner(context, authority: authority)) }
        let certificates = CertificateCleaner(context)
        let garbage = GarbageCollector(context) { quota.noteDeletion(in: $0) }
        let podGarbage = PodGarbageCollector(context)
        let legacyTokens = LegacyTokenCleaner(context)
        var runs: [@Sendable () async -> Void] = [
            { await garbage.run() }, { await podGarbage.run() }, { await certificates.run() }, { await legacyTokens.run() },
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
