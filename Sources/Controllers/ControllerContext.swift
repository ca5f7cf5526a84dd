package import APIClient
package import KubernetesTypes
package import Logging
import Objects

/// What every controller works with: a client and informers that are shared between controllers.
package struct ControllerContext: Sendable {
    package let client: APIClient
    package let logger: Logger
    let pods: Informer<Pod>
    let replicaSets: Informer<ReplicaSet>
    let deployments: Informer<Deployment>
    let daemonSets: Informer<DaemonSet>
    let jobs: Informer<Job>
    let services: Informer<KubernetesTypes.Service>
    let namespaces: Informer<Namespace>
    let nodes: Informer<Node>
    let leases: Informer<Lease>
    let serviceAccounts: Informer<ServiceAccount>
    let configMaps: Informer<ConfigMap>
    let endpointSlices: Informer<EndpointSlice>

    package init(transport: any APITransport, logger: Logger) {
        client = APIClient(transport: transport, fieldManager: "kube-controller-manager")
        self.logger = logger
        pods = Informer(Pod.self, client: client, logger: logger)
        replicaSets = Informer(ReplicaSet.self, client: client, logger: logger)
        deployments = Informer(Deployment.self, client: client, logger: logger)
        daemonSets = Informer(DaemonSet.self, client: client, logger: logger)
        jobs = Informer(Job.self, client: client, logger: logger)
        services = Informer(KubernetesTypes.Service.self, client: client, logger: logger)
        namespaces = Informer(Namespace.self, client: client, logger: logger)
        nodes = Informer(Node.self, client: client, logger: logger)
        leases = Informer(Lease.self, client: client, namespace: "kube-node-lease", logger: logger)
        serviceAccounts = Informer(ServiceAccount.self, client: client, logger: logger)
        configMaps = Informer(
            ConfigMap.self, client: client, selection: .init(fields: "metadata.name=kube-root-ca.crt"), logger: logger)
        endpointSlices = Informer(EndpointSlice.self, client: client, logger: logger)
    }

    func recorder(_ component: String) -> EventRecorder { EventRecorder(client: client, component: component) }
}

/// A control loop of the controller manager.
protocol Controller: Sendable {
    var loop: ReconcileLoop { get }
}

/// All controllers of this process.
package struct ControllerManager: Sendable {
    private let context: ControllerContext
    private let controllers: [any Controller]
    private let namespaces: NamespaceController
    private let garbage: GarbageCollector
    private let nodeMonitor: NodeLifecycleController

    /// `rootCertificate` is the PEM by which pods trust the API.
    package init(_ context: ControllerContext, rootCertificate: String) {
        self.context = context
        namespaces = NamespaceController(context)
        garbage = GarbageCollector(context)
        nodeMonitor = NodeLifecycleController(context)
        controllers = [
            ReplicaSetController(context), DeploymentController(context),
            EndpointSliceController(context), ServiceAccountController(context),
            RootCertificatePublisher(context, certificate: rootCertificate), namespaces,
        ]
    }

    /// Works until cancelled.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await context.pods.run() }
            group.addTask { await context.replicaSets.run() }
            group.addTask { await context.deployments.run() }
            group.addTask { await context.daemonSets.run() }
            group.addTask { await context.jobs.run() }
            group.addTask { await context.services.run() }
            group.addTask { await context.namespaces.run() }
            group.addTask { await context.nodes.run() }
            group.addTask { await context.leases.run() }
            group.addTask { await context.serviceAccounts.run() }
            group.addTask { await context.configMaps.run() }
            group.addTask { await context.endpointSlices.run() }
            await context.pods.waitUntilSynced()
            await context.replicaSets.waitUntilSynced()
            await context.deployments.waitUntilSynced()
            await context.daemonSets.waitUntilSynced()
            await context.jobs.waitUntilSynced()
            await context.services.waitUntilSynced()
            await context.namespaces.waitUntilSynced()
            await context.nodes.waitUntilSynced()
            await context.leases.waitUntilSynced()
            await context.serviceAccounts.waitUntilSynced()
            await context.configMaps.waitUntilSynced()
            await context.endpointSlices.waitUntilSynced()
            for controller in controllers { group.addTask { await controller.loop.run() } }
            group.addTask { await garbage.run() }
            group.addTask { await nodeMonitor.run() }
        }
    }
}
