import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import HTTPServing

/// A "container" that repeats its input on stdout, reports each terminal size on stderr or stdout, and exits with 7.
private func runCommand(_ streams: RemoteCommandStreams) async {
    let sizes = Task {
        await streams.eachSize { try? await (streams.stderr ?? streams.stdout)?.write(ByteBuffer(string: "\($0.width)x\($0.height)\n")) }
    }
    if let stdin = streams.stdin, let stdout = streams.stdout {
        while let part = try? await stdin.read() { try? await stdout.write(part) }
    }
    sizes.cancel()
    try? await streams.stderr?.write(ByteBuffer(string: "bye"))
    await streams.finish(.exited(code: 7))
}

private let upgradePolicy: @Sendable (HTTPRequest) -> BodyPolicy = { _ in .ignore }
private let plain = RemoteCommandOptions(stdin: true, stdout: true, stderr: true, tty: false)

/// What containerd's streaming server is to a kubelet.
private let runtime = ClosureResponder(policy: upgradePolicy) { request, _, exchange in
    Task {
        if request.path == "/refuse" {
            exchange.respond(.notFound, [:], ByteBuffer(string: "no such container"))
        } else if request.path == "/ports" {
            guard let session = try await PortForwardServer.accept(request, on: exchange) else { return }
            while let pair = await session.next() {
                Task {
                    guard pair.port != 9 else { return await pair.finish(error: "connection refused") }
                    try await pair.data.write(ByteBuffer(string: "port \(pair.port): "))
                    while let part = try await pair.data.read() { try await pair.data.write(part) }
                    await pair.finish()
                }
            }
        } else if let streams = try await RemoteCommandServer.accept(request, options: plain, on: exchange) {
            await runCommand(streams)
        }
    }
}

private let client = StreamingClient(UpgradeClient(group: MultiThreadedEventLoopGroup.singleton))

private func target(_ port: Int) -> UpgradeTarget { UpgradeTarget(.tcp(host: "127.0.0.1", port: port)) }

extension ByteStream {
    fileprivate func text() async throws -> String {
        var all = ByteBuffer()
        while let part = try await read() { all.writeImmutableBuffer(part) }
        return String(buffer: all)
    }
}

/// Opens a WebSocket to a server of the tests.
private func webSocket(_ port: Int, _ path: String, _ name: String) async throws -> WebSocketConnection {
    let headers = WebSocketHandshake.request(key: WebSocketHandshake.newKey(), protocols: [name])
    let upgrade = UpgradeClient(group: MultiThreadedEventLoopGroup.singleton)
    guard case .upgraded(let connection, let answer) = try await upgrade.request(.GET, path, headers: headers, to: target(port)) else {
        throw ExchangeError("refused")
    }
    #expect(answer.first(name: "sec-websocket-protocol") == name)
    return WebSocketConnection(upgraded: connection, role: .client)
}

@Suite(.timeLimit(.minutes(1)))
struct RemoteCommandTests {
    @Test func runsACommandOverSPDY() async throws {
        try await withServer(runtime) { _, port in
            let streams = try await client.command("/exec", options: plain, at: target(port))
            #expect(streams.version.number == 4)
            try await streams.stdin?.write(ByteBuffer(string: "hello"))
            await streams.stdin?.closeOutput()
            #expect(try await streams.stdout?.text() == "hello")
            #expect(try await streams.stderr?.text() == "bye")
            #expect(await streams.outcome() == .exited(code: 7))
            await streams.close()
        }
    }

    @Test func saysWhyAStreamIsRefused() async throws {
        try await withServer(runtime) { _, port in
            do {
                _ = try await client.command("/refuse", options: plain, at: target(port))
                Issue.record("not refused")
            } catch let error as StreamingRefused {
                #expect(error.status == .notFound && error.body == "no such container")
            }
            let upgrade = UpgradeClient(group: MultiThreadedEventLoopGroup.singleton)
            let headers: HTTPHeaders = ["connection": "Upgrade", "upgrade": "SPDY/3.1", "x-stream-protocol-version": "v9.channel.k8s.io"]
            guard case .refused(let status, let answer, _) = try await upgrade.request(.POST, "/exec", headers: headers, to: target(port))
            else { throw ExchangeError("not refused") }
            #expect(status == .forbidden)
            #expect(answer[canonicalForm: "x-accepted-stream-protocol-versions"].map { String($0) } == RemoteCommandVersion.overSPDY)
        }
    }

    /// kubectl over WebSocket, a kubelet between, the runtime over SPDY.
    @Test(arguments: ["v5.channel.k8s.io", "v4.channel.k8s.io", "channel.k8s.io"])
    func bridgesAWebSocketToTheRuntime(_ name: String) async throws {
        try await withServer(runtime) { _, runtimePort in
            let kubelet = ClosureResponder(policy: upgradePolicy) { request, _, exchange in
                Task {
                    let inner = try await client.command("/exec", options: plain, at: target(runtimePort))
                    guard let outer = try await RemoteCommandServer.accept(request, options: plain, on: exchange) else { return }
                    await RemoteCommandStreams.bridge(server: outer, client: inner)
                }
            }
            try await withServer(kubelet) { _, port in
                let socket = try await webSocket(port, "/exec", name)
                #expect(try await socket.receive() == .binary(ByteBuffer(bytes: [1])))
                try await socket.send(.binary(ByteBuffer(bytes: [0] + Array("hello".utf8))))
                #expect(try await socket.receive() == .binary(ByteBuffer(bytes: [1] + Array("hello".utf8))))
                guard name.hasPrefix("v5") else { return await socket.close() }
                try await socket.send(.binary(ByteBuffer(bytes: [255, 0])))
                var rest: [UInt8: String] = [:]
                while case .binary(var bytes)? = try await socket.receive() {
                    if let channel = bytes.readInteger(as: UInt8.self) { rest[channel, default: ""] += String(buffer: bytes) }
                }
                #expect(rest[2] == "bye")
                #expect(RemoteCommandOutcome(errorStream: ByteBuffer(string: rest[3] ?? "")) == .exited(code: 7))
            }
        }
    }

    @Test func speaksBase64AndReadsTerminalSizes() async throws {
        let options = RemoteCommandOptions(stdin: true, stdout: true, stderr: false, tty: true)
        let server = ClosureResponder(policy: upgradePolicy) { request, _, exchange in
            Task {
                guard let streams = try await RemoteCommandServer.accept(request, options: options, on: exchange) else { return }
                await runCommand(streams)
            }
        }
        try await withServer(server) { _, port in
            let socket = try await webSocket(port, "/exec", "v4.base64.channel.k8s.io")
            #expect(try await socket.receive() == .text(ByteBuffer(string: "1")))
            try await socket.send(.text(ByteBuffer(string: "0aGVsbG8=")))
            #expect(try await socket.receive() == .text(ByteBuffer(string: "1aGVsbG8=")))
            try await socket.send(.text(ByteBuffer(string: "4eyJXaWR0aCI6ODAsIkhlaWdodCI6MjR9")))
            #expect(try await socket.receive() == .text(ByteBuffer(string: "1ODB4MjQK")))
            await socket.close()
        }
    }

    @Test func forwardsPortsOverSPDY() async throws {
        try await withServer(runtime) { _, port in
            let session = try await client.portForward("/ports", at: target(port))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in UInt16(80)...90 {
                    group.addTask {
                        let pair = try await session.open(port: number)
                        try await pair.data.write(ByteBuffer(string: "hi"))
                        await pair.data.closeOutput()
                        #expect(try await pair.data.text() == "port \(number): hi")
                        #expect(try await pair.error.text() == "")
                    }
                }
                try await group.waitForAll()
            }
            let refused = try await session.open(port: 9)
            #expect(try await refused.error.text() == "connection refused")
            await session.close()
        }
    }

    @Test func forwardsPortsThroughATunnelAndOverChannels() async throws {
        try await withServer(runtime) { _, port in
            let tunnel = try await webSocket(port, "/ports", PortForwardServer.tunnelProtocol)
            let session = PortForwardClient(SPDYSession(WebSocketByteStream(tunnel), role: .client))
            let pair = try await session.open(port: 80)
            try await pair.data.write(ByteBuffer(string: "hi"))
            await pair.data.closeOutput()
            #expect(try await pair.data.text() == "port 80: hi")
            await session.close()

            let channels = try await webSocket(port, "/ports?ports=8080", "v4.channel.k8s.io")
            #expect(try await channels.receive() == .binary(ByteBuffer(bytes: [0, 0x90, 0x1f])))
            #expect(try await channels.receive() == .binary(ByteBuffer(bytes: [1, 0x90, 0x1f])))
            #expect(try await channels.receive() == .binary(ByteBuffer(bytes: [0] + Array("port 8080: ".utf8))))
            await channels.close()
        }
    }

    @Test func saysOutcomesAsEachVersionDoes() {
        let modern = RemoteCommandVersion(number: 4)
        for outcome in [RemoteCommandOutcome.success, .exited(code: 3), .failed(message: "gone")] {
            #expect(RemoteCommandOutcome(errorStream: outcome.encoded(for: modern)) == outcome)
        }
        #expect(RemoteCommandOutcome.success.encoded(for: RemoteCommandVersion(number: 1)).readableBytes == 0)
        #expect(PortForwardServer.ports(in: "ports=80%2C443&x=1&ports=5") == [80, 443, 5])
        #expect(PortForwardServer.ports(in: "ports=0") == [])
    }
}
