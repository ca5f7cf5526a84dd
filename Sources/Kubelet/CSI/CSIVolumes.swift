import APIClient
#if canImport(Glibc)
import Glibc
#endif
import KubernetesTypes
import Logging
import Objects
import Synchronization

/// Brings volumes of CSI drivers into pods and out of them again: staged once on the node, published once for each pod.
///
/// What is there is read from the disk (`CSIRecord`), so that a restart goes on where it was.
final class CSIVolumes: Sendable {
    private let settings: KubeletSettings
    private let client: APIClient
    private let drivers: CSIDrivers
    private let content: VolumeContent
    private let logger: Logger
    /// Volumes of which one is being staged or unstaged, and who waits for it.
    private let turns = VolumeTurns()

    private static let attachPatience = 120
    /// How often giving a volume back is tried before it is only unmounted.
    private static let unpublishTries = 6

    init(settings: KubeletSettings, client: APIClient, drivers: CSIDrivers, content: VolumeContent, logger: Logger) {
        self.settings = settings
        self.client = client
        self.drivers = drivers
        self.content = content
        self.logger = logger
    }

    // MARK: places

    private static let podPlace = "volumes/kubernetes.io~csi"

    /// Where a pod finds the volume.
    func target(_ specName: String, _ uid: String) -> String { "\(settings.podFolder(uid))/\(Self.podPlace)/\(specName)/mount" }

    private func stagingFolder(_ driver: String, _ handle: String) -> String {
        "\(settings.root)/plugins/kubernetes.io/csi/\(driver)/\(Digest.sha256(handle))"
    }

    /// What is published on this node, with the folder of each.
    private func published() -> [(record: CSIRecord, folder: String, uid: String)] {
        HostFile.names(in: settings.root + "/pods").flatMap { uid in
            let base = "\(settings.podFolder(uid))/\(Self.podPlace)"
            return HostFile.names(in: base).compactMap { name in CSIRecord(in: "\(base)/\(name)").map { ($0, "\(base)/\(name)", uid) } }
        }
    }

    /// The volumes of the cluster that pods of this node use, as the node's status names them.
    var inUse: [String] { Set(published().filter { !$0.record.isInline }.map(\.record.uniqueName)).sorted() }

    // MARK: publishing

    /// Makes a volume ready for a pod; returns its folder. Throws what an event is to say.
    func publish(_ volume: CSIVolume, _ pod: Pod) async throws -> String {
        let target = target(volume.specName, pod.uid)
        let driver = try drivers.driver(volume.driver)
        let object = try await csiDriver(volume.driver)
        let repeats = object["spec"]["requiresRepublish"].bool == true
        if !repeats, Self.isMounted(target) { return target }
        let folder = String(target.dropLast("/mount".count))
        try HostFile.makeFolder(folder, mode: 0o750)
        // Recorded before the driver is asked: what it does is then given back whatever happens here.
        try CSIRecord(volume, node: settings.nodeName).write(to: folder)
        let group = pod.value["spec"]["securityContext"]["fsGroup"].int
        let givesGroup = driver.capabilities.contains(.mountGroup)
        var context = CSIContext(capability: volume.capability(group: givesGroup ? group : nil, driver.capabilities))
        if !volume.isInline, object["spec"]["attachRequired"].bool != false, !object.isNull {
            context.publish = try await attachment(volume)
        }
        var staged = ""
        if !volume.isInline, driver.capabilities.contains(.stage) {
            staged = stagingFolder(volume.driver, volume.handle) + "/globalmount"
            try await turns.take(volume.uniqueName)
            defer { turns.give(volume.uniqueName) }
            try await stage(volume, driver, at: staged, context)
        }
        context.secrets = try await secrets(volume.publishSecret)
        context.podFacts = try await podFacts(volume, pod, object)
        try await driver.client.publish(volume, at: target, staged: staged, context)
        if let group, !givesGroup, changesGroup(volume, object) { Self.changeGroup(target, group, pod) }
        return target
    }

    private func stage(_ volume: CSIVolume, _ driver: CSIDrivers.Driver, at path: String, _ context: CSIContext) async throws {
        if Self.isMounted(path) { return }
        try HostFile.makeFolder(path, mode: 0o750)
        try CSIRecord(volume, node: settings.nodeName).write(to: String(path.dropLast("/globalmount".count)))
        var context = context
        context.secrets = try await secrets(volume.stageSecret)
        try await driver.client.stage(volume, at: path, context)
    }

    /// The CSIDriver of the API; null when the driver has none.
    private func csiDriver(_ name: String) async throws(StatusError) -> Value {
        let found: CSIDriver
        do throws(StatusError) {
            found = try await client.get(CSIDriver.self, "", name)
        } catch {
            if error.isNotFound { return .null }
            throw error
        }
        return found.value
    }

    /// Waits until the volume is attached to this node; returns what the attacher says of it.
    private func attachment(_ volume: CSIVolume) async throws -> [String: String] {
        let name = volume.attachment(to: settings.nodeName)
        for _ in 0..<Self.attachPatience {
            let status = try await statusOfAttachment(name)
            if status["attached"].bool == true { return status["attachmentMetadata"].stringMap }
            if let problem = status["attachError"]["message"].string { throw HostFile.Failure(description: problem) }
            try await Task.sleep(for: .seconds(1))
        }
        throw HostFile.Failure(description: "timed out waiting for external-attacher of \(volume.driver) CSI driver to attach volume \(volume.handle)")
    }

    /// Null as long as nobody asked for the attachment.
    private func statusOfAttachment(_ name: String) async throws(StatusError) -> Value {
        let found: VolumeAttachment
        do throws(StatusError) {
            found = try await client.get(VolumeAttachment.self, "", name)
        } catch {
            if error.isNotFound { return .null }
            throw error
        }
        return found.value["status"]
    }

    private func secrets(_ reference: (namespace: String, name: String)?) async throws(StatusError) -> [String: String] {
        guard let reference else { return [:] }
        let data = try await client.get(Secret.self, reference.namespace, reference.name).value["data"].stringMap
        return data.mapValues { String(decoding: Base64.decode($0) ?? [], as: UTF8.self) }
    }

    private func podFacts(_ volume: CSIVolume, _ pod: Pod, _ object: Value) async throws -> [String: String] {
        var facts: [String: String] = [:]
        let prefix = "csi.storage.k8s.io/"
        if object["spec"]["podInfoOnMount"].bool == true {
            facts[prefix + "pod.name"] = pod.name
            facts[prefix + "pod.namespace"] = pod.namespace
            facts[prefix + "pod.uid"] = pod.uid
            facts[prefix + "serviceAccount.name"] = pod.value["spec"]["serviceAccountName"].string ?? "default"
            facts[prefix + "ephemeral"] = volume.isInline ? "true" : "false"
        }
        let requests = object["spec"]["tokenRequests"].array
        if !requests.isEmpty {
            facts[prefix + "serviceAccount.tokens"] = try await content.tokens(for: requests, pod, volume: volume.specName).jsonString
        }
        return facts
    }

    // MARK: groups

    private func changesGroup(_ volume: CSIVolume, _ object: Value) -> Bool {
        if volume.isReadOnly { return false }
        switch object["spec"]["fsGroupPolicy"].string ?? "ReadWriteOnceWithFSType" {
        case "None": return false
        case "File": return true
        default: return !volume.fileSystem.isEmpty && ["ReadWriteOnce", "ReadWriteOncePod"].contains(volume.accessMode)
        }
    }

    /// Gives all files to the pod's group.
    private static func changeGroup(_ path: String, _ group: Int64, _ pod: Pod) {
        var info = stat()
        let isRight = stat(path, &info) == 0 && Int64(info.st_gid) == group && info.st_mode & S_ISGID != 0
        if isRight, pod.value["spec"]["securityContext"]["fsGroupChangePolicy"].string == "OnRootMismatch" { return }
        HostFile.giveToGroup(path, group)
    }

    // MARK: giving back

    /// Takes all of a pod's volumes out again, and off the node when nobody else uses them.
    func unpublishAll(_ uid: String) async {
        let base = "\(settings.podFolder(uid))/\(Self.podPlace)"
        for name in HostFile.names(in: base).sorted() {
            let folder = "\(base)/\(name)"
            guard let record = CSIRecord(in: folder) else { continue }
            if await giveBack("unpublished", record, { driver in try await driver.client.unpublish(handle: record.handle, at: folder + "/mount") }) {
                HostFile.removeIfEmpty(folder + "/mount")
            }
            // Without the driver's answer the mount goes all the same: what is in the volume must not be removed with the folder.
            SubpathMount.unmountAll(below: folder)
            unlink("\(folder)/\(CSIRecord.fileName)")
            HostFile.removeIfEmpty(folder)
            if !record.isInline { await unstage(record) }
        }
    }

    private func unstage(_ record: CSIRecord) async {
        let folder = stagingFolder(record.driver, record.handle)
        guard CSIRecord(in: folder) != nil, (try? await turns.take(record.uniqueName)) != nil else { return }
        defer { turns.give(record.uniqueName) }
        if published().contains(where: { $0.record.driver == record.driver && $0.record.handle == record.handle }) { return }
        let path = folder + "/globalmount"
        guard await giveBack("unstaged", record, { driver in try await driver.client.unstage(handle: record.handle, at: path) }) else { return }
        SubpathMount.unmountAll(below: folder)
        HostFile.removeIfEmpty(path)
        unlink("\(folder)/\(CSIRecord.fileName)")
        HostFile.removeIfEmpty(folder)
    }

    /// Whether the driver did it. One that is being replaced comes back within seconds.
    private func giveBack(_ what: String, _ record: CSIRecord, _ body: (CSIDrivers.Driver) async throws -> Void) async -> Bool {
        for attempt in 0..<Self.unpublishTries {
            do {
                try await body(try drivers.driver(record.driver))
                return true
            } catch {
                logger.warning("a volume could not be \(what)", metadata: ["volume": "\(record.handle)", "reason": "\(error)"])
                if attempt + 1 < Self.unpublishTries { try? await Task.sleep(for: .seconds(1 << min(attempt, 3))) }
            }
        }
        return false
    }

    /// Volumes that are staged although no pod uses them: their pods went while nobody looked.
    func unstageUnused() async {
        let base = settings.root + "/plugins/kubernetes.io/csi"
        for driver in HostFile.names(in: base) {
            for name in HostFile.names(in: "\(base)/\(driver)") {
                guard let record = CSIRecord(in: "\(base)/\(driver)/\(name)"), (try? drivers.driver(record.driver)) != nil else { continue }
                await unstage(record)
            }
        }
    }

    private static func isMounted(_ path: String) -> Bool {
        HostFile.lines("/proc/self/mounts").contains { line in
            let words = line.split(separator: " ")
            return words.count > 1 && words[1].replacing("\\040", with: " ") == path
        }
    }

    // MARK: growing

    /// Makes volumes larger whose claims wait for their node. Costs nothing without a driver that can.
    func expand() async {
        var done: Set<String> = []
        for (record, folder, _) in published() where !record.isInline && done.insert(record.uniqueName).inserted {
            guard let driver = try? drivers.driver(record.driver), driver.capabilities.contains(.expand) else { continue }
            do {
                try await expand(record, folder + "/mount", driver)
            } catch {
                logger.warning("a volume could not be made larger", metadata: ["volume": "\(record.specName)", "reason": "\(error)"])
            }
        }
    }

    private func expand(_ record: CSIRecord, _ path: String, _ driver: CSIDrivers.Driver) async throws {
        let object = try await client.get(PersistentVolume.self, "", record.specName)
        let reference = object.value["spec"]["claimRef"]
        guard let volume = CSIVolume(object, isReadOnly: false), let wanted = Quantity(object.value["spec"]["capacity"]["storage"]) else { return }
        var claim = try await client.get(PersistentVolumeClaim.self, reference["namespace"].string ?? "", reference["name"].string ?? "")
        let isPending = claim.value["status"]["conditions"].array.contains { $0["type"].string == "FileSystemResizePending" && $0["status"].string == "True" }
            || claim.value["status"]["allocatedResourceStatuses"]["storage"].string == "NodeResizePending"
        guard isPending else { return }
        var context = CSIContext(capability: volume.capability(group: nil, driver.capabilities))
        context.secrets = try await secrets(volume.expandSecret)
        let staged = driver.capabilities.contains(.stage) ? stagingFolder(record.driver, record.handle) + "/globalmount" : ""
        let size = try await driver.client.expand(handle: record.handle, at: path, staged: staged, to: wanted.rounded, context)
        claim.value["status"]["capacity"]["storage"] = size > wanted.rounded ? .string(String(size)) : object.value["spec"]["capacity"]["storage"]
        let left = claim.value["status"]["conditions"].array.filter { !["FileSystemResizePending", "Resizing"].contains($0["type"].string ?? "") }
        claim.value["status"]["conditions"] = .array(left)
        claim.value["status"].remove("allocatedResourceStatuses")
        try await client.updateStatus(claim)
        EventRecorder(client: client, component: "kubelet", host: settings.nodeName)
            .record(claim, reason: "FileSystemResizeSuccessful", message: "MountVolume.NodeExpandVolume succeeded for volume \"\(record.specName)\"")
    }
}

/// One at a time for each volume.
final class VolumeTurns: Sendable {
    private let busy = Mutex<Set<String>>([])

    /// Waits for the turn.
    func take(_ name: String) async throws {
        while !busy.withLock({ $0.insert(name).inserted }) { try await Task.sleep(for: .milliseconds(50)) }
    }

    func give(_ name: String) { _ = busy.withLock { $0.remove(name) } }
}
