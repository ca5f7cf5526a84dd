#if canImport(Glibc)
import Glibc
#endif

/// Files that nobody else may read, replaced as a whole.
package enum PrivateFile {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Writes beside the file and renames, so that a crash leaves the old content or the new one.
    package static func write(_ text: String, to path: String, mode: UInt32 = 0o600) throws(Failure) {
        try write(Array(text.utf8), to: path, mode: mode)
    }

    package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(Failure) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode_t(mode))
        guard descriptor >= 0 else { throw failure("create", temporary) }
        var offset = 0
        while offset < bytes.count {
            let written = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                close(descriptor)
                throw failure("write", temporary)
            }
            offset += written
        }
        fsync(descriptor)
        close(descriptor)
        guard rename(temporary, path) == 0 else { throw failure("rename", temporary) }
    }

    package static func exists(_ path: String) throws(Failure) -> Bool {
        if access(path, F_OK) == 0 { return true }
        if errno == ENOENT { return false }
        throw failure("look at", path)
    }

    /// Nil when there is no such file.
    package static func read(_ path: String) throws(Failure) -> String? {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 { throw failure("read", path) }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    /// Creates a folder and those above it.
    package static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(Failure) {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            made += (path.hasPrefix("/") || !made.isEmpty ? "/" : "") + part
            if mkdir(made, mode_t(mode)) != 0, errno != EEXIST { throw failure("create", made) }
        }
    }

    /// Nothing happens when there is no such file.
    package static func remove(_ path: String) { unlink(path) }

    private static func failure(_ action: String, _ path: String) -> Failure {
        Failure(description: "cannot \(action) \(path): \(String(cString: strerror(errno)))")
    }
}
