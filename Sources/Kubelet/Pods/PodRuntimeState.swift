import ContainerRuntime
import Objects

/// What the runtime has of one pod at one moment.
struct PodRuntimeState: Sendable, Equatable {
    var sandboxes: [SandboxSummary] = []
    var containers: [ContainerDetails] = []
    /// In which sandbox each container lives, by the containers' ids.
    var homes: [String: String] = [:]
    var addresses: [String] = []

    /// The sandbox in use: the newest, if it is ready.
    var sandbox: SandboxSummary? { sandboxes.max { $0.createdAt < $1.createdAt }.flatMap { $0.isReady ? $0 : nil } }

    /// The newest container of a name, in whatever sandbox.
    func latest(_ name: String) -> ContainerDetails? {
        containers.filter { $0.name == name }.max { ($0.attempt, $0.createdAt) < ($1.attempt, $1.createdAt) }
    }

    /// The newest container of a name in the sandbox in use.
    func current(_ name: String) -> ContainerDetails? {
        guard let sandbox, let latest = latest(name), homes[latest.id] == sandbox.id else { return nil }
        return latest
    }

    func previous(_ name: String) -> ContainerDetails? {
        guard let latest = latest(name) else { return nil }
        return containers.filter { $0.name == name && $0.id != latest.id }.max { ($0.attempt, $0.createdAt) < ($1.attempt, $1.createdAt) }
    }

    var running: [ContainerDetails] { containers.filter { $0.state == .running } }

    var isEmpty: Bool { sandboxes.isEmpty && containers.isEmpty }
}

/// Nanoseconds since 1970 as the API's time.
enum RuntimeTime {
    static func timestamp(_ nanoseconds: Int64) -> Timestamp {
        Timestamp(seconds: nanoseconds / 1_000_000_000, nanoseconds: Int32(truncatingIfNeeded: nanoseconds % 1_000_000_000))
    }

    static func text(_ nanoseconds: Int64) -> Value { .string(timestamp(nanoseconds).text) }
}

/// Why a container waits.
struct Waiting: Sendable, Equatable {
    let reason: String
    var message = ""
    /// Since when, for the pauses of failed pulls.
    var since = Timestamp(seconds: 0)
}

/// What the kubelet remembers of a pod between looks.
struct PodMemory: Sendable {
    /// By the containers' names.
    var waiting: [String: Waiting] = [:]
    var restarts: [String: Backoff] = [:]
    var starts: [String: Backoff] = [:]
    /// The numbers that containers get at least, since the pod started over.
    var attempts: [String: Int] = [:]
    /// All containers are being ended, to start over.
    var isRestartingAll = false
    /// By the sandboxes' ids.
    var addresses: [String: [String]] = [:]
    /// What the pod was reached by; it is told after the pod's end too.
    var lastAddresses: [String] = []
    /// When the volumes were last brought up to date.
    var volumesRefreshed = Timestamp(seconds: 0)
    /// The labels and annotations that the volumes show.
    var projectedMetadata: Value = .null
    var resize = PodResize()
    /// Why the pod failed as a whole (deadline, refused by the node), for its status.
    var failure: Waiting?
    /// Seconds that containers get when the pod fails as a whole; nil for the pod's own.
    var endGrace: Int64?
}
