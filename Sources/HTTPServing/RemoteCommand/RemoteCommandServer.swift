import NIOCore
import NIOHTTP1

/// The serving end of exec and attach.
package enum RemoteCommandServer {
    /// How long a SPDY client may take to open its streams.
    private static let patience = Duration.seconds(30)

    /// Upgrades the exchange by what its request asks for. Nil when it was refused; the refusal has been
    /// answered then. Throws when the client is gone or breaks the rules.
    package static func accept(
        _ request: HTTPRequest, options: RemoteCommandOptions, on exchange: HTTPExchange
    ) async throws -> RemoteCommandStreams? {
        if let handshake = WebSocketHandshake(request) { return try await accept(handshake, options, exchange) }
        guard SPDYUpgrade.isAskedFor(request) else {
            SPDYUpgrade.refuse(exchange, .badRequest, "unable to upgrade: missing upgrade headers in request")
            return nil
        }
        guard
            let name = SPDYUpgrade.choose(request, from: RemoteCommandVersion.overSPDY, unnamed: "channel.k8s.io"),
            let version = RemoteCommandVersion.named(name)
        else {
            SPDYUpgrade.refuseProtocols(exchange, RemoteCommandVersion.overSPDY)
            return nil
        }
        let session = try await SPDYUpgrade.accept(exchange, protocol: name)
        let giveUp = Task {
            try await Task.sleep(for: patience)
            await session.close()
        }
        defer { giveUp.cancel() }
        return try await gather(session, options, version)
    }

    private static func gather(
        _ session: SPDYSession, _ options: RemoteCommandOptions, _ version: RemoteCommandVersion
    ) async throws -> RemoteCommandStreams {
        var wanted: Set<String> = ["error"]
        if options.stdin { wanted.insert("stdin") }
        if options.stdout { wanted.insert("stdout") }
        if options.stderr { wanted.insert("stderr") }
        if options.tty, version.hasResize { wanted.insert("resize") }
        var found: [String: SPDYStream] = [:]
        while found.count < wanted.count {
            guard let stream = await session.accept() else {
                await session.close()
                throw SPDYError("the client did not open all streams")
            }
            let type = stream.headers["streamtype"] ?? ""
            if wanted.contains(type), found[type] == nil { found[type] = stream } else { await stream.close() }
        }
        guard let error = found["error"] else { throw SPDYError("there is no error stream") }
        return RemoteCommandStreams(
            version: version, stdin: found["stdin"], stdout: found["stdout"], stderr: found["stderr"], error: error,
            resize: found["resize"], close: { await session.close() }, onClose: { session.onClose($0) })
    }

    private static func accept(
        _ handshake: WebSocketHandshake, _ options: RemoteCommandOptions, _ exchange: HTTPExchange
    ) async throws -> RemoteCommandStreams? {
        let name = handshake.choose(from: RemoteCommandVersion.overWebSocket)
        if name == nil, !handshake.offeredProtocols.isEmpty {
            SPDYUpgrade.refuse(exchange, .forbidden, "none of the offered WebSocket protocols is served")
            return nil
        }
        let version = name.flatMap { RemoteCommandVersion.named($0) } ?? RemoteCommandVersion(number: 1)
        let connection = try await exchange.upgrade(protocol: "websocket", headers: handshake.answer(protocol: name))
        var readable: Set<Int> = []
        if options.stdin { readable.insert(0) }
        if options.tty { readable.insert(4) }
        let socket = WebSocketConnection(upgraded: connection)
        let channels = WebSocketChannels(socket, count: 5, readable: readable, version: version, role: .server)
        // An empty message on the first channel that is written tells the client that the command is reached.
        try await channels.send(options.stdout ? 1 : options.stderr ? 2 : 3, ByteBuffer())
        return RemoteCommandStreams(
            version: version, stdin: options.stdin ? channels.channel(0) : nil,
            stdout: options.stdout ? channels.channel(1) : nil, stderr: options.stderr ? channels.channel(2) : nil,
            error: channels.channel(3), resize: options.tty ? channels.channel(4) : nil,
            close: { await socket.close() }, onClose: { channels.onClose($0) })
    }
}

/// What exec and port-forward share of opening SPDY.
enum SPDYUpgrade {
    static let versionHeader = "x-stream-protocol-version"

    static func isAskedFor(_ request: HTTPRequest) -> Bool {
        request.majorVersion == 1
            && request.headers[canonicalForm: "upgrade"].contains { $0.lowercased().hasPrefix("spdy/") }
            && request.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }

    /// The first version of the client's list that is served; `unnamed` when it lists none.
    static func choose(_ request: HTTPRequest, from supported: [String], unnamed: String?) -> String? {
        let offered = request.headers[canonicalForm: versionHeader].map { String($0) }
        return offered.isEmpty ? unnamed : offered.first { supported.contains($0) }
    }

    static func accept(_ exchange: HTTPExchange, protocol name: String) async throws -> SPDYSession {
        let connection = try await exchange.upgrade(protocol: "SPDY/3.1", headers: [versionHeader: name])
        return SPDYSession(connection, role: .server)
    }

    static func refuse(_ exchange: HTTPExchange, _ status: HTTPResponseStatus, _ message: String) {
        exchange.respond(status, ["content-type": "text/plain; charset=utf-8"], ByteBuffer(string: message + "\n"))
    }

    static func refuseProtocols(_ exchange: HTTPExchange, _ supported: [String]) {
        var headers: HTTPHeaders = ["content-type": "text/plain; charset=utf-8"]
        for name in supported { headers.add(name: "x-accepted-stream-protocol-versions", value: name) }
        exchange.respond(.forbidden, headers, ByteBuffer(string: "unable to upgrade: no common stream protocol\n"))
    }
}
