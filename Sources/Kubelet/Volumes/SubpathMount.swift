import CLinux
#if canImport(Glibc)
import Glibc
#endif

/// Binds a path inside of a volume to a place of the kubelet's own, so that what a container can change between the
/// check and the mount does not matter: the path is opened once, beneath the volume, and that open file is mounted.
struct SubpathMount {
    /// The folder of the volume on the node.
    let volume: String
    /// Relative to the volume.
    let path: String
    /// Where it is bound; made as a file or folder, whichever fits.
    let target: String

    // `O_PATH`, which the C library defines only for GNU sources.
    private static let pathOnly: Int32 = 0o10000000
    // Of `linux/openat2.h`.
    private static let resolveBeneath: UInt64 = 0x08
    private static let resolveNoMagicLinks: UInt64 = 0x02

    /// Mounts, and makes the folder first when nothing is there. Throws when the path leads out of the volume.
    func mount() throws(HostFile.Failure) {
        umount2(target, Int32(MNT_DETACH))
        var file = open(Self.pathOnly)
        if file < 0, errno == ENOENT {
            try makeFolders()
            file = open(Self.pathOnly)
        }
        guard file >= 0 else {
            let reason = errno == EXDEV ? "it leads out of the volume" : String(cString: strerror(errno))
            throw HostFile.Failure(description: "failed to prepare subPath for volumeMount: \(path): \(reason)")
        }
        defer { close(file) }
        var info = stat()
        fstat(file, &info)
        let parent = target.split(separator: "/").dropLast().joined(separator: "/")
        try HostFile.makeFolder("/" + parent)
        if info.st_mode & S_IFMT == S_IFDIR { try HostFile.makeFolder(target) } else if !HostFile.exists(target) { try HostFile.write([], to: target) }
        guard Glibc.mount("/proc/self/fd/\(file)", target, "none", UInt(MS_BIND) | UInt(MS_REC), nil) == 0 else {
            throw HostFile.Failure(description: "cannot bind \(path) of the volume: \(String(cString: strerror(errno)))")
        }
    }

    private func open(_ flags: Int32) -> Int32 {
        let root = Glibc.open(volume, Self.pathOnly | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { return -1 }
        defer { close(root) }
        return martlet_openat2(root, path, UInt64(flags | O_CLOEXEC), Self.resolveBeneath | Self.resolveNoMagicLinks)
    }

    /// Makes the folders of the path one by one, each beneath the one before; links on the way are refused.
    private func makeFolders() throws(HostFile.Failure) {
        var current = Glibc.open(volume, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard current >= 0 else { throw HostFile.Failure(description: "cannot open \(volume): \(String(cString: strerror(errno)))") }
        defer { close(current) }
        for part in path.split(separator: "/").map(String.init) where part != "." {
            if mkdirat(current, part, 0o777) == 0 { fchmodat(current, part, 0o777, 0) }
            let next = openat(current, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard next >= 0 else { throw HostFile.Failure(description: "cannot make \(path) in the volume: \(String(cString: strerror(errno)))") }
            close(current)
            current = next
        }
    }

    /// What is mounted below a folder, the newest first.
    private static func mounts(below folder: String) -> [String] {
        HostFile.lines("/proc/self/mounts").reversed().compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 1 else { return nil }
            let place = String(words[1]).replacing("\\040", with: " ")
            return place.hasPrefix(folder + "/") ? place : nil
        }
    }

    /// Unmounts all that is bound below a folder. False when something stays: then nothing below it may be removed.
    @discardableResult
    static func unmountAll(below folder: String) -> Bool {
        for place in mounts(below: folder) { umount2(place, Int32(MNT_DETACH)) }
        return mounts(below: folder).isEmpty
    }
}
