import ContainerRuntime
import Objects

/// What the runtime has of one pod at one moment.
struct PodRuntimeState: Sendable, Equatable {
    var sandboxes: [SandboxSummary] = []
    /// Newest first.
    var containers: [ContainerDetails] = []
    var addresses: [String] = []

    /// The sandbox in use: the newest, if it is ready.
    var sandbox: SandboxSummary? { sandboxes.max { $0.createdAt < $1.createdAt }.flatMap { $0.isReady ? $0 : nil } }

    /// The newest container of a name.
    func latest(_ name: String) -> ContainerDetails? {
        containers.filter { $0.name == name }.max { ($0.attempt, $0.createdAt) < ($1.attempt, $1.createdAt) }
    }

    func previous(_ name: String) -> ContainerDetails? {
        guard let latest = latest(name) else { return nil }
        return containers.filter { $0.name == name && $0.id != latest.id }.max { ($0.attempt, $0.createdAt) < ($1.attempt, $1.createdAt) }
    }

    var running: [ContainerDetails] { containers.filter { $0.state == .running } }
}

/// Nanoseconds since 1970 as the API's time.
enum RuntimeTime {
    static func text(_ nanoseconds: Int64) -> Value { .string(Timestamp(seconds: nanoseconds / 1_000_000_000).text) }
}
