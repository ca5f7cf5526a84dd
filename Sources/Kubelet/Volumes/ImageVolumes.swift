import ContainerRuntime
#if canImport(Glibc)
import Glibc
#endif
import KubernetesTypes
import Objects

/// Volumes that show the content of an image.
struct ImageVolumes: Sendable {
    let runtime: CRIClient
    let puller: ImagePuller

    private static func key(_ uid: String, _ name: String) -> String { "martlet-image-volume-\(uid)-\(name)" }

    /// Pulls the image by the volume's policy and mounts it. Throws what an event is to say.
    func prepare(_ volume: Value, _ pod: Pod, folder: String) async throws {
        let source = volume["image"]
        let reference = source["reference"].string ?? ""
        if Self.isMounted(folder) { return }
        let image = try await puller.ensure(
            ["name": volume["name"], "image": .string(reference), "imagePullPolicy": source["pullPolicy"]], pod, recentlyFailed: false)
        try HostFile.makeFolder(folder)
        try await runtime.mountImage(image.id, key: Self.key(pod.uid, volume["name"].string ?? ""), at: folder)
    }

    /// Forgets the snapshots of a pod's volumes; their names are those of the folders.
    func forget(_ uid: String, _ names: [String]) async {
        for name in names { await runtime.forgetImageMount(key: Self.key(uid, name)) }
    }

    /// Whether the folder is another file system than the one it lies in.
    private static func isMounted(_ folder: String) -> Bool {
        var own = stat()
        var parent = stat()
        guard stat(folder, &own) == 0, stat(folder + "/..", &parent) == 0 else { return false }
        if own.st_dev != parent.st_dev { return true }
        // A bind mount may lie on the same disk.
        return HostFile.lines("/proc/self/mounts").contains { line in
            let words = line.split(separator: " ")
            return words.count > 1 && words[1] == folder
        }
    }
}
