package import APIClient
import KubernetesTypes
package import Logging
import Objects

/// Removes the folders of this node's volumes that nobody claims any more, and says so on the node; the provisioner then
/// deletes the volumes.
///
/// A folder goes only for a volume that the API has and says is released, never because the API does not know of it. As the
/// volume stays until the node has said that the folder is gone, nothing is forgotten by a kill at whatever moment.
package struct LocalPathFolders: Sendable {
    private static let key = "folders"

    private let client: APIClient
    private let nodeName: String
    private let root: String
    private let logger: Logger
    private let volumes: Informer<PersistentVolume>
    private let nodes: Informer<Node>
    private let recorder: EventRecorder
    /// The volumes of this node whose folders have to go.
    private let released: Int

    /// Folders lie in `root`; the transport is the node's.
    package init(transport: any APITransport, nodeName: String, root: String, logger: Logger) {
        client = APIClient(transport: transport, fieldManager: "local-path-folders")
        self.nodeName = nodeName
        self.logger = logger
        let root = LocalPathNode.clean(root) ?? ""
        self.root = root
        volumes = Informer(PersistentVolume.self, client: client, logger: logger)
        nodes = Informer(Node.self, client: client, selection: .init(fields: "metadata.name=\(nodeName)"), logger: logger)
        recorder = EventRecorder(client: client, component: LocalPathProvisioner.name, host: nodeName)
        released = volumes.addIndex { volume in
            guard let folder = LocalPathVolume(volume), folder.isReleased, folder.node == nodeName, folder.root == root else { return [] }
            return [Self.key]
        }
    }

    /// Works until cancelled.
    package func run() async {
        let queue = WorkQueue(baseDelay: .milliseconds(100), longestDelay: .seconds(30))
        let loop = ReconcileLoop("local-path-folders", queue: queue, workers: 1, logger: logger) { [self] _ throws(StatusError) in try await clean() }
        volumes.onChange { [nodeName] change in
            if LocalPathVolume(change.object)?.node == nodeName { queue.add(Self.key) }
        }
        nodes.onChange { _ in queue.add(Self.key) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [volumes] in await volumes.run() }
            group.addTask { [nodes] in await nodes.run() }
            await volumes.waitUntilSynced()
            await nodes.waitUntilSynced()
            group.addTask { await loop.run() }
        }
    }

    private func clean() async throws(StatusError) {
        // A node that is not registered yet is told of when it is.
        guard let node = nodes.get(nodeName) else { return }
        let due = volumes.encoded(released, Self.key).map { PersistentVolume($0.value) }
        let byName = Dictionary(due.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var cleaning = LocalPathCleaning(released: byName.keys, told: LocalPathNode.removed(by: node))
        var failure: HostFile.Failure?
        for name in cleaning.removals {
            do throws(HostFile.Failure) {
                if try await LocalPathFolder(root: root, name: name).remove() { logger.info("removed the folder of a volume", metadata: ["volume": "\(name)"]) }
            } catch {
                failure = error
                cleaning.keep(name)
                if let volume = byName[name] { recorder.record(volume, type: "Warning", reason: "VolumeFailedDelete", message: error.description) }
            }
        }
        if cleaning.isNews { try await tell(cleaning.told) }
        if let failure { throw .internalError(failure.description) }
    }

    private func tell(_ names: [String]) async throws(StatusError) {
        var annotations = Value.emptyObject
        annotations[LocalPathNode.removedAnnotation] = names.isEmpty ? .null : .string(names.joined(separator: ","))
        do throws(StatusError) {
            try await client.patch(Node.self, "", nodeName, ["metadata": ["annotations": annotations]])
        } catch where error.isNotFound {
            return
        }
    }
}

/// Which folders go now, and what the node says afterwards.
struct LocalPathCleaning: Equatable {
    /// What annotations of an object may be long is limited. Others come when the provisioner has deleted some.
    static let mostNames = 1000

    let removals: [String]
    /// The volumes whose folders are gone; those that the API does not have any more are left out.
    private(set) var told: [String]
    private let before: [String]

    init(released: some Sequence<String>, told before: [String]) {
        let due = Set(released)
        self.before = before
        let known = before.filter { due.contains($0) }
        removals = Array(due.subtracting(known).sorted().prefix(max(0, Self.mostNames - known.count)))
        told = known + removals
    }

    /// The folder could not be removed.
    mutating func keep(_ name: String) { told.removeAll { $0 == name } }

    var isNews: Bool { told != before }
}
