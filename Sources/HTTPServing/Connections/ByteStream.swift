package import NIOCore

/// Bytes both ways: an upgraded connection, a stream of SPDY, a channel of a WebSocket.
///
/// One task reads, one writes. Every stream is closed in the end, by `close` or by both ends ending.
package protocol ByteStream: Sendable {
    /// The next bytes; nil when the other side has ended. Throws when the connection broke.
    func read() async throws -> ByteBuffer?
    /// Returns when the connection can take more.
    func write(_ bytes: ByteBuffer) async throws
    /// Says that no more will be written. Reading goes on.
    func closeOutput() async
    /// Ends both directions and drops what has not been read.
    func close() async
}

extension ByteStream {
    package var inbound: InboundBytes { InboundBytes { try await self.read() } }
}

/// Copies bytes between streams.
package enum Tunnel {
    /// Copies until `source` ends, then ends `target`'s input. An error of either closes the target.
    package static func copy(_ source: some ByteStream, to target: some ByteStream) async {
        do {
            while let part = try await source.read() { try await target.write(part) }
            await target.closeOutput()
        } catch {
            await target.close()
            await source.close()
        }
    }

    /// Copies both ways, passing half-closes on. Returns when both directions are done; both streams
    /// are closed then. When one direction has ended, the other has `lingering` to end as well.
    package static func run(
        _ left: some ByteStream, _ right: some ByteStream, lingering: Duration = .seconds(60)
    ) async {
        await withTaskCancellationHandler {
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    await copy(left, to: right)
                    return true
                }
                group.addTask {
                    await copy(right, to: left)
                    return true
                }
                _ = await group.next()
                group.addTask {
                    try? await Task.sleep(for: lingering)
                    return false
                }
                if await group.next() == false {
                    await left.close()
                    await right.close()
                }
                group.cancelAll()
            }
        } onCancel: {
            Task {
                await left.close()
                await right.close()
            }
        }
        await left.close()
        await right.close()
    }
}
