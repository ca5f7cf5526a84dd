import APIClient
import KubernetesTypes
import Logging
import Objects

/// Waits until a node can take pods.
struct NodeReadiness: Sendable {
    let transport: any APITransport
    let nodeName: String
    let logger: Logger

    /// Returns then, or after a minute: the log then says so.
    func wait() async {
        let client = APIClient(transport: transport, fieldManager: "martlet")
        let begun = ContinuousClock.now
        while ContinuousClock.now - begun < .seconds(60) {
            if let node = try? await client.get(Node.self, "", nodeName), node.isReady { return }
            if Task.isCancelled { return }
            try? await Task.sleep(for: .milliseconds(10))
        }
        logger.warning("the node is not ready after a minute", metadata: ["node": "\(nodeName)"])
    }
}
