import GRPCCalls
import Logging
import NIOPosix
import Objects

/// Finds the plug-ins of the node: each has a socket below `plugins_registry`, at which it says what it is and where it serves.
struct PluginWatcher: Sendable {
    struct Plugin: Sendable, Equatable {
        /// `CSIPlugin` or `DRAPlugin`.
        var type: String
        var name: String
        var endpoint: String
        var versions: [String]
    }

    let folder: String
    let logger: Logger
    /// Takes a plug-in in. What it throws the plug-in is told; it is asked again later.
    let register: @Sendable (Plugin) async throws -> Void
    /// The plug-in's socket is gone.
    let unregister: @Sendable (Plugin) async -> Void

    private static let pause: Duration = .seconds(1)
    private static let longestPause = 120

    private struct Known {
        /// When the socket was made: another one under the same name is another plug-in.
        let changedAt: Int64
        var plugin: Plugin?
        var failures = 0
        var turnsLeft = 0
    }

    /// Looks until cancelled.
    func run() async {
        try? HostFile.makeFolder(folder, mode: 0o750)
        var known: [String: Known] = [:]
        while !Task.isCancelled {
            let sockets = HostFile.sockets(below: folder)
            for (path, entry) in known where sockets[path] != entry.changedAt {
                known[path] = nil
                if let plugin = entry.plugin { await unregister(plugin) }
            }
            for (path, changedAt) in sockets {
                var entry = known[path] ?? Known(changedAt: changedAt)
                if entry.plugin == nil {
                    if entry.turnsLeft > 0 { entry.turnsLeft -= 1 } else { await meet(path, &entry) }
                }
                known[path] = entry
            }
            try? await Task.sleep(for: Self.pause)
        }
    }

    private func meet(_ path: String, _ entry: inout Known) async {
        let connection = GRPCConnection(.unix(path), group: MultiThreadedEventLoopGroup.singleton)
        defer { connection.close() }
        func ask(_ method: String, _ message: WireMessage) async throws -> WireFields {
            WireFields(try await connection.unary("pluginregistration.Registration/\(method)", message.bytes, timeout: .seconds(10)))
        }
        do {
            let answer = try await ask("GetInfo", WireMessage())
            let endpoint = answer.text(3)
            let plugin = Plugin(type: answer.text(1), name: answer.text(2), endpoint: endpoint.isEmpty ? path : endpoint, versions: answer.texts(4))
            do {
                try await register(plugin)
            } catch {
                _ = try? await ask("NotifyRegistrationStatus", .build { $0.set(2, "\(error)") })
                throw error
            }
            _ = try await ask("NotifyRegistrationStatus", .build { $0.set(1, true) })
            entry.plugin = plugin
            entry.failures = 0
            logger.info("registered a plug-in", metadata: ["type": "\(plugin.type)", "name": "\(plugin.name)"])
        } catch {
            entry.failures += 1
            entry.turnsLeft = min(1 << min(entry.failures, 10), Self.longestPause)
            logger.warning("a plug-in cannot be registered", metadata: ["socket": "\(path)", "reason": "\(error)"])
        }
    }
}
