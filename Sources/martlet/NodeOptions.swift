import ArgumentParser
import Cluster

/// What every machine that is a node is told, the server's and one that joins.
struct NodeOptions: ParsableArguments {
    @Option(help: "The name of this node; the host's name by default.")
    var nodeName: String?

    @Option(name: .customLong("node-ip"), help: "The address by which other nodes reach this one; its first by default.")
    var nodeAddress: String?

    @Option(help: "Below which amounts the node evicts pods, such as memory.available<100Mi,nodefs.available<10%.")
    var evictionHard: String?

    @Option(help: "debug, info, warning or error.")
    var logLevel: String?

    func apply(to settings: inout ClusterSettings) {
        if let nodeName { settings.nodeName = nodeName }
        if let nodeAddress { settings.nodeAddress = nodeAddress }
        if let evictionHard { settings.evictionHard = evictionHard }
        if let logLevel { settings.logLevel = logLevel }
    }
}
