import Synchronization

/// A token that somebody writes anew into a file before it ends, as the kubelet does for pods.
package final class FileToken: Sendable {
    /// How long a token is taken for the current one before the file is looked at again.
    package static let usualLifetime = Duration.seconds(60)

    private let file: String
    private let lifetime: Duration
    private let state: Mutex<(token: String, read: ContinuousClock.Instant)>

    /// `token` is what the file said just now. Without a file it stays for ever.
    package init(_ token: String, file: String, lifetime: Duration = FileToken.usualLifetime) {
        self.file = file
        self.lifetime = lifetime
        state = Mutex((token, .now))
    }

    /// The token as the file has it; the last one that could be read when the file is gone.
    package func current(now: ContinuousClock.Instant = .now) -> String {
        state.withLock { state in
            guard !file.isEmpty, state.read.duration(to: now) >= lifetime else { return state.token }
            state.read = now
            if let text = try? PrivateFile.read(file) {
                let token = text.filter { !$0.isWhitespace }
                if !token.isEmpty { state.token = token }
            }
            return state.token
        }
    }
}
