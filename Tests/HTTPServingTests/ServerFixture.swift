import Credentials
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import NIOSSL
import Synchronization

@testable import HTTPServing

/// A responder made of two closures.
struct ClosureResponder: HTTPResponder {
    var policy: @Sendable (HTTPRequest) -> BodyPolicy = { _ in .collect(limit: 1000) }
    let answer: @Sendable (HTTPRequest, RequestBody, HTTPExchange) -> Void

    func bodyPolicy(for request: HTTPRequest) -> BodyPolicy { policy(request) }

    func respond(to request: HTTPRequest, body: RequestBody, on exchange: HTTPExchange) { answer(request, body, exchange) }
}

/// A server on a free port of the loopback, for the time of `body`.
func withServer<Result>(
    settings: ServerSettings = ServerSettings(), _ responder: ClosureResponder,
    _ body: (HTTPServer, Int) async throws -> Result
) async throws -> Result {
    let server = HTTPServer(
        group: MultiThreadedEventLoopGroup.singleton, settings: settings, responder: responder,
        logger: Logger(label: "test"))
    let port = try await server.start(host: "127.0.0.1", port: 0)?.port ?? 0
    do {
        let result = try await body(server, port)
        await server.shutdown(grace: .milliseconds(100))
        return result
    } catch {
        await server.shutdown(grace: .milliseconds(100))
        throw error
    }
}

/// A bare TCP connection to a port of the loopback.
func connect(_ port: Int) async throws -> UpgradedConnection {
    try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(.allowRemoteHalfClosure, value: true)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture { try UpgradedConnection(takingOver: channel) }
        }
}

extension UpgradedConnection {
    func send(_ text: String) async throws { try await write(ByteBuffer(string: text)) }

    /// Reads until `text` has been seen, or the end.
    func read(until text: String) async throws -> String {
        var all = ""
        while !all.contains(text), let part = try await read() { all += String(buffer: part) }
        return all
    }

    func readAll() async throws -> String {
        var all = ""
        while let part = try await read() { all += String(buffer: part) }
        return all
    }
}

/// Two ends of one TCP connection.
func connectedPair() async throws -> (UpgradedConnection, UpgradedConnection) {
    let arrived = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: UpgradedConnection.self)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { arrived.succeed(try UpgradedConnection(takingOver: channel)) }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    let near = try await connect(listener.localAddress?.port ?? 0)
    let far = try await arrived.futureResult.get()
    // Not sooner: an accepted connection that is still being set up would be closed with its listener.
    far.onClose { listener.close(promise: nil) }
    return (near, far)
}

extension SeededGenerator {
    mutating func buffer(upTo limit: Int) -> ByteBuffer { ByteBuffer(bytes: bytes(upTo: limit)) }
}

/// A value that closures of a test share.
final class Shared<Content: Sendable>: Sendable {
    private let content: Mutex<Content>

    init(_ content: Content) { self.content = Mutex(content) }

    var value: Content { content.withLock { $0 } }

    func set(_ change: (inout Content) -> Void) {
        content.withLock { content in
            var copy = content
            change(&copy)
            content = copy
        }
    }
}

/// The value at which a growing number stays for 300 ms; nil when it has not stopped growing within 8 s.
func plateau(_ number: Shared<Int>) async throws -> Int? {
    var (last, quiet) = (-1, 0)
    for _ in 0..<80 {
        let current = number.value
        quiet = current == last ? quiet + 1 : 0
        if quiet == 3, current > 0 { return current }
        last = current
        try await Task.sleep(for: .milliseconds(100))
    }
    return nil
}
