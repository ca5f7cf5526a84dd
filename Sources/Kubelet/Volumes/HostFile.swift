#if canImport(Glibc)
import Glibc
#endif

/// Files and folders of the node.
enum HostFile {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static func failure(_ action: String, _ path: String) -> Failure {
        Failure(description: "cannot \(action) \(path): \(String(cString: strerror(errno)))")
    }

    static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count <= 0 { return count < 0 ? nil : content }
            content += chunk[..<count]
        }
    }

    static func lines(_ path: String) -> [String] {
        guard let bytes = read(path) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    static func makeFolder(_ path: String, mode: UInt32 = 0o755) throws(Failure) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, mode_t(mode)) != 0, errno != EEXIST { throw failure("create", made) }
        }
    }

    static func write(_ content: [UInt8], to path: String, mode: UInt32 = 0o644) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else { throw failure("write", path) }
        defer { close(descriptor) }
        var offset = 0
        while offset < content.count {
            let count = content[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 { throw failure("write", path) }
            offset += count
        }
        fchmod(descriptor, mode_t(mode))
    }

    /// Writes to a file of the kernel, which takes the text as one write and is never truncated.
    static func append(_ text: String, to path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        guard text.withCString({ Glibc.write(descriptor, $0, text.utf8.count) }) >= 0 else { throw failure("write \(text) to", path) }
    }

    static func exists(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0
    }

    static func isFolder(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    /// The file type bits of a path's mode; nil when nothing is there.
    static func kind(_ path: String) -> mode_t? {
        var info = stat()
        return stat(path, &info) == 0 ? info.st_mode & S_IFMT : nil
    }

    /// When a file was last changed, in nanoseconds since 1970; 0 when it is not there.
    static func changedAt(_ path: String) -> Int64 {
        var info = stat()
        guard stat(path, &info) == 0 else { return 0 }
        return Int64(info.st_mtim.tv_sec) * 1_000_000_000 + Int64(info.st_mtim.tv_nsec)
    }

    /// Bytes; 0 when nothing is there.
    static func size(_ path: String) -> Int64 {
        var info = stat()
        return stat(path, &info) == 0 ? Int64(info.st_size) : 0
    }

    /// The permission bits; nil when nothing is there.
    static func mode(_ path: String) -> UInt32? {
        var info = stat()
        return stat(path, &info) == 0 ? UInt32(info.st_mode & 0o7777) : nil
    }

    /// Where a symbolic link points; nil when it is none.
    static func linkTarget(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, bytes.count) } ?? -1
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }

    /// Makes a symbolic link.
    static func link(_ target: String, at path: String) throws(Failure) {
        guard symlink(target, path) == 0 else { throw failure("link", path) }
    }

    /// The paths of all files below a folder, relative to it.
    static func tree(_ folder: String) -> [String] {
        names(in: folder).flatMap { name in
            isFolder(folder + "/" + name) ? tree(folder + "/" + name).map { name + "/" + $0 } : [name]
        }
    }

    /// The sockets below a folder, by path, and when each was made.
    static func sockets(below folder: String) -> [String: Int64] {
        var found: [String: Int64] = [:]
        for name in names(in: folder) {
            let path = folder + "/" + name
            switch kind(path) {
            case S_IFSOCK: found[path] = changedAt(path)
            case S_IFDIR: found.merge(sockets(below: path), uniquingKeysWith: { $1 })
            default: continue
            }
        }
        return found
    }

    static func rename(_ path: String, to target: String) throws(Failure) {
        guard Glibc.rename(path, target) == 0 else { throw failure("rename", path) }
    }

    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a file, or a folder with all that is in it; symbolic links are not followed.
    static func remove(_ path: String) {
        var info = stat()
        guard lstat(path, &info) == 0 else { return }
        if info.st_mode & S_IFMT == S_IFDIR {
            for name in names(in: path) { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    /// Removes a folder in which nothing is.
    static func removeIfEmpty(_ path: String) { rmdir(path) }

    /// Gives a folder and all that is in it to a group, which may do what the owner may. Links are not followed.
    static func giveToGroup(_ path: String, _ group: Int64) {
        var info = stat()
        guard lstat(path, &info) == 0 else { return }
        lchown(path, uid_t.max, gid_t(truncatingIfNeeded: group))
        let type = info.st_mode & S_IFMT
        if type == S_IFLNK { return }
        let added: mode_t = type == S_IFDIR ? 0o2070 : (info.st_mode & 0o700) >> 3
        chmod(path, info.st_mode & 0o7777 | added)
        if type == S_IFDIR { for name in names(in: path) { giveToGroup(path + "/" + name, group) } }
    }

    static func changeGroup(_ path: String, _ group: Int64) {
        chown(path, uid_t.max, gid_t(truncatingIfNeeded: group))
    }
}
