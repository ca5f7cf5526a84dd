import CEL
import Objects

/// Durations as flags and configuration files of Kubernetes have them: `1m30s`.
package enum GoDuration {
    /// Nil when the text is none.
    package static func parse(_ text: String) -> Duration? { CELDuration(text).map { .nanoseconds($0.nanoseconds) } }

    static func parse(_ value: Value) -> Duration? { value.string.flatMap { parse($0) } }
}
