#if canImport(Glibc)
import Glibc
#endif

/// The folder of a volume on this machine.
///
/// Whatever lies in it, nothing outside is touched: folders are opened without following links, and what they hold is named
/// relative to what is open, also while somebody still writes into them.
struct LocalPathFolder: Sendable {
    let root: String
    let name: String

    // `O_PATH`, which the C library defines only for GNU sources.
    private static let pathOnly: Int32 = 0o10000000
    /// A name as it is on the disk, ended by a zero: what pods write need not be UTF-8.
    private typealias Entry = [CChar]

    private static let dot = Entry(".".utf8CString)
    private static let dotDot = Entry("..".utf8CString)
    private static let mostRounds = 8
    private static let entriesInARow = 256

    private func failure(_ action: String, _ code: Int32 = errno) -> HostFile.Failure {
        HostFile.Failure(description: "cannot \(action) \(root)/\(name): \(String(cString: strerror(code)))")
    }

    /// Makes the folder, with all rights for everybody; one that is there stays as it is. Says whether it was not there.
    func make() throws(HostFile.Failure) -> Bool {
        try HostFile.makeFolder(root)
        let parent = open(root, Self.pathOnly | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw failure("create") }
        defer { close(parent) }
        // Without any rights at first, which no pod would leave it with: so one that was left half made is known by that.
        let isNew = mkdirat(parent, name, 0) == 0
        guard isNew || errno == EEXIST else { throw failure("create") }
        let folder = openat(parent, name, Self.pathOnly | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw failure("open") }
        defer { close(folder) }
        var info = stat()
        guard fstat(folder, &info) == 0 else { throw failure("open") }
        if info.st_mode & 0o7777 == 0, chmod("/proc/self/fd/\(folder)", 0o777) != 0 { throw failure("give rights to") }
        return isNew
    }

    /// Removes the folder with all that is in it, and says whether it was there. Throws when something stays.
    @discardableResult
    func remove() async throws(HostFile.Failure) -> Bool {
        let parent = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else {
            if errno == ENOENT { return false }
            throw failure("remove")
        }
        defer { close(parent) }
        // A link or a file in its place is no folder of ours to look into.
        if unlinkat(parent, name, 0) == 0 { return true }
        if errno == ENOENT { return false }
        let folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw failure("remove") }
        defer { close(folder) }
        var moved = 0
        for _ in 0..<Self.mostRounds {
            var pending = Self.names(in: folder)
            if pending.isEmpty { break }
            while let entry = pending.popLast() {
                if Task.isCancelled { throw failure("remove", ECANCELED) }
                pending += try await remove(entry, of: folder, &moved)
                await Task.yield()
            }
        }
        guard unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT else { throw failure("remove") }
        return true
    }

    /// Removes what a folder holds. Folders within it are moved up into the topmost one and named in the answer: so a tree of any
    /// depth goes with two folders open.
    private func remove(_ entry: Entry, of top: Int32, _ moved: inout Int) async throws(HostFile.Failure) -> [Entry] {
        if unlinkat(top, entry, 0) == 0 || errno == ENOENT { return [] }
        guard errno == EISDIR || errno == EPERM else { throw failure("empty") }
        let folder = openat(top, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw failure("empty") }
        defer { close(folder) }
        var found: [Entry] = []
        for (number, name) in Self.names(in: folder).enumerated() {
            if number % Self.entriesInARow == Self.entriesInARow - 1 { await Task.yield() }
            if unlinkat(folder, name, 0) == 0 || errno == ENOENT { continue }
            guard errno == EISDIR || errno == EPERM else { throw failure("empty") }
            if unlinkat(folder, name, AT_REMOVEDIR) == 0 { continue }
            found.append(try move(name, of: folder, to: top, &moved))
        }
        // What came meanwhile is found by the next round.
        guard unlinkat(top, entry, AT_REMOVEDIR) == 0 || errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT else { throw failure("empty") }
        return found
    }

    private func move(_ name: Entry, of folder: Int32, to top: Int32, _ moved: inout Int) throws(HostFile.Failure) -> Entry {
        while true {
            moved += 1
            let new = Entry(".removed-\(moved)".utf8CString)
            if renameat(folder, name, top, new) == 0 { return new }
            // The name is taken.
            guard errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR else { throw failure("empty") }
        }
    }

    private static func names(in folder: Int32) -> [Entry] {
        // A descriptor of its own: reading moves its position, and closing the stream closes it.
        let own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { return [] }
        guard let stream = fdopendir(own) else {
            close(own)
            return []
        }
        defer { closedir(stream) }
        var names: [Entry] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { Entry(UnsafeBufferPointer(start: $0, count: strnlen($0, 255) + 1)) }
            }
            if name != dot, name != dotDot { names.append(name) }
        }
        return names
    }
}
