import ArgumentParser
import Cluster
import Kubelet

/// Things that are only played, for trials.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Play parts of a cluster that are not there.", subcommands: [SimulateNodes.self])
}

struct SimulateNodes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "Add nodes without machines, whose pods become Running by themselves; they go when this command ends.")

    @OptionGroup var component: ComponentOptions

    @Option(help: "How many nodes.")
    var count = 1

    @Option(help: "What their names begin with.")
    var prefix = "simulated-"

    @Option(help: "The processors of each.")
    var cpu = "32"

    @Option(help: "The memory of each.")
    var memory = "256Gi"

    @Option(help: "The most pods that each takes.")
    var maxPods = 110

    @Option(help: "A label of all of them, as KEY=VALUE; may be repeated.")
    var label: [String] = []

    @Option(help: "A taint of all of them, as KEY=VALUE:EFFECT; may be repeated.")
    var taint: [String] = []

    @Option(help: "For how many seconds pods of Jobs run.")
    var jobSeconds: Int64 = 1

    @Flag(help: "Leave the nodes in the cluster at the end.")
    var keep = false

    func run() async throws {
        var settings = SimulatedNodeSettings()
        guard (1...100_000).contains(count) else { throw ValidationError("--count takes a number from 1 to 100000") }
        settings.count = count
        settings.prefix = prefix
        settings.cpu = cpu
        settings.memory = memory
        settings.pods = maxPods
        settings.jobSeconds = max(jobSeconds, 0)
        for text in label {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else { throw ValidationError("\(text) is no label such as KEY=VALUE") }
            settings.labels[parts[0]] = parts[1]
        }
        for text in taint {
            guard let taint = SimulatedNodeSettings.taint(text) else { throw ValidationError("\(text) is no taint such as KEY=VALUE:NoSchedule") }
            settings.taints.append(taint)
        }
        let ready = settings
        let keep = keep
        try await component.run("simulated-nodes") { await $0.simulatedNodes(ready, keep: keep) }
    }
}
