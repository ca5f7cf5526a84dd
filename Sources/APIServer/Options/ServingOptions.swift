package import KubernetesTypes
import Objects
import Schema

/// What the API server can be told beyond where it is: the names are kube-apiserver's flags.
package struct ServingOptions: Sendable {
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    package var maximumRequestsInflight = 400
    package var maximumMutatingRequestsInflight = 200
    package var hasPriorityAndFairness = true
    package var requestTimeout: Duration = .seconds(60)
    /// The least time after which a watch ends by itself; twice that is the most.
    package var minimumWatchSeconds: Int64 = 1800
    /// How long a server that is told to stop says that it is not ready, before it stops to listen.
    package var shutdownDelay: Duration = .zero
    /// How likely a request of HTTP/2 makes its client open a new connection, which may lead to another server.
    package var goawayChance = 0.0
    package var features = FeatureGates()
    package var runtimeConfig = RuntimeConfig()

    package init() {}

    /// The flags that `set` takes.
    package static let names: Set<String> = [
        "max-requests-inflight", "max-mutating-requests-inflight", "enable-priority-and-fairness", "request-timeout",
        "min-request-timeout", "shutdown-delay-duration", "goaway-chance", "feature-gates", "runtime-config",
    ]

    /// Throws for names and values that it does not know.
    package mutating func set(_ name: String, _ text: String) throws(Problem) {
        func number() throws(Problem) -> Int {
            guard let number = Int(text), number >= 0 else { throw Problem(description: "--\(name) takes a number, not \(text)") }
            return number
        }
        func duration() throws(Problem) -> Duration {
            guard let duration = GoDurationText.parse(text), duration >= .zero else {
                throw Problem(description: "--\(name) takes a duration such as 1m0s, not \(text)")
            }
            return duration
        }
        func flag() throws(Problem) -> Bool {
            guard ["true", "false"].contains(text) else { throw Problem(description: "--\(name) is true or false, not \(text)") }
            return text == "true"
        }
        switch name {
        case "max-requests-inflight": maximumRequestsInflight = try number()
        case "max-mutating-requests-inflight": maximumMutatingRequestsInflight = try number()
        case "enable-priority-and-fairness": hasPriorityAndFairness = try flag()
        case "request-timeout":
            requestTimeout = try duration()
            if requestTimeout == .zero { throw Problem(description: "--request-timeout must be greater than zero") }
        case "min-request-timeout": minimumWatchSeconds = Int64(try number())
        case "shutdown-delay-duration": shutdownDelay = try duration()
        case "goaway-chance":
            guard let chance = Double(text) else { throw Problem(description: "--goaway-chance takes a number, not \(text)") }
            guard (0...0.02).contains(chance) else {
                throw Problem(description: "--goaway-chance can not be less than 0 or greater than 0.02")
            }
            goawayChance = chance
        case "feature-gates":
            do throws(FeatureGates.Problem) {
                try features.set(text)
            } catch {
                throw Problem(description: "invalid argument \"\(text)\" for --feature-gates: \(error)")
            }
        case "runtime-config": try runtimeConfig.set(text)
        default: throw Problem(description: "unknown setting \(name)")
        }
    }

    /// Every flag with its value, for `/flagz`.
    var flags: [(name: String, value: String)] {
        [
            ("enable-priority-and-fairness", String(hasPriorityAndFairness)), ("feature-gates", features.text), ("goaway-chance", String(goawayChance)),
            ("max-mutating-requests-inflight", String(maximumMutatingRequestsInflight)),
            ("max-requests-inflight", String(maximumRequestsInflight)), ("min-request-timeout", String(minimumWatchSeconds)),
            ("request-timeout", GoDurationText.text(requestTimeout)), ("runtime-config", runtimeConfig.text), ("shutdown-delay-duration", GoDurationText.text(shutdownDelay)),
        ]
    }
}

/// `/flagz`: what the server was told (KEP-4828). Only for clients that ask for plain text.
struct FlagService: Sendable {
    let flags: [(name: String, value: String)]

    var text: String {
        let lines = flags.sorted { $0.name < $1.name }.map { "\($0.name): \($0.value)\n" }.joined()
        return "\napiserver flagz\n"
            + "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.\n"
            + lines
    }
}
