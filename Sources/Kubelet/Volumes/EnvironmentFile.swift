import CLinux
#if canImport(Glibc)
import Glibc
#endif

/// A file of variables in a volume (KEP-3721): lines such as `NAME='value'`, a part of what a shell reads.
///
/// A value stands in single quotes, means itself, and may go over several lines. Blank lines and comments count for nothing.
struct EnvironmentFile {
    struct Failure: Error, Equatable, CustomStringConvertible { let description: String }

    private static let longest = 64 << 10
    private(set) var values: [String: String] = [:]

    /// Reads a file beneath a folder; a container that wrote links there is not led elsewhere.
    static func read(_ path: String, in folder: String) throws(Failure) -> EnvironmentFile {
        let name = "environment variable file \"\(path)\""
        let root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if root >= 0 { close(root) } }
        // 0x08, 0x02 of `linux/openat2.h`: beneath the folder, and through no links of the kernel's own making.
        let file = root < 0 ? -1 : martlet_openat2(root, path, UInt64(O_RDONLY | O_NONBLOCK | O_CLOEXEC), 0x08 | 0x02)
        guard file >= 0 else { throw Failure(description: "failed to open \(name): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { throw Failure(description: "\(name) is no regular file") }
        guard info.st_size <= longest else { throw Failure(description: "\(name) is longer than \(longest) bytes") }
        var bytes = [UInt8](repeating: 0, count: longest)
        var count = 0
        while count < longest {
            let read = bytes.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { Glibc.read(file, $0 + count, longest - count) } ?? -1
            }
            guard read >= 0 else { throw Failure(description: "error reading \(name): \(String(cString: strerror(errno)))") }
            if read == 0 { break }
            count += read
        }
        return try EnvironmentFile(String(decoding: bytes.prefix(count), as: UTF8.self))
    }

    /// Throws for the first line that cannot be read. Bytes are looked at, since a quote may melt into what follows it as a character.
    init(_ text: String) throws(Failure) {
        var number = 0
        var open: (name: String, value: [UInt8])?
        for part in Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if let (name, value) = open {
                open = try take(part, name, value + [UInt8(ascii: "\n")], number)
                continue
            }
            let line = part.drop(while: Self.isBlank)
            if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")), equals != line.startIndex else {
                throw Failure(description: "invalid environment variable format at line \(number)")
            }
            let name = line[..<equals]
            if name.last.map(Self.isBlank) == true { throw Self.failure("whitespace before '=' is not allowed", number) }
            let rest = line[line.index(after: equals)...]
            guard rest.first == Self.quote else { throw Self.failure("value must be enclosed in single quotes", number) }
            open = try take(rest.dropFirst(), String(decoding: name, as: UTF8.self), [], number)
        }
        if open != nil { throw Self.failure("unclosed single quote", number) }
    }

    private static let quote = UInt8(ascii: "'")

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") }

    private static func failure(_ what: String, _ line: Int) -> Failure {
        Failure(description: "invalid environment variable format at line \(line): \(what)")
    }

    /// Takes the rest of a line into a value. Gives what is still open, nil when the quote is closed.
    private mutating func take(
        _ rest: ArraySlice<UInt8>, _ name: String, _ value: [UInt8], _ line: Int
    ) throws(Failure) -> (name: String, value: [UInt8])? {
        guard let end = rest.firstIndex(of: Self.quote) else { return (name, value + rest) }
        let after = rest[rest.index(after: end)...].drop(while: Self.isBlank)
        guard after.isEmpty || after.first == UInt8(ascii: "#") else { throw Self.failure("unexpected content after closing quote", line) }
        values[name] = String(decoding: value + rest[..<end], as: UTF8.self)
        return nil
    }
}
