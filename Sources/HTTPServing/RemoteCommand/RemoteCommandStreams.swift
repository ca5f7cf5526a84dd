import NIOCore

/// The streams of one exec or attach, whatever carries them, at either end.
///
/// A server reads `stdin` and `resize` and writes the others; a client does the opposite.
package struct RemoteCommandStreams: Sendable {
    package let version: RemoteCommandVersion
    package let stdin: (any ByteStream)?
    package let stdout: (any ByteStream)?
    package let stderr: (any ByteStream)?
    package let error: any ByteStream
    package let resize: (any ByteStream)?
    private let closeSession: @Sendable () async -> Void
    private let observeClose: @Sendable (@escaping @Sendable () -> Void) -> Void

    init(
        version: RemoteCommandVersion, stdin: (any ByteStream)?, stdout: (any ByteStream)?, stderr: (any ByteStream)?,
        error: any ByteStream, resize: (any ByteStream)?, close: @escaping @Sendable () async -> Void,
        onClose: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.version = version
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.error = error
        self.resize = resize
        closeSession = close
        observeClose = onClose
    }

    /// Server: says how the command ended and closes everything. To be called after all output is written.
    package func finish(_ outcome: RemoteCommandOutcome) async {
        let bytes = outcome.encoded(for: version)
        if bytes.readableBytes > 0 { try? await error.write(bytes) }
        await stdout?.closeOutput()
        await stderr?.closeOutput()
        await error.closeOutput()
        await closeSession()
    }

    /// Client: how the command ended. Waits for the end of the error stream.
    package func outcome() async -> RemoteCommandOutcome {
        var bytes = ByteBuffer()
        do {
            while let part = try await error.read(), bytes.readableBytes < 1 << 20 { bytes.writeImmutableBuffer(part) }
        } catch {
            if bytes.readableBytes == 0 { return .failed(message: "the connection broke: \(error)") }
        }
        return RemoteCommandOutcome(errorStream: bytes)
    }

    /// Server: calls `action` for each size that the client's terminal takes, until the stream ends.
    package func eachSize(_ action: (TerminalSize) async -> Void) async {
        var decoder = TerminalSizeDecoder()
        while let resize, let part = try? await resize.read() {
            for size in decoder.feed(part) { await action(size) }
        }
    }

    package func close() async { await closeSession() }

    /// Runs once when the connection is gone.
    package func onClose(_ action: @escaping @Sendable () -> Void) { observeClose(action) }

    /// Joins a client's command to the runtime that runs it: input one way, output and outcome the other.
    /// Returns when the command has ended or the client has left; both sides are closed then.
    package static func bridge(server: RemoteCommandStreams, client: RemoteCommandStreams) async {
        server.onClose { Task { await client.close() } }
        let input = Task {
            if let from = server.stdin, let to = client.stdin { await Tunnel.copy(from, to: to) }
        }
        let sizes = Task {
            if let from = server.resize, let to = client.resize { await Tunnel.copy(from, to: to) }
        }
        async let output: Void = copy(client.stdout, to: server.stdout)
        async let errors: Void = copy(client.stderr, to: server.stderr)
        let outcome = await client.outcome()
        _ = await (output, errors)
        await server.finish(outcome)
        await client.close()
        input.cancel()
        sizes.cancel()
    }

    /// An output that breaks says nothing about the other streams: they end by themselves.
    private static func copy(_ source: (any ByteStream)?, to target: (any ByteStream)?) async {
        guard let source else { return }
        while let part = try? await source.read() { try? await target?.write(part) }
    }
}
