import Glibc
package import Schema

/// The reference data beside the package, when it is there.
package enum ReferenceData {
    package static let root: String? = {
        var path = #filePath
        for _ in 0..<3 { path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
        let shared = path + "/../shared"
        return access(shared + "/api/testdata", R_OK) == 0 ? shared : nil
    }()

    package static func bytes(_ path: String) -> [UInt8]? {
        guard let root, let file = fopen(root + "/" + path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    package static func names(_ folder: String) -> [String] {
        guard let root, let directory = opendir(root + "/" + folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// The name of a kind's file in `api/testdata`, without extension.
    package static func testdataName(_ id: GroupVersionKind) -> String {
        "\(id.group.isEmpty ? "core" : id.group).\(id.version).\(id.kind)"
    }
}
