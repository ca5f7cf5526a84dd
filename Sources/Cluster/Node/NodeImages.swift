import ContainerRuntime
import Credentials
import Logging

/// An image made of a folder of this machine.
package struct ImageRecipe: Sendable {
    private var builder: ImageBuilder
    private let folder: String

    package init(name: String, folder: String) {
        builder = ImageBuilder(name: name)
        self.folder = folder
    }

    package var entrypoint: [String] {
        get { builder.entrypoint }
        set { builder.entrypoint = newValue }
    }

    package var command: [String] {
        get { builder.command }
        set { builder.command = newValue }
    }

    package var workingDirectory: String {
        get { builder.workingDirectory }
        set { builder.workingDirectory = newValue }
    }

    package var user: String {
        get { builder.user }
        set { builder.user = newValue }
    }

    /// `NAME=VALUE`; one without a `PATH` keeps the usual one.
    package var environment: [String] {
        get { builder.environment }
        set { builder.environment = newValue.contains { $0.hasPrefix("PATH=") } ? newValue : ImageBuilder.path + newValue }
    }

    package var fullName: String { ImageBuilder.fullName(builder.name) }

    /// The image as an archive. Throws when the folder cannot be read.
    package func archive() throws -> [UInt8] {
        var layer = TarArchive()
        try layer.addTree(folder)
        layer.finish()
        return builder.archive(layer: layer.bytes)
    }
}

/// The images that the nodes of a running cluster on this machine have.
package struct NodeImages: Sendable {
    private let processes: [ContainerdProcess]
    private let logger = Logger(label: "martlet", factory: { StreamLogHandler.standardError(label: $0) })

    package init(_ settings: ClusterSettings) {
        var folders = [settings.dataDirectory]
        for folder in LocalMachines.folders(settings) where ((try? PrivateFile.exists(folder + "/kubelet.kubeconfig")) ?? false) { folders.append(folder) }
        processes = folders.map { [logger] folder in
            var node = ClusterSettings()
            node.dataDirectory = folder
            return ContainerdProcess(root: folder + "/containerd", name: node.instance, logger: logger)
        }
    }

    /// Loads an archive (OCI layout, or as `docker save` writes it) into each node. Throws when no cluster runs or it is no image.
    package func load(file: String) async throws {
        for process in processes { try await process.importImage(file) }
    }

    package func load(_ archive: [UInt8]) async throws {
        for process in processes { try await process.importImage(bytes: archive) }
    }

    /// One line an image of the first node: name and size, sorted.
    package func list() async throws -> [String] {
        guard let first = processes.first else { return [] }
        let runtime = CRIClient(socket: first.socket)
        defer { runtime.close() }
        return try await runtime.images().flatMap { image in
            (image.tags.isEmpty ? image.digests : image.tags).map { "\($0)\t\(image.size / 1024) KiB" }
        }.sorted()
    }
}
