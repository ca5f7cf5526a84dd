import ArgumentParser
import Cluster

/// What the API server can be told, under the names of kube-apiserver.
struct ServingFlags: ParsableArguments {
    @Option(help: "How many requests are worked on at once, with those of the next flag.")
    var maxRequestsInflight: String?

    @Option(help: "How many writes are worked on at once, on top of them.")
    var maxMutatingRequestsInflight: String?

    @Option(help: ArgumentHelp("Whether requests wait by priority and fairness.", valueName: "true|false"))
    var enablePriorityAndFairness: String?

    @Option(help: ArgumentHelp("How long a request may take that is no stream.", valueName: "DURATION"))
    var requestTimeout: String?

    @Option(help: ArgumentHelp("The least time after which a watch ends by itself.", valueName: "SECONDS"))
    var minRequestTimeout: String?

    @Option(help: ArgumentHelp("How long a server that stops says so before it does.", valueName: "DURATION"))
    var shutdownDelayDuration: String?

    @Option(help: ArgumentHelp("How likely a request over HTTP/2 makes its client connect anew, at most 0.02.", valueName: "0.0-0.02"))
    var goawayChance: String?

    @Option(help: ArgumentHelp("Which features are on or off, separated by commas.", valueName: "NAME=true|false,..."))
    var featureGates: [String] = []

    @Option(help: ArgumentHelp("Which versions are served, such as api/beta=true or batch/v1=false.", valueName: "KEY=true|false,..."))
    var runtimeConfig: [String] = []

    func apply(to settings: inout ClusterSettings) throws {
        for (name, value) in [
            ("max-requests-inflight", maxRequestsInflight), ("max-mutating-requests-inflight", maxMutatingRequestsInflight),
            ("enable-priority-and-fairness", enablePriorityAndFairness), ("request-timeout", requestTimeout),
            ("min-request-timeout", minRequestTimeout), ("shutdown-delay-duration", shutdownDelayDuration), ("goaway-chance", goawayChance),
        ] {
            if let value { try settings.setServing(name, value) }
        }
        for text in featureGates { try settings.setServing("feature-gates", text) }
        for text in runtimeConfig { try settings.setServing("runtime-config", text) }
    }
}
