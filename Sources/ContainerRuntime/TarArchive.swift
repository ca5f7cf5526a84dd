#if canImport(Glibc)
import Glibc
#endif

/// Writes tar archives (ustar, with GNU long names), in memory.
package struct TarArchive {
    package private(set) var bytes: [UInt8] = []

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package init() {}

    package mutating func addFile(_ name: String, _ content: [UInt8], mode: UInt32 = 0o644) {
        header(name, type: "0", size: content.count, mode: mode)
        bytes += content
        pad()
    }

    package mutating func addFolder(_ name: String, mode: UInt32 = 0o755) {
        header(name.hasSuffix("/") ? name : name + "/", type: "5", size: 0, mode: mode)
    }

    package mutating func addLink(_ name: String, to target: String) {
        header(name, type: "2", size: 0, mode: 0o777, link: target)
    }

    /// Everything below a folder of this machine, names relative to it, in sorted order.
    package mutating func addTree(_ root: String, under prefix: String = "") throws {
        guard let directory = opendir(root) else {
            throw Failure(description: "cannot read \(root): \(String(cString: strerror(errno)))")
        }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        closedir(directory)
        for name in names.sorted() {
            let path = root + "/" + name
            let inside = prefix.isEmpty ? name : prefix + "/" + name
            var info = stat()
            guard lstat(path, &info) == 0 else { continue }
            let mode = info.st_mode & 0o7777
            switch info.st_mode & S_IFMT {
            case S_IFDIR:
                addFolder(inside, mode: mode)
                try addTree(path, under: inside)
            case S_IFLNK:
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = buffer.withUnsafeMutableBytes { bytes in bytes.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, bytes.count) } ?? 0 }
                if count > 0 { addLink(inside, to: String(decoding: buffer[..<count], as: UTF8.self)) }
            case S_IFREG: addFile(inside, try Self.content(path), mode: mode)
            default: continue
            }
        }
    }

    static func content(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw Failure(description: "cannot read \(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 { throw Failure(description: "cannot read \(path): \(String(cString: strerror(errno)))") }
            if count == 0 { return content }
            content += chunk[..<count]
        }
    }

    package mutating func finish() { bytes += [UInt8](repeating: 0, count: 1024) }

    private mutating func pad() {
        let rest = bytes.count % 512
        if rest > 0 { bytes += [UInt8](repeating: 0, count: 512 - rest) }
    }

    private mutating func header(_ name: String, type: Character, size: Int, mode: UInt32, link: String = "") {
        if name.utf8.count > 100 { longName(name, "L") }
        if link.utf8.count > 100 { longName(link, "K") }
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ offset: Int, _ width: Int) {
            for (index, byte) in text.utf8.prefix(width).enumerated() { block[offset + index] = byte }
        }
        func octal(_ number: Int, _ offset: Int, _ width: Int) {
            let digits = String(number, radix: 8)
            put(String(repeating: "0", count: max(width - 1 - digits.count, 0)) + digits, offset, width - 1)
        }
        put(name, 0, 100)
        octal(Int(mode), 100, 8)
        octal(0, 108, 8)
        octal(0, 116, 8)
        octal(size, 124, 12)
        octal(0, 136, 12)
        put("        ", 148, 8)
        put(String(type), 156, 1)
        put(link, 157, 100)
        put("ustar", 257, 6)
        put("00", 263, 2)
        octal(block.reduce(0) { $0 + Int($1) }, 148, 7)
        block[155] = 0x20
        bytes += block
    }

    private mutating func longName(_ name: String, _ type: Character) {
        let content = Array(name.utf8) + [0]
        header("././@LongLink", type: type, size: content.count, mode: 0)
        bytes += content
        pad()
    }
}
