#if canImport(Glibc)
import Glibc
#endif

import Objects

/// An image's file system as a folder, which nobody can write to or run programs of.
///
/// CRI mounts images since containerd 2.1; containerd's own snapshots, on the same socket, do it with every version.
extension CRIClient {
    private static let snapshots = "snapshots.v1.Snapshots"
    private static let snapshotter = "overlayfs"
    private static let exists = 6

    /// Mounts an image that is here. `key` names the mount, for its removal. Throws what the runtime or the kernel says.
    package func mountImage(_ name: String, key: String, at folder: String) async throws(RuntimeError) {
        guard let chain = try await imageChain(name) else { throw RuntimeError(code: 12, "the runtime does not tell where the image \(name) is") }
        let mounts = try await view(chain, key: key)
        guard let first = mounts.first else { throw RuntimeError(code: 13, "the image \(name) has no file system") }
        try Self.mount(type: first.text(1), source: first.text(2), options: first.texts(4), at: folder)
    }

    /// Forgets a mount's snapshot, after it was unmounted.
    package func forgetImageMount(key: String) async {
        _ = try? await askContainerd(
            Self.snapshots, "Remove", .build {
                $0.set(1, Self.snapshotter)
                $0.set(2, key)
            })
    }

    private func view(_ chain: String, key: String) async throws(RuntimeError) -> [WireFields] {
        do throws(RuntimeError) {
            return try await askContainerd(
                Self.snapshots, "View", .build {
                    $0.set(1, Self.snapshotter)
                    $0.set(2, key)
                    $0.set(3, chain)
                    // Nothing else refers to it: without this containerd would collect it.
                    $0.set(4, ["containerd.io/gc.root": "image-volume"])
                }
            ).messages(1)
        } catch where error.code == Self.exists {
            return try await askContainerd(
                Self.snapshots, "Mounts", .build {
                    $0.set(1, Self.snapshotter)
                    $0.set(2, key)
                }
            ).messages(1)
        }
    }

    private static func mount(type: String, source: String, options: [String], at folder: String) throws(RuntimeError) {
        let flags = UInt(MS_RDONLY) | UInt(MS_NOEXEC) | UInt(MS_NOSUID) | UInt(MS_NODEV)
        if type == "bind" {
            // The flags of a bind mount take hold only when it is mounted once more.
            let result = Glibc.mount(source, folder, nil, UInt(MS_BIND), nil)
            if result == 0, Glibc.mount(source, folder, nil, UInt(MS_BIND) | UInt(MS_REMOUNT) | flags, nil) == 0 { return }
        } else {
            let data = options.filter { !["ro", "rw", "bind", "rbind"].contains($0) }.joined(separator: ",")
            if Glibc.mount(source, folder, type, flags, data) == 0 { return }
        }
        throw RuntimeError(code: 13, "cannot mount the image: \(String(cString: strerror(errno)))")
    }
}
