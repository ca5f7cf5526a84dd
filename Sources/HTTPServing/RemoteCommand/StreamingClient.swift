import NIOCore
package import NIOHTTP1

/// The server would not give a stream.
package struct StreamingRefused: Error, CustomStringConvertible {
    package let status: HTTPResponseStatus
    package let body: String
    package var description: String { "the streaming server answered \(status.code): \(body)" }
}

/// The client end of exec, attach and port-forward, as a container runtime's streaming server wants it: SPDY.
package struct StreamingClient: Sendable {
    private let client: UpgradeClient

    package init(_ client: UpgradeClient) { self.client = client }

    /// Opens the streams of a command. Throws `StreamingRefused`, or why there is no connection.
    package func command(
        _ uri: String, options: RemoteCommandOptions, headers: HTTPHeaders = [:], at target: UpgradeTarget
    ) async throws -> RemoteCommandStreams {
        let (session, answer) = try await open(uri, RemoteCommandVersion.overSPDY, headers, target)
        let name = answer.first(name: SPDYUpgrade.versionHeader) ?? "channel.k8s.io"
        let version = RemoteCommandVersion.named(name) ?? RemoteCommandVersion(number: 1)
        do {
            let error = try await session.open(["streamtype": "error"])
            let stdin = options.stdin ? try await session.open(["streamtype": "stdin"]) : nil
            let stdout = options.stdout ? try await session.open(["streamtype": "stdout"]) : nil
            let stderr = options.stderr ? try await session.open(["streamtype": "stderr"]) : nil
            let resize = options.tty && version.hasResize ? try await session.open(["streamtype": "resize"]) : nil
            return RemoteCommandStreams(
                version: version, stdin: stdin, stdout: stdout, stderr: stderr, error: error, resize: resize,
                close: { await session.close() }, onClose: { session.onClose($0) })
        } catch {
            await session.close()
            throw error
        }
    }

    /// Opens a session in which ports can be reached. Throws as `command` does.
    package func portForward(_ uri: String, headers: HTTPHeaders = [:], at target: UpgradeTarget) async throws -> PortForwardClient {
        PortForwardClient(try await open(uri, [PortForwardServer.spdyProtocol], headers, target).0)
    }

    private func open(
        _ uri: String, _ protocols: [String], _ headers: HTTPHeaders, _ target: UpgradeTarget
    ) async throws -> (SPDYSession, HTTPHeaders) {
        var headers = headers
        headers.replaceOrAdd(name: "connection", value: "Upgrade")
        headers.replaceOrAdd(name: "upgrade", value: "SPDY/3.1")
        for name in protocols { headers.add(name: SPDYUpgrade.versionHeader, value: name) }
        switch try await client.request(.POST, uri, headers: headers, to: target) {
        case .upgraded(let connection, let answer): return (SPDYSession(connection, role: .client), answer)
        case .refused(let status, _, let body): throw StreamingRefused(status: status, body: String(buffer: body))
        }
    }
}
