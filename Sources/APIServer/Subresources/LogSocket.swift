import AsyncHTTPClient
import HTTPServing
import NIOCore
import NIOHTTP1
import Objects

/// A container's log by WebSocket: the kubelet streams it as usual, and each piece becomes a message.
struct LogSocket: Sendable {
    let client: HTTPClient

    private static let base64Protocol = "base64.binary.k8s.io"
    private static let protocols = ["binary.k8s.io", base64Protocol]

    func run(_ plan: ProxyPlan, _ request: ServerRequest, _ handshake: WebSocketHandshake, _ exchange: HTTPExchange) async throws {
        let name = handshake.choose(from: Self.protocols)
        if name == nil, !handshake.offeredProtocols.isEmpty {
            return KubeletProxy.refuse(403, "none of the offered WebSocket protocols is served", request, exchange)
        }
        let answer = try await client.execute(HTTPClientRequest(url: plan.url), deadline: .distantFuture)
        guard answer.status.code < 400 else {
            let text = String(buffer: try await answer.body.collect(upTo: 64 * 1024))
            return KubeletProxy.refuse(Int(answer.status.code), text, request, exchange)
        }
        let connection = try await exchange.upgrade(protocol: "websocket", headers: handshake.answer(protocol: name))
        let socket = WebSocketConnection(upgraded: connection)
        let isText = name == Self.base64Protocol
        await socket.deliver {
            // An empty message tells the client that the log is reached; then what there is.
            guard (try? await socket.send(isText ? .text(ByteBuffer()) : .binary(ByteBuffer()))) != nil else { return }
            try? await Self.copy(answer.body, to: socket, isText: isText)
        }
    }

    private static func copy(_ body: HTTPClientResponse.Body, to socket: WebSocketConnection, isText: Bool) async throws {
        for try await part in body {
            if isText {
                try await socket.send(.text(ByteBuffer(string: Base64.encode(Array(part.readableBytesView)))))
            } else {
                try await socket.send(.binary(part))
            }
        }
    }
}
