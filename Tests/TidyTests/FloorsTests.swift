import Glibc
import Testing

/// The order of the targets, lowest first, as `docs/architecture.md` has it. Targets of one line stand beside each other.
private let floors: [[String]] = [
    ["CLinux", "CYAML", "CSQLite", "CZlib", "KindTexts"],
    ["Objects", "ComponentMetrics"],
    ["Schema"],
    ["KubernetesTypes", "generate-views"],
    ["Patching", "CEL"],
    ["Policies"],
    ["Strategies", "Tables"],
    ["Storage", "GRPCCalls", "FlowControl"],
    ["SQLiteStorage", "EtcdStorage", "EncryptionAtRest", "HTTPServing", "Credentials", "HostPrograms", "Webhooks"],
    ["APIClient", "ContainerRuntime", "Aggregation", "Authentication"],
    ["Authorization"],
    ["Audit"],
    ["APIServer"],
    ["Controllers", "Scheduler", "Kubelet", "ServiceProxy", "NetworkPolicies", "PodRoutes", "ClusterDNS", "Ingress", "Monitoring", "Dashboard", "Federation"],
    ["Cluster"],
    ["martlet"],
]

@Suite struct FloorsTests {
    /// A target imports what stands below it, never what stands beside or above it.
    @Test func importsGoDown() throws {
        var floor: [String: Int] = [:]
        for (number, names) in floors.enumerated() { for name in names { floor[name] = number } }
        var seen = 0
        for file in try Repository.swiftFiles(under: "Sources") {
            let parts = file.path.split(separator: "/").map(String.init)
            guard parts.count > 1, let own = floor[parts[1]] else {
                Issue.record("\(file.path) lies in a target that no floor names")
                continue
            }
            for line in file.lines {
                guard let name = importedModule(line), let other = floor[name] else { continue }
                seen += 1
                #expect(other < own, "\(file.path) imports \(name), which does not stand below it")
            }
        }
        #expect(seen > 100)
    }

    private func importedModule(_ line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let position = words.firstIndex(of: "import"), position <= 1, position + 1 < words.count else { return nil }
        return String(words[position + 1])
    }
}

@Suite struct TidyTests {
    /// Files that are longer than they should be; the list only shrinks.
    private static let longFiles: [String: Int] = ["Sources/APIServer/Bootstrap/DefaultRoles.swift": 620]
    private static let limit = 500

    @Test func filesAreShort() throws {
        for file in try Repository.swiftFiles(under: "Sources") {
            let allowed = Self.longFiles[file.path] ?? Self.limit
            #expect(file.lines.count <= allowed, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test func nothingIsForced() throws {
        for file in try Repository.swiftFiles(under: "Sources") {
            for (number, line) in file.lines.enumerated() {
                let code = line.drop { $0 == " " }
                if code.hasPrefix("//") { continue }
                #expect(!code.contains("try!"), "\(file.path):\(number + 1) forces a throwing call")
                #expect(!code.contains(" as! "), "\(file.path):\(number + 1) forces a cast")
                #expect(!code.contains("FIXME") && !code.contains("TODO"), "\(file.path):\(number + 1) leaves work undone")
            }
        }
    }

    /// Full Foundation costs 45 MB of binary and most of the start time.
    @Test func nothingLinksFoundation() throws {
        for file in try Repository.swiftFiles(under: "Sources") {
            for line in file.lines where line.hasSuffix("import Foundation") {
                Issue.record("\(file.path): \(line)")
            }
        }
    }

    @Test func unsafeSendabilityHasAReason() throws {
        for file in try Repository.swiftFiles(under: "Sources") {
            for (number, line) in file.lines.enumerated() where line.contains("@unchecked Sendable") {
                let before = number > 0 ? file.lines[number - 1] : ""
                #expect(before.contains("//") || line.contains("//"), "\(file.path):\(number + 1) says no reason")
            }
        }
    }
}

/// The files of this repository.
enum Repository {
    struct File {
        /// Relative to the repository.
        let path: String
        let lines: [Substring]
    }

    struct Unreadable: Error {
        let path: String
    }

    static var root: String {
        String(#filePath.dropLast("/Tests/TidyTests/FloorsTests.swift".count))
    }

    static func swiftFiles(under folder: String) throws -> [File] {
        var found: [File] = []
        for name in try names(folder).sorted() {
            let path = folder + "/" + name
            if name.hasSuffix(".swift") {
                found.append(File(path: path, lines: try content(path).split(separator: "\n", omittingEmptySubsequences: false)))
            } else if !name.contains(".") {
                found += (try? swiftFiles(under: path)) ?? []
            }
        }
        return found
    }

    private static func names(_ folder: String) throws -> [String] {
        guard let directory = opendir(root + "/" + folder) else { throw Unreadable(path: folder) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    static func content(_ path: String) throws -> String {
        guard let file = fopen(root + "/" + path, "r") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
