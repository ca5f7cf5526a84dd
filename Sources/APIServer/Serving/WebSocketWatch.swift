import ComponentMetrics
import HTTPServing
import KubernetesTypes
import NIOCore
import NIOHTTP1
import Objects

/// A watch by WebSocket: each event is a message. Browsers and some client libraries watch so.
struct WebSocketWatch: Sendable {
    let frames: WatchFrames
    let events: ComponentMetrics.Counter

    private var watch: WatchAnswer { frames.watch }

    /// Sends events until the watch or the client ends. Answers by itself when the connection cannot become a WebSocket.
    func run(_ handshake: WebSocketHandshake, _ exchange: HTTPExchange) async {
        defer { watch.cache.remove(watch.watcher) }
        let connection: UpgradedConnection
        do {
            connection = try await exchange.upgrade(protocol: "websocket", headers: handshake.answer(protocol: handshake.offeredProtocols.first))
        } catch {
            exchange.respond(.badRequest, ["content-type": "text/plain; charset=utf-8"], ByteBuffer(string: "\(error)"))
            return
        }
        let socket = WebSocketConnection(upgraded: connection)
        await socket.deliver {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await send(to: socket) }
                group.addTask { try? await Task.sleep(for: .seconds(watch.timeoutSeconds)) }
                if watch.sendsBookmarks { group.addTask { await bookmark() } }
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func bookmark() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(watch.bookmarkPause))
            if !Task.isCancelled { watch.cache.bookmark(watch.watcher) }
        }
    }

    private func send(to socket: WebSocketConnection) async {
        // One signal is enough for whatever has arrived since the last look.
        let (arrivals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        watch.watcher.onArrival { signal.yield() }
        signal.yield()
        for await _ in arrivals {
            let (deliveries, isClosed) = watch.watcher.take()
            do {
                if let failure = await frames.preparation(deliveries) {
                    try await send(frames.failure(failure), to: socket)
                    return
                }
                for delivery in deliveries { try await send(frames.frame(delivery), to: socket) }
            } catch {
                return
            }
            events.increment(by: deliveries.count)
            if isClosed { return }
        }
    }

    private func send(_ frame: ByteBuffer, to socket: WebSocketConnection) async throws {
        try await socket.send(frames.isText ? .text(frame) : .binary(frame))
    }
}
