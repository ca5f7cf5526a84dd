import EtcdStorage
import Foundation
import Logging
import SQLiteStorage
import Storage

/// The engines that the contract is for.
enum StorageEngine: String, CaseIterable, Sendable {
    case sqlite, etcd

    /// Those that this machine has: etcd is a program of its own.
    static var available: [StorageEngine] { allCases.filter { $0 != .etcd || EtcdServer.program != nil } }

    /// Where a new, empty store is.
    func makePlace() async throws -> any StoragePlace {
        switch self {
        case .sqlite: return SQLiteFile()
        case .etcd: return try await EtcdServer()
        }
    }
}

/// A store that outlives those who open it.
protocol StoragePlace: Sendable {
    func open() async throws -> any Storage
    func remove()
}

private struct SQLiteFile: StoragePlace {
    let path = "/tmp/martlet-store-\(UInt64.random(in: .min ... .max)).db"

    func open() async throws -> any Storage { try await SQLiteStorage(path: path) }
    func remove() { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
}

/// A real etcd of one member.
final class EtcdServer: StoragePlace {
    static let program = ["/usr/bin/etcd", "/usr/local/bin/etcd"].first { FileManager.default.isExecutableFile(atPath: $0) }

    private let process = Process()
    private let folder = "/tmp/martlet-etcd-\(UInt64.random(in: .min ... .max))"
    let endpoint: EtcdEndpoint

    init() async throws {
        let port = Int.random(in: 20_000..<30_000)
        guard let program = Self.program, let endpoint = EtcdEndpoint("http://127.0.0.1:\(port)") else {
            throw StorageError(.unavailable, "there is no etcd")
        }
        self.endpoint = endpoint
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "--data-dir", folder, "--listen-client-urls", "\(endpoint)", "--advertise-client-urls", "\(endpoint)",
            "--listen-peer-urls", "http://127.0.0.1:\(port + 10_000)", "--initial-advertise-peer-urls", "http://127.0.0.1:\(port + 10_000)",
            "--initial-cluster", "default=http://127.0.0.1:\(port + 10_000)", "--log-level", "error",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<200 {
            if let store = try? await open() {
                await store.close()
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw StorageError(.unavailable, "etcd does not start")
    }

    func open() async throws -> any Storage {
        var settings = EtcdSettings(endpoints: [endpoint])
        settings.compactionInterval = .zero
        var logger = Logger(label: "etcd")
        logger.logLevel = .critical
        return try await EtcdStorage(settings, logger: logger)
    }

    func remove() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }
}
