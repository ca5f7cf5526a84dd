import DequeModule
import NIOCore
import NIOHTTP1
import Synchronization

/// One connection to a port: its bytes, and what went wrong with it in words.
package struct PortForwardPair: Sendable {
    package let port: UInt16
    package let data: any ByteStream
    package let error: any ByteStream

    /// Server: ends the connection, saying why when something went wrong.
    package func finish(error message: String? = nil) async {
        if let message { try? await error.write(ByteBuffer(string: message)) }
        await error.closeOutput()
        if message == nil { await data.closeOutput() } else { await data.close() }
    }

    /// Joins two ends of a forwarding: bytes both ways, the far end's error to the near end.
    package static func bridge(server: PortForwardPair, client: PortForwardPair) async {
        let errors = Task { await Tunnel.copy(client.error.erased, to: server.error.erased) }
        await Tunnel.run(server.data.erased, client.data.erased)
        // What went wrong is said before or right after the data ends.
        let giveUp = Task {
            try await Task.sleep(for: .seconds(1))
            await client.error.close()
        }
        await errors.value
        giveUp.cancel()
        await client.error.close()
    }
}

/// A stream whose type is not known.
struct AnyByteStream: ByteStream {
    let stream: any ByteStream

    func read() async throws -> ByteBuffer? { try await stream.read() }
    func write(_ bytes: ByteBuffer) async throws { try await stream.write(bytes) }
    func closeOutput() async { await stream.closeOutput() }
    func close() async { await stream.close() }
}

extension ByteStream {
    var erased: AnyByteStream { AnyByteStream(stream: self) }
}

/// The connections that a client asks for within one port-forward request.
package final class PortForwardSession: Sendable {
    private let source: @Sendable () async -> PortForwardPair?
    private let closeSession: @Sendable () async -> Void
    private let observeClose: @Sendable (@escaping @Sendable () -> Void) -> Void

    init(
        next: @escaping @Sendable () async -> PortForwardPair?, close: @escaping @Sendable () async -> Void,
        onClose: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        source = next
        closeSession = close
        observeClose = onClose
    }

    /// The next connection; nil when no more will come. One caller at a time.
    package func next() async -> PortForwardPair? { await source() }

    package func close() async { await closeSession() }

    package func onClose(_ action: @escaping @Sendable () -> Void) { observeClose(action) }
}

/// The serving end of port-forward.
package enum PortForwardServer {
    static let spdyProtocol = "portforward.k8s.io"
    static let tunnelProtocol = "SPDY/3.1+portforward.k8s.io"
    private static let channelProtocols = ["v4.channel.k8s.io", "v4.base64.channel.k8s.io"]

    /// Upgrades the exchange by what its request asks for. Nil when it was refused; the refusal has been
    /// answered then.
    package static func accept(_ request: HTTPRequest, on exchange: HTTPExchange) async throws -> PortForwardSession? {
        if let handshake = WebSocketHandshake(request) {
            guard let name = handshake.choose(from: [tunnelProtocol] + channelProtocols) else {
                SPDYUpgrade.refuse(exchange, .forbidden, "none of the offered WebSocket protocols is served")
                return nil
            }
            let ports = ports(in: request.query ?? "")
            if name != tunnelProtocol, ports.isEmpty {
                SPDYUpgrade.refuse(exchange, .badRequest, "query parameter \"ports\" is required")
                return nil
            }
            let connection = try await exchange.upgrade(protocol: "websocket", headers: handshake.answer(protocol: name))
            let socket = WebSocketConnection(upgraded: connection)
            guard name != tunnelProtocol else { return overSPDY(SPDYSession(WebSocketByteStream(socket), role: .server)) }
            return try await overChannels(socket, ports, RemoteCommandVersion.named(name) ?? RemoteCommandVersion(number: 4))
        }
        guard SPDYUpgrade.isAskedFor(request) else {
            SPDYUpgrade.refuse(exchange, .badRequest, "unable to upgrade: missing upgrade headers in request")
            return nil
        }
        guard let name = SPDYUpgrade.choose(request, from: [spdyProtocol], unnamed: spdyProtocol) else {
            SPDYUpgrade.refuseProtocols(exchange, [spdyProtocol])
            return nil
        }
        return overSPDY(try await SPDYUpgrade.accept(exchange, protocol: name))
    }

    static func overSPDY(_ session: SPDYSession) -> PortForwardSession {
        let pairing = Mutex(StreamPairing())
        let holder = PairingHolder(pairing)
        return PortForwardSession(
            next: {
                while let stream = await session.accept() {
                    switch holder.pairing.withLock({ $0.add(stream) }) {
                    case .pair(let pair): return pair
                    case .wait(let dropped): await dropped?.close()
                    case .refuse: await stream.close()
                    }
                }
                return nil
            }, close: { await session.close() }, onClose: { session.onClose($0) })
    }

    private static func overChannels(
        _ socket: WebSocketConnection, _ ports: [UInt16], _ version: RemoteCommandVersion
    ) async throws -> PortForwardSession {
        let channels = WebSocketChannels(
            socket, count: ports.count * 2, readable: Set((0..<ports.count).map { $0 * 2 }), version: version, role: .server)
        var pairs: Deque<PortForwardPair> = []
        for (index, port) in ports.enumerated() {
            // Each channel begins with its port, low byte first.
            try await channels.send(UInt8(index * 2), ByteBuffer(integer: port, endianness: .little))
            try await channels.send(UInt8(index * 2 + 1), ByteBuffer(integer: port, endianness: .little))
            pairs.append(PortForwardPair(port: port, data: channels.channel(index * 2), error: channels.channel(index * 2 + 1)))
        }
        let waiting = PairQueue(pairs)
        return PortForwardSession(
            next: { waiting.next() }, close: { await socket.close() }, onClose: { channels.onClose($0) })
    }

    /// The ports of `ports=80&ports=443` or `ports=80,443`; none when one of them is no port. At most 100.
    static func ports(in query: String) -> [UInt16] {
        var ports: [UInt16] = []
        for item in query.split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0] == "ports" else { continue }
            let list = String(parts[1]).replacing("%2C", with: ",").replacing("%2c", with: ",")
            for text in list.split(separator: ",") {
                guard let port = UInt16(text), port > 0, ports.count < 100 else { return [] }
                ports.append(port)
            }
        }
        return ports
    }
}

/// Joins the two streams of a connection, which arrive one after the other.
struct StreamPairing {
    enum Verdict {
        case pair(PortForwardPair)
        /// The other half is still to come. A half that has waited too long gives way.
        case wait(dropped: SPDYStream?)
        case refuse
    }

    /// Halves that may wait at once.
    private static let limit = 100
    private var halves: Deque<(id: String, stream: SPDYStream)> = []

    mutating func add(_ stream: SPDYStream) -> Verdict {
        guard let type = stream.headers["streamtype"], type == "data" || type == "error",
            let port = stream.headers["port"].flatMap({ UInt16($0) }), port > 0
        else { return .refuse }
        // Clients that name no request open the error stream first, the data stream right after it.
        let id = stream.headers["requestid"] ?? String(type == "error" ? stream.id : stream.id &- 2)
        guard let index = halves.firstIndex(where: { $0.id == id }) else {
            halves.append((id, stream))
            return .wait(dropped: halves.count > Self.limit ? halves.popFirst()?.stream : nil)
        }
        let other = halves[index].stream
        guard other.headers["streamtype"] != type, other.headers["port"] == stream.headers["port"] else { return .refuse }
        halves.remove(at: index)
        let isData = type == "data"
        return .pair(PortForwardPair(port: port, data: isData ? stream : other, error: isData ? other : stream))
    }
}

private final class PairingHolder: Sendable {
    let pairing: Mutex<StreamPairing>

    init(_ pairing: consuming Mutex<StreamPairing>) { self.pairing = pairing }
}

private final class PairQueue: Sendable {
    private let pairs: Mutex<Deque<PortForwardPair>>

    init(_ pairs: Deque<PortForwardPair>) { self.pairs = Mutex(pairs) }

    func next() -> PortForwardPair? { pairs.withLock { $0.popFirst() } }
}

/// The client end of port-forward.
package final class PortForwardClient: Sendable {
    private let session: SPDYSession
    private let lastRequest = Mutex(0)

    init(_ session: SPDYSession) { self.session = session }

    /// Opens a connection to a port. A port that cannot be reached shows on the error stream.
    package func open(port: UInt16) async throws -> PortForwardPair {
        let request = lastRequest.withLock { number in
            defer { number += 1 }
            return String(number)
        }
        let error = try await session.open(["streamtype": "error", "port": String(port), "requestid": request])
        // Nothing is ever written on the error stream from this side.
        await error.closeOutput()
        let data = try await session.open(["streamtype": "data", "port": String(port), "requestid": request])
        return PortForwardPair(port: port, data: data, error: error)
    }

    package func close() async { await session.close() }
}
