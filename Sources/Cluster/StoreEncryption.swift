import APIServer
import Credentials
import EncryptionAtRest
#if canImport(Glibc)
import Glibc
#endif
import Logging
import NIOCore
import Objects
import Storage

/// Keeps the store encrypted as a file says, and follows the file.
struct StoreEncryption: Sendable {
    private static let interval = Duration.seconds(60)

    let storage: EncryptedStorage
    private let path: String
    private let group: any EventLoopGroup
    private let logger: Logger

    /// Throws when the file cannot be read or is wrong.
    init(_ base: any Storage, path: String, group: any EventLoopGroup, logger: Logger) throws {
        self.path = path
        self.group = group
        self.logger = logger
        storage = EncryptedStorage(base, try Self.configuration(path, group), logger: logger)
    }

    /// The file of a cluster that was told of none; made when it is not there.
    static func ownFile(_ folder: String) throws -> String {
        let path = folder + "/encryption.yaml"
        if try PrivateFile.read(path) == nil { try PrivateFile.write(EncryptionConfiguration.generated(), to: path) }
        return path
    }

    private static func configuration(_ path: String, _ group: any EventLoopGroup) throws -> EncryptionConfiguration {
        guard let text = try PrivateFile.read(path) else { throw ClusterSettings.Problem("there is no file \(path)") }
        return try EncryptionConfiguration(try YAML.parse(text), group: group, prefixes: KeyLayout.prefixes(named:))
    }

    /// Writes older values anew, now and whenever the file has changed, until cancelled.
    func run() async {
        var seen = modified()
        await renew()
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            let now = modified()
            if now == seen { continue }
            seen = now
            do {
                storage.reload(try Self.configuration(path, group))
                logger.info("the encryption configuration was read anew", metadata: ["path": "\(path)"])
                await renew()
            } catch {
                logger.error("the encryption configuration is wrong; the old one stays", metadata: ["path": "\(path)", "reason": "\(error)"])
            }
        }
    }

    private func renew() async {
        do throws(StorageError) {
            try await storage.renew()
        } catch {
            logger.error("stored values were not encrypted anew", metadata: ["reason": "\(error.reason)"])
        }
    }

    private func modified() -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { return 0 }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
}
