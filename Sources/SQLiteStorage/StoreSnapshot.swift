import Crypto
#if canImport(Glibc)
import Glibc
#endif
package import Storage

/// A copy of the store in one file, with its checksum in a file beside it.
///
/// It is made while the store is in use, of one moment, and without what was deleted: SQLite writes it anew.
package struct StoreSnapshot: Sendable, Hashable {
    package let path: String
    package let bytes: Int64
    package let revision: Revision
    package let objects: Int
    /// When it was made, in seconds since 1970.
    package let made: Int64

    /// After a restore revisions go on this far behind the last one, so that none is seen a second time.
    private static let revisionGap: Int64 = 1_000_000

    // MARK: making

    /// Copies the store at `path` to `target`, which must not exist. Blocks.
    package static func save(_ path: String, to target: String) throws(StorageError) -> StoreSnapshot {
        guard access(path, F_OK) == 0 else { throw StorageError(.unavailable, "there is no store \(path)") }
        guard access(target, F_OK) != 0 else { throw StorageError(.unavailable, "\(target) exists already") }
        let temporary = target + ".new"
        unlink(temporary)
        let before = umask(0o077)
        defer { umask(before) }
        do throws(StorageError) {
            let source = try SQLiteConnection(path: path, isReader: true)
            defer { source.close() }
            try source.run("VACUUM INTO ?", [.text(temporary)])
            let snapshot = try check(temporary)
            let sum = try checksum(temporary)
            try flush(temporary)
            try write("\(sum)  \(name(target))\n", to: target + ".sha256")
            guard rename(temporary, target) == 0 else { throw failure("rename", temporary) }
            return StoreSnapshot(
                path: target, bytes: snapshot.bytes, revision: snapshot.revision, objects: snapshot.objects, made: snapshot.made)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    // MARK: looking

    /// What a snapshot holds. Throws when it is damaged or none.
    package static func verify(_ path: String) throws(StorageError) -> StoreSnapshot {
        guard access(path, R_OK) == 0 else { throw failure("read", path) }
        guard let stated = text(path + ".sha256")?.split(separator: " ").first else {
            throw StorageError(.corrupt, "\(path) has no checksum (\(path).sha256)")
        }
        guard try checksum(path) == String(stated) else { throw StorageError(.corrupt, "\(path) is not what its checksum says") }
        return try check(path)
    }

    /// The snapshots of a folder, oldest first; those that cannot be read come with their reason.
    package static func list(_ folder: String) -> [(path: String, snapshot: Result<StoreSnapshot, StorageError>)] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
            if name.hasSuffix(".db") { names.append(name) }
        }
        return names.sorted().map { name in
            let path = folder + "/" + name
            do throws(StorageError) {
                return (path, .success(try verify(path)))
            } catch {
                return (path, .failure(error))
            }
        }
    }

    private static func check(_ path: String) throws(StorageError) -> StoreSnapshot {
        let connection = try SQLiteConnection(path: path, isReader: true)
        defer { connection.close() }
        try SQLiteIntegrity.check(connection)
        let (revision, _) = try SQLiteSchema.revisions(connection)
        let objects = try SQLiteSchema.count(connection, prefix: "/")
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure("look at", path) }
        return StoreSnapshot(
            path: path, bytes: Int64(status.st_size), revision: revision, objects: objects, made: Int64(status.st_mtim.tv_sec))
    }

    // MARK: taking back

    /// Puts a snapshot in the place of the store at `path`, which nobody may use meanwhile. What was there is kept beside it.
    ///
    /// Revisions go on behind those of both, and what is older counts as forgotten: clients read everything anew.
    package static func restore(_ snapshot: String, to path: String) throws(StorageError) -> StoreSnapshot {
        let known = try verify(snapshot)
        var newest = known.revision
        let temporary = path + ".restored"
        unlink(temporary)
        if access(path, F_OK) == 0, let old = try? SQLiteConnection(path: path, isReader: false) {
            defer { old.close() }
            if let (revision, _) = try? SQLiteSchema.revisions(old) { newest = max(newest, revision) }
            // What the log holds belongs to the file that is put aside.
            try? old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        }
        try copy(snapshot, to: temporary)
        let connection = try SQLiteConnection(path: temporary, isReader: false)
        do throws(StorageError) {
            let first = newest + revisionGap
            try connection.run("UPDATE meta SET value = ? WHERE name IN ('revision', 'compacted')", [.int(first)])
        } catch {
            connection.close()
            throw error
        }
        connection.close()
        try flush(temporary)
        if access(path, F_OK) == 0, rename(path, path + ".before-restore") != 0 { throw failure("put aside", path) }
        for end in ["-wal", "-shm"] { unlink(path + end) }
        guard rename(temporary, path) == 0 else { throw failure("rename", temporary) }
        return known
    }

    // MARK: files

    private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private static func failure(_ action: String, _ path: String) -> StorageError {
        let code = errno
        return StorageError(code == ENOSPC ? .diskFull : .unavailable, "cannot \(action) \(path): \(String(cString: strerror(code)))")
    }

    /// Calls `body` with each part of a file.
    private static func read(_ path: String, _ body: (UnsafeRawBufferPointer) throws(StorageError) -> Void) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { chunk.deallocate() }
        while true {
            let count = Glibc.read(descriptor, chunk.baseAddress, chunk.count)
            if count < 0 { throw failure("read", path) }
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
        }
    }

    private static func checksum(_ path: String) throws(StorageError) -> String {
        var hash = SHA256()
        try read(path) { part throws(StorageError) in hash.update(bufferPointer: part) }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func text(_ path: String) -> String? {
        var bytes: [UInt8] = []
        do {
            try read(path) { part throws(StorageError) in bytes += part }
        } catch {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(_ text: String, to path: String) throws(StorageError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create", path) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count, fsync(descriptor) == 0 else { throw failure("write", path) }
    }

    private static func copy(_ source: String, to target: String) throws(StorageError) {
        let descriptor = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create", target) }
        defer { close(descriptor) }
        try read(source) { part throws(StorageError) in
            var rest = part[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 { throw failure("write", target) }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func flush(_ path: String) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        if fsync(descriptor) != 0 { throw failure("write", path) }
    }
}

/// Whether a file is sound.
enum SQLiteIntegrity {
    static func check(_ connection: SQLiteConnection) throws(StorageError) {
        var found = ""
        do throws(StorageError) {
            try connection.run("PRAGMA quick_check(1)") { found = $0.text(0) }
        } catch {
            throw StorageError(.corrupt, error.reason)
        }
        if found != "ok" { throw StorageError(.corrupt, found) }
    }
}
