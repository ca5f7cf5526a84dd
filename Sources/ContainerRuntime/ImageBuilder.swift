import Crypto
import Objects

/// Makes container images without a registry: one layer, as an archive that containerd imports.
package struct ImageBuilder: Sendable {
    package var name: String
    package var entrypoint: [String] = []
    package var command: [String] = []
    package var environment: [String] = ImageBuilder.path
    package var workingDirectory = "/"
    /// A name or number, with a group after a colon; empty for root.
    package var user = ""

    package init(name: String) { self.name = name }

    /// Where programs are looked for when an image does not say it.
    package static let path = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]

    package static var architecture: String {
        #if arch(arm64)
        "arm64"
        #else
        "amd64"
        #endif
    }

    /// The archive (OCI layout with a docker manifest) of an image whose only layer is `layer`, a tar archive.
    package func archive(layer: [UInt8]) -> [UInt8] {
        let layerDigest = Self.digest(layer)
        let configuration: Value = [
            "architecture": .string(Self.architecture), "os": "linux",
            "config": [
                "Env": Value(environment), "Entrypoint": entrypoint.isEmpty ? .null : Value(entrypoint),
                "Cmd": command.isEmpty ? .null : Value(command), "WorkingDir": .string(workingDirectory), "User": .string(user),
            ],
            "rootfs": ["type": "layers", "diff_ids": [.string("sha256:" + layerDigest)]],
        ]
        let configurationBytes = configuration.json
        let configurationDigest = Self.digest(configurationBytes)
        let manifest: Value = [
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": [
                "mediaType": "application/vnd.oci.image.config.v1+json", "digest": .string("sha256:" + configurationDigest),
                "size": Value(configurationBytes.count),
            ],
            "layers": [
                [
                    "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": .string("sha256:" + layerDigest),
                    "size": Value(layer.count),
                ]
            ],
        ]
        let manifestBytes = manifest.json
        let manifestDigest = Self.digest(manifestBytes)
        let index: Value = [
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [
                [
                    "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": .string("sha256:" + manifestDigest),
                    "size": Value(manifestBytes.count),
                    "annotations": ["io.containerd.image.name": .string(Self.fullName(name)), "org.opencontainers.image.ref.name": .string(Self.tag(name))],
                    "platform": ["architecture": .string(Self.architecture), "os": "linux"],
                ]
            ],
        ]
        var archive = TarArchive()
        archive.addFile("oci-layout", Array("{\"imageLayoutVersion\":\"1.0.0\"}".utf8))
        archive.addFile("index.json", index.json)
        archive.addFolder("blobs")
        archive.addFolder("blobs/sha256")
        archive.addFile("blobs/sha256/" + manifestDigest, manifestBytes)
        archive.addFile("blobs/sha256/" + configurationDigest, configurationBytes)
        archive.addFile("blobs/sha256/" + layerDigest, layer)
        archive.finish()
        return archive.bytes
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    private static func tag(_ name: String) -> String {
        let last = name.split(separator: "/").last ?? ""
        return last.split(separator: ":").count > 1 ? String(last.split(separator: ":").last ?? "latest") : "latest"
    }

    /// `busybox` is `docker.io/library/busybox:latest`, as every client reads it.
    package static func fullName(_ name: String) -> String {
        var full = name
        let first = name.split(separator: "/").first.map(String.init) ?? name
        let hasHost = name.contains("/") && (first.contains(".") || first.contains(":") || first == "localhost")
        if !hasHost { full = name.contains("/") ? "docker.io/" + name : "docker.io/library/" + name }
        let last = full.split(separator: "/").last ?? ""
        return last.contains(":") || last.contains("@") ? full : full + ":latest"
    }
}

/// The image whose only program holds a sandbox's namespaces: it waits, and does nothing else.
package enum PauseImage {
    package static let name = "registry.k8s.io/pause:3.10"

    package static func archive() -> [UInt8] {
        var layer = TarArchive()
        layer.addFile("pause", program, mode: 0o755)
        layer.finish()
        var builder = ImageBuilder(name: name)
        builder.entrypoint = ["/pause"]
        return builder.archive(layer: layer.bytes)
    }

    /// A whole ELF file: header, one segment, and the few instructions that wait for ever.
    private static var program: [UInt8] {
        #if arch(arm64)
        // movz x8, 73 (ppoll); mov x0..x3, 0; svc 0; b to the beginning
        let code: [UInt8] = [
            0x28, 0x09, 0x80, 0xd2, 0x00, 0x00, 0x80, 0xd2, 0x01, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x80, 0xd2, 0x03, 0x00, 0x80, 0xd2,
            0x01, 0x00, 0x00, 0xd4, 0xfa, 0xff, 0xff, 0x17,
        ]
        let machine: UInt8 = 0xb7
        #else
        // mov eax, 34 (pause); syscall; jmp to the beginning
        let code: [UInt8] = [0xb8, 0x22, 0x00, 0x00, 0x00, 0x0f, 0x05, 0xeb, 0xf7]
        let machine: UInt8 = 0x3e
        #endif
        func word(_ number: UInt64, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) } }
        let base: UInt64 = 0x400000
        let size = UInt64(120 + code.count)
        var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
        file += word(2, 2) + [machine, 0] + word(1, 4) + word(base + 120, 8) + word(64, 8) + word(0, 8)
        file += word(0, 4) + word(64, 2) + word(56, 2) + word(1, 2) + word(0, 2) + word(0, 2) + word(0, 2)
        file += word(1, 4) + word(5, 4) + word(0, 8) + word(base, 8) + word(base, 8) + word(size, 8) + word(size, 8) + word(0x1000, 8)
        return file + code
    }
}
