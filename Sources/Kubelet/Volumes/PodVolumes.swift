import APIClient
#if canImport(Glibc)
import Glibc
#endif
import KubernetesTypes
import Objects

/// Why a pod's volumes or environment cannot be made; the text goes into an event.
struct PodSetupError: Error, CustomStringConvertible {
    let reason: String
    let description: String
}

/// Makes the volumes of a pod on the node.
struct PodVolumes: Sendable {
    let settings: KubeletSettings
    let client: APIClient
    let content: VolumeContent
    let images: ImageVolumes
    let drivers: CSIVolumes

    /// The folder of a volume on the node. A claim's folder is known once `prepare` found it.
    func path(_ volume: Value, _ pod: Pod) -> String {
        let name = volume["name"].string ?? ""
        if let path = volume["hostPath"]["path"].string { return path }
        let base = "\(settings.podFolder(pod.uid))/volumes/kubernetes.io~"
        if volume["emptyDir"].isObject { return base + "empty-dir/" + name }
        if volume["image"].isObject { return base + "image/" + name }
        if volume["csi"].isObject { return drivers.target(name, pod.uid) }
        if Self.claimName(volume, pod) != nil { return HostFile.linkTarget(base + "claim/" + name) ?? base + "claim/" + name }
        let kind = volume["configMap"].isObject ? "configmap" : volume["secret"].isObject ? "secret"
            : volume["downwardAPI"].isObject ? "downward-api" : "projected"
        return base + kind + "/" + name
    }

    /// The folders of a pod's volumes on this machine, by the volumes' names; those of the host itself are left out.
    static func folders(_ pod: Pod, _ settings: KubeletSettings) -> [(name: String, path: String)] {
        let base = settings.podFolder(pod.uid) + "/volumes"
        // Volumes of drivers that have a claim are found by it.
        return HostFile.names(in: base).sorted().filter { $0 != "kubernetes.io~csi" }.flatMap { kind in
            HostFile.names(in: base + "/" + kind).sorted().map { name in (name, HostFile.linkTarget("\(base)/\(kind)/\(name)") ?? "\(base)/\(kind)/\(name)") }
        }
    }

    /// Whether any volume's content comes from the API and so may change.
    static func hasChangingContent(_ pod: Pod) -> Bool {
        pod.value["spec"]["volumes"].array.contains { volume in (VolumeContent.kinds + ["csi"]).contains { volume[$0].isObject } }
    }

    /// Makes or refreshes every volume. Throws for the first that cannot be made.
    func prepare(_ pod: Pod) async throws(PodSetupError) {
        for volume in pod.value["spec"]["volumes"].array {
            do {
                try await prepare(volume, pod)
            } catch let error as PodSetupError {
                throw error
            } catch {
                throw PodSetupError(
                    reason: "FailedMount", description: "MountVolume.SetUp failed for volume \"\(volume["name"].string ?? "")\" : \(error)")
            }
        }
    }

    private func prepare(_ volume: Value, _ pod: Pod) async throws {
        let folder = path(volume, pod)
        let group = pod.value["spec"]["securityContext"]["fsGroup"].int
        if volume["hostPath"].isObject { return try hostPath(volume["hostPath"]) }
        if volume["emptyDir"].isObject { return try emptyDir(volume["emptyDir"], folder, group, pod) }
        if volume["image"].isObject { return try await images.prepare(volume, pod, folder: folder) }
        if let inline = CSIVolume(inline: volume, pod) {
            _ = try await drivers.publish(inline, pod)
            return
        }
        if let claim = Self.claimName(volume, pod) { return try await bindClaim(claim, volume, pod) }
        guard VolumeContent.kinds.contains(where: { volume[$0].isObject }) else {
            let kind = volume.members.first { $0.key != "name" }?.key ?? "unknown"
            throw HostFile.Failure(description: "volumes of type \(kind) are not supported on this node")
        }
        try AtomicWriter(folder: folder, group: group).publish(try await content.files(volume, pod))
    }

    /// How much memory the pod's volumes can take at most: what its containers may use together, or what the node has for pods.
    static func memoryLimit(_ pod: Pod) -> Int64? {
        let allocatable = Quantity(NodeCapacity.read().allocatable["memory"])?.rounded
        return [allocatable, PodResources(pod.value["spec"]).limit("memory")?.rounded].compactMap { $0 }.min()
    }

    private func emptyDir(_ source: Value, _ folder: String, _ group: Int64?, _ pod: Pod) throws {
        if HostFile.exists(folder) { return }
        let medium = source["medium"].string ?? ""
        let limit = Quantity(source["sizeLimit"]).flatMap { $0.isZero ? nil : $0.rounded }
        var system: (name: String, options: String)?
        switch medium {
        case "": break
        case "Memory":
            let size = [Self.memoryLimit(pod), limit].compactMap { $0 }.min()
            system = ("tmpfs", "mode=0777" + (size.map { ",size=\($0)" } ?? ""))
        case _ where medium.hasPrefix("HugePages"):
            guard let page = HugePages.size(medium: medium, pod.value["spec"]) else {
                throw HostFile.Failure(description: "the medium \(medium) needs containers that ask for huge pages of one size")
            }
            system = ("hugetlbfs", "mode=0777,pagesize=\(page)")
        default: throw HostFile.Failure(description: "the medium \(medium) is not supported on this node")
        }
        try HostFile.makeFolder(folder)
        if let (name, options) = system, mount(name, folder, name, 0, options) != 0 {
            let reason = String(cString: strerror(errno))
            rmdir(folder)
            throw HostFile.Failure(description: "cannot mount \(name): \(reason)")
        }
        chmod(folder, 0o777)
        if let group {
            HostFile.changeGroup(folder, group)
            chmod(folder, 0o2777)
        }
    }

    private func hostPath(_ source: Value) throws {
        let path = source["path"].string ?? ""
        let type = source["type"].string ?? ""
        func refuse(_ what: String) -> HostFile.Failure { HostFile.Failure(description: "hostPath type check failed: \(path) is not \(what)") }
        switch type {
        case "DirectoryOrCreate":
            if !HostFile.exists(path) { try HostFile.makeFolder(path) }
            if !HostFile.isFolder(path) { throw refuse("a directory") }
        case "FileOrCreate":
            if !HostFile.exists(path) { try HostFile.write([], to: path) }
            if HostFile.kind(path) != S_IFREG { throw refuse("a file") }
        case "Directory": if !HostFile.isFolder(path) { throw refuse("a directory") }
        case "File": if HostFile.kind(path) != S_IFREG { throw refuse("a file") }
        case "Socket": if HostFile.kind(path) != S_IFSOCK { throw refuse("a socket file") }
        case "CharDevice": if HostFile.kind(path) != S_IFCHR { throw refuse("a character device") }
        case "BlockDevice": if HostFile.kind(path) != S_IFBLK { throw refuse("a block device") }
        default: return
        }
    }

    // MARK: claims

    private static func claimName(_ volume: Value, _ pod: Pod) -> String? {
        if let name = volume["persistentVolumeClaim"]["claimName"].string { return name }
        return volume["ephemeral"].isObject ? "\(pod.name)-\(volume["name"].string ?? "")" : nil
    }

    /// Finds the volume that a claim is bound to, and links to its folder on this machine.
    private func bindClaim(_ claim: String, _ volume: Value, _ pod: Pod) async throws {
        let name = volume["name"].string ?? ""
        let object = try await client.get(PersistentVolumeClaim.self, pod.namespace, claim)
        guard object.value["status"]["phase"].string == "Bound", let volumeName = object.value["spec"]["volumeName"].string else {
            throw HostFile.Failure(description: "persistentvolumeclaim \"\(claim)\" is not bound")
        }
        let found = try await client.get(PersistentVolume.self, "", volumeName)
        let spec = found.value["spec"]
        if let driven = CSIVolume(found, isReadOnly: volume["persistentVolumeClaim"]["readOnly"].bool == true) {
            return try link(name, to: try await drivers.publish(driven, pod), pod)
        }
        guard let path = spec["local"]["path"].string ?? spec["hostPath"]["path"].string else {
            let kind = spec.members.first { $0.value.isObject && !["capacity", "claimRef", "nodeAffinity"].contains($0.key) }?.key ?? "unknown"
            throw HostFile.Failure(description: "persistent volumes of type \(kind) are not supported on this node")
        }
        if spec["hostPath"].isObject {
            try hostPath(spec["hostPath"])
            if (spec["hostPath"]["type"].string ?? "").isEmpty, !HostFile.exists(path) { try HostFile.makeFolder(path) }
        }
        if let own = LocalPathVolume(found), own.node == settings.nodeName, own.root == LocalPathNode.clean(settings.localPathRoot) { try await make(own, for: object) }
        guard HostFile.exists(path) else { throw HostFile.Failure(description: "path \(path) of volume \(volumeName) does not exist") }
        try link(name, to: path, pod)
        if let group = pod.value["spec"]["securityContext"]["fsGroup"].int, spec["local"].isObject, spec["volumeMode"].string != "Block" {
            HostFile.changeGroup(path, group)
            chmod(path, 0o2775)
        }
    }

    /// The folder of a `local-path` volume is made when it is used first.
    private func make(_ folder: LocalPathVolume, for claim: PersistentVolumeClaim) async throws {
        guard try LocalPathFolder(root: folder.root, name: folder.name).make() else { return }
        // Somebody may have let the volume go since it was read: then nobody would remove what was just made.
        do {
            let volume = try await client.get(PersistentVolume.self, "", folder.name)
            if volume.value["spec"]["claimRef"]["uid"].string == claim.uid, volume.value["status"]["phase"].string == "Bound" { return }
        } catch {
            HostFile.removeIfEmpty(folder.root + "/" + folder.name)
            throw error
        }
        HostFile.removeIfEmpty(folder.root + "/" + folder.name)
        throw HostFile.Failure(description: "volume \(folder.name) is not bound to persistentvolumeclaim \"\(claim.name)\" any more")
    }

    /// The pod's volume is what lies at a path of this machine.
    private func link(_ name: String, to path: String, _ pod: Pod) throws {
        let folder = "\(settings.podFolder(pod.uid))/volumes/kubernetes.io~claim"
        try HostFile.makeFolder(folder)
        unlink(folder + "/" + name)
        symlink(path, folder + "/" + name)
    }

    /// Where a container's `subPath` is bound.
    func subpathTarget(_ pod: Pod, _ container: String, _ index: Int) -> String {
        "\(settings.podFolder(pod.uid))/subpaths/\(container)/\(index)"
    }

    /// Removes all that a pod had on the node.
    func tearDown(_ uid: String) async {
        let folder = settings.podFolder(uid)
        content.forget(uid)
        let mounted = HostFile.names(in: folder + "/volumes/kubernetes.io~image")
        SubpathMount.unmountAll(below: folder + "/subpaths")
        // Not cut short by news about the pod: half a volume given back is none.
        await Task { [drivers] in await drivers.unpublishAll(uid) }.value
        let isClear = SubpathMount.unmountAll(below: folder)
        await images.forget(uid, mounted)
        if isClear { HostFile.remove(folder) }
    }
}
