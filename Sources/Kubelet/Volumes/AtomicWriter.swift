#if canImport(Glibc)
import Glibc
#endif
import Objects

/// A file of a volume whose content comes from the API.
struct VolumeFile: Equatable {
    /// Relative to the volume.
    let path: String
    let content: [UInt8]
    let mode: UInt32
    var owner: Int64?
}

/// Writes a volume's files so that containers see the old ones or the new ones, never a mixture.
///
/// The files lie in a folder of their own, to which the symbolic link `..data` points; what containers open are links
/// through it. Moving that one link is the change.
struct AtomicWriter {
    let folder: String
    /// The group that may read the files (`fsGroup`).
    let group: Int64?

    private var link: String { folder + "/..data" }

    /// Makes the volume hold just these files. Does nothing when it does already.
    func publish(_ files: [VolumeFile]) throws(HostFile.Failure) {
        try HostFile.makeFolder(folder)
        let previous = HostFile.linkTarget(link)
        if let previous, isCurrent(files, in: folder + "/" + previous) { return }
        let generation = "..\(Timestamp.now().seconds)_\(UInt32.random(in: .min ... .max))"
        let target = folder + "/" + generation
        try HostFile.makeFolder(target)
        var top: Set<String> = []
        for file in files {
            let parts = file.path.split(separator: "/").map(String.init)
            guard let first = parts.first, !parts.contains(".."), !file.path.hasPrefix("/") else {
                throw HostFile.Failure(description: "invalid path in volume: \(file.path)")
            }
            top.insert(first)
            if parts.count > 1 { try HostFile.makeFolder(target + "/" + parts.dropLast().joined(separator: "/")) }
            try write(file, target + "/" + parts.joined(separator: "/"))
        }
        if let group { chownTree(target, group) }
        let temporary = folder + "/..data_tmp"
        unlink(temporary)
        symlink(generation, temporary)
        guard rename(temporary, link) == 0 else {
            throw HostFile.Failure(description: "cannot publish the volume: \(String(cString: strerror(errno)))")
        }
        for name in top where HostFile.linkTarget(folder + "/" + name) == nil { symlink("..data/" + name, folder + "/" + name) }
        for name in HostFile.names(in: folder) where !name.hasPrefix("..") && !top.contains(name) { unlink(folder + "/" + name) }
        // What a killed process left behind goes too.
        for name in HostFile.names(in: folder) where name.hasPrefix("..") && name != "..data" && name != generation { HostFile.remove(folder + "/" + name) }
    }

    private func mode(_ file: VolumeFile) -> UInt32 { group == nil ? file.mode : file.mode | 0o440 }

    private func write(_ file: VolumeFile, _ path: String) throws(HostFile.Failure) {
        try HostFile.write(file.content, to: path, mode: mode(file))
        if let owner = file.owner { chown(path, uid_t(truncatingIfNeeded: owner), gid_t.max) }
        // Changing the owner clears bits of the mode.
        if let group { HostFile.changeGroup(path, group) }
        chmod(path, mode_t(mode(file)))
    }

    /// The group enters folders, and what is made in them is the group's.
    private func chownTree(_ path: String, _ group: Int64) {
        HostFile.changeGroup(path, group)
        chmod(path, 0o2775)
        for name in HostFile.names(in: path) where HostFile.isFolder(path + "/" + name) { chownTree(path + "/" + name, group) }
    }

    private func isCurrent(_ files: [VolumeFile], in target: String) -> Bool {
        let wanted = Set(files.map(\.path))
        guard Set(HostFile.tree(target)) == wanted else { return false }
        return files.allSatisfy { file in
            HostFile.mode(target + "/" + file.path) == mode(file) && HostFile.read(target + "/" + file.path) == file.content
        }
    }
}
