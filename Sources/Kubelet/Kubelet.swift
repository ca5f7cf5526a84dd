package import APIClient
package import ContainerRuntime
import HTTPServing
import KubernetesTypes
package import Logging
package import NIOCore
import Objects
import Synchronization

/// The agent of a node: runs the pods that are bound to it.
///
/// The informer says what should be, the lifecycle event generator that something changed; each pod has a worker that
/// compares and acts. `Kubelet+Pod` is that worker's work.
package final class Kubelet: Sendable {
    let settings: KubeletSettings
    let client: APIClient
    let runtime: CRIClient
    let pods: Informer<Pod>
    let sync: PodSync
    let observer: PodObserver
    let recorder: EventRecorder
    let logger: Logger
    let evictions = EvictionRecord()
    let rates = Mutex(CPURates())
    private let services: Informer<KubernetesTypes.Service>
    private let group: any EventLoopGroup
    private let records = Mutex<[String: PodRecord]>([:])
    /// The pods of the API by uid: `namespace/name`.
    private let keys = Mutex<[String: String]>([:])
    private let workers: PodWorkerBox
    let statics: StaticPods
    private let pulled: PulledImages
    private let drivers: CSIDrivers
    let driverVolumes: CSIVolumes
    private let deviceDrivers = DeviceDrivers()
    private let plugins: DevicePlugins
    private let nodes: Informer<Node>

    package init(_ settings: KubeletSettings, transport: any APITransport, runtime: CRIClient, group: any EventLoopGroup, logger: Logger) {
        self.settings = settings
        self.runtime = runtime
        self.logger = logger
        self.group = group
        let client = APIClient(transport: transport, fieldManager: "kubelet")
        self.client = client
        pods = Informer(Pod.self, client: client, selection: .init(fields: "spec.nodeName=\(settings.nodeName)"), logger: logger)
        nodes = Informer(Node.self, client: client, selection: .init(fields: "metadata.name=\(settings.nodeName)"), logger: logger)
        services = Informer(KubernetesTypes.Service.self, client: client, logger: logger)
        recorder = EventRecorder(client: client, component: "kubelet", host: settings.nodeName)
        observer = PodObserver(settings: settings, runtime: runtime)
        pulled = PulledImages(folder: settings.root + "/image_manager")
        let puller = ImagePuller(runtime: runtime, client: client, recorder: recorder, pulled: pulled)
        let content = VolumeContent(settings: settings, client: client)
        drivers = CSIDrivers(nodeName: settings.nodeName, client: client, logger: logger)
        driverVolumes = CSIVolumes(settings: settings, client: client, drivers: drivers, content: content, logger: logger)
        let volumes = PodVolumes(
            settings: settings, client: client, content: content, images: ImageVolumes(runtime: runtime, puller: puller), drivers: driverVolumes)
        let workers = PodWorkerBox()
        self.workers = workers
        plugins = DevicePlugins(settings: settings, logger: logger) { workers.wake($0) }
        sync = PodSync(
            settings: settings, client: client, runtime: runtime, volumes: volumes,
            configuration: RuntimeConfiguration(settings: settings, volumes: volumes),
            environment: ContainerEnvironment(settings: settings, client: client, services: services, volumes: volumes),
            devices: PodDevices(settings: settings, client: client, runtime: runtime, drivers: deviceDrivers, plugins: plugins, logger: logger),
            images: puller, recorder: recorder, logger: logger)
        statics = StaticPods(
            folder: settings.staticPodFolder, nodeName: settings.nodeName, client: client, logger: logger, onChange: { workers.wake($0) })
    }

    /// Runs the node's pods until cancelled. Containers go on afterwards.
    package func run() async {
        let listener: HTTPServer
        do {
            listener = KubeletServer.listener(self, settings, runtime: runtime, group: group, logger: logger)
            try await listener.start(host: settings.listenAddress, port: settings.port)
        } catch {
            logger.critical("the kubelet's server cannot start", metadata: ["port": "\(settings.port)", "reason": "\(error)"])
            return
        }
        let workers = PodWorkers { [self] uid in try await attend(uid) }
        self.workers.set(workers)
        let generator = PodLifecycleEventGenerator(runtime, logger: logger) { workers.wake($0) }
        let registration = NodeRegistration(settings: settings, client: client, runtime: runtime, evictions: evictions, volumes: driverVolumes, devices: plugins, logger: logger)
        let garbage = ImageGarbage(runtime: runtime, policy: settings.imageGarbage, root: settings.root, pulled: pulled, logger: logger)
        pods.onChange { [self] change in take(change, workers) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await registration.run() }
            group.addTask { [nodes] in await nodes.run() }
            group.addTask { [services] in await services.run() }
            await services.waitUntilSynced()
            group.addTask { [pods] in await pods.run() }
            await pods.waitUntilSynced()
            group.addTask { [statics] in await statics.run() }
            // What runs here although nobody asks for it any more is found by the first look.
            group.addTask { await generator.run() }
            group.addTask { [self] in await LogRotation(kubelet: self).run() }
            group.addTask { await garbage.run() }
            group.addTask { [self] in await EvictionLoop(kubelet: self, garbage: garbage).run() }
            group.addTask { [self] in await removeOrphans() }
            group.addTask { [self] in await followPlugins() }
            group.addTask { [plugins] in await plugins.run() }
            let resources = PodResourcesServer(root: settings.root, devices: sync.devices, pods: { [weak self] in self?.runningPods ?? [] }, logger: logger)
            group.addTask { await resources.run() }
        }
        workers.cancelAll()
        await listener.shutdown()
    }

    /// Takes a change of the API's pods.
    private func take(_ change: InformerChange<Pod>, _ workers: PodWorkers) {
        let pod = change.object
        if StaticPods.isMirror(pod) {
            if let uid = statics.find(pod.namespace, pod.name)?.uid { workers.wake(uid) } else if !pod.isBeingDeleted { Task { await dropMirror(pod) } }
            return
        }
        switch change {
        case .deleted:
            keys.withLock { $0[pod.uid] = nil }
            workers.interrupt(pod.uid)
        case .added:
            keys.withLock { $0[pod.uid] = pod.namespace + "/" + pod.name }
            workers.wake(pod.uid)
        case .updated(let old, let new):
            if old.uid != new.uid {
                keys.withLock { keys in
                    keys[old.uid] = nil
                    keys[new.uid] = new.namespace + "/" + new.name
                }
                workers.interrupt(old.uid)
            }
            let grace = { (pod: Pod) in pod.value["metadata"]["deletionGracePeriodSeconds"].int }
            // A deletion, or one that got less patient, is not held up by what is being done.
            if new.isBeingDeleted, !old.isBeingDeleted || grace(old) != grace(new) { workers.interrupt(new.uid) } else { workers.wake(new.uid) }
        }
    }

    /// A mirror whose static pod is gone; at the start the folder may not have been read yet.
    private func dropMirror(_ pod: Pod) async {
        try? await Task.sleep(for: .seconds(5))
        if statics.find(pod.namespace, pod.name) == nil { await statics.removeMirror(pod) }
    }

    private static let expansionPause: Duration = .seconds(10)

    /// Takes in drivers that come, and does what is to be done about their volumes when no pod changes.
    private func followPlugins() async {
        await drivers.announce()
        let watcher = PluginWatcher(folder: settings.root + "/plugins_registry", logger: logger) { [drivers, deviceDrivers, plugins] plugin in
            switch plugin.type {
            case "CSIPlugin": try await drivers.register(plugin)
            case "DRAPlugin": try deviceDrivers.register(plugin)
            case "DevicePlugin": try await plugins.register(plugin)
            default: throw CSIDrivers.Refusal(description: "plug-ins of type \(plugin.type) are not supported")
            }
        } unregister: { [drivers, deviceDrivers, plugins] in
            switch $0.type {
            case "DRAPlugin": deviceDrivers.unregister($0)
            case "DevicePlugin": plugins.unregister($0)
            default: await drivers.unregister($0)
            }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watcher.run() }
            group.addTask { [self] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: Self.expansionPause)
                    await driverVolumes.expand()
                    await driverVolumes.unstageUnused()
                    await sync.devices.sweep()
                    plugins.sweep { self.pod($0) != nil || self.record($0) != nil }
                }
            }
        }
    }

    /// Folders of pods that ended while nobody looked.
    private func removeOrphans() async {
        try? await Task.sleep(for: .seconds(10))
        for uid in HostFile.names(in: settings.root + "/pods") where pod(uid) == nil && record(uid) == nil { workers.wake(uid) }
    }

    // MARK: what is known

    /// The pod as the API or a manifest has it now.
    func pod(_ uid: String) -> Pod? {
        if let key = keys.withLock({ $0[uid] }), let pod = pods.get(key), pod.uid == uid { return pod }
        return statics.pod(uid)
    }

    /// The pod of a name; for a mirror the static pod behind it.
    func find(_ namespace: String, _ name: String) -> Pod? { statics.find(namespace, name) ?? pods.get(namespace, name) }

    func record(_ uid: String) -> PodRecord? { records.withLock { $0[uid] } }

    /// The pods that were taken and have not ended.
    private var runningPods: [Pod] { allRecords.filter { $0.content.withLock { $0.isAdmitted && !$0.hasEnded } }.map(\.pod) }

    var allRecords: [PodRecord] { records.withLock { Array($0.values) } }

    func ensureRecord(_ uid: String, _ pod: Pod) -> PodRecord {
        records.withLock { records in
            if let known = records[uid] { return known }
            let made = PodRecord(pod, prober: PodProber(runtime: runtime, recorder: recorder) { [workers] in workers.wake(uid) })
            records[uid] = made
            return made
        }
    }

    func forget(_ uid: String) {
        let record = records.withLock { $0.removeValue(forKey: uid) }
        record?.prober.stop()
        workers.forget(uid)
    }

    /// Cancels what is being done for a pod, and has it looked at anew.
    func interrupt(_ uid: String) { workers.interrupt(uid) }

    var currentNode: Node? { nodes.get(settings.nodeName) }
}

/// The workers, which are made after what wakes them.
final class PodWorkerBox: Sendable {
    private let workers = Mutex<PodWorkers?>(nil)

    func set(_ new: PodWorkers) { workers.withLock { $0 = new } }
    func wake(_ uid: String) { workers.withLock { $0 }?.wake(uid) }
    func interrupt(_ uid: String) { workers.withLock { $0 }?.interrupt(uid) }
    func forget(_ uid: String) { workers.withLock { $0 }?.forget(uid) }
}
