import APIClient
import Credentials
import NIOCore
import NIOPosix

extension HTTPSTransport {
    /// Works with a transport that is closed afterwards, whatever comes of it.
    static func brief<T: Sendable>(
        _ config: Kubeconfig, agent: String, group: any EventLoopGroup, _ work: (HTTPSTransport) async throws -> T
    ) async throws -> T {
        let transport = try HTTPSTransport(config, agent: agent, group: group)
        do {
            let result = try await work(transport)
            await transport.close()
            return result
        } catch {
            await transport.close()
            throw error
        }
    }

    /// The same on an event loop of its own, which ends with it.
    static func brief<T: Sendable>(_ config: Kubeconfig, agent: String, _ work: (HTTPSTransport) async throws -> T) async throws -> T {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let result = try await brief(config, agent: agent, group: group, work)
            try? await group.shutdownGracefully()
            return result
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }
}
