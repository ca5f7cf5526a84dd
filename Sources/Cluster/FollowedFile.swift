import Credentials

/// A file that people change while its reader runs.
struct FollowedFile: Sendable {
    private static let interval = Duration.seconds(1)

    let path: String

    /// Calls `changed` with each new content until cancelled. What it throws is told to `failed`, and the old content holds.
    func follow(
        from known: String, _ changed: @Sendable (String) async throws -> Void, failed: @Sendable (any Error) -> Void
    ) async {
        var seen = known
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            // A file that is away for a moment is about to be replaced.
            guard let text = (try? PrivateFile.read(path)) ?? nil, text != seen else { continue }
            seen = text
            do {
                try await changed(text)
            } catch {
                failed(error)
            }
        }
    }
}
