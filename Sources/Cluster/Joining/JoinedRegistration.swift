import APIClient
import Credentials
import KubernetesTypes
import Logging
import Objects

/// What a node asks of its cluster before it can take pods. What it was told once it knows without the server, too.
struct JoinedRegistration: Sendable {
    private static let pause: Duration = .milliseconds(250)
    /// How long a node that knows the answer of before waits for a server that is away.
    private static let patience: Duration = .seconds(10)

    let client: APIClient
    let nodeName: String
    let logger: Logger

    /// What every node has to know of the cluster. Throws when the cluster says nothing of use, or is away and never said it.
    func facts(stored path: String) async throws -> ClusterFacts {
        let begun = ContinuousClock.now
        var problem = "it is no cluster that nodes can join"
        while true {
            do throws(StatusError) {
                let map = try await client.get(ConfigMap.self, ClusterFacts.namespace, ClusterFacts.name)
                guard let facts = ClusterFacts(map.value["data"]) else { throw StatusError.internalError("its facts cannot be read") }
                try? facts.store(path)
                return facts
            } catch {
                problem = error.description
            }
            if Task.isCancelled || ContinuousClock.now - begun > Self.patience {
                if let known = ClusterFacts.stored(path) { return known }
                throw ClusterSettings.Problem("the cluster does not say what its nodes have to know: \(problem)")
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// The networks of this node's pods, for which it may have to wait. The node registers itself where it is not known.
    func networks(stored path: String) async throws -> [IPNetwork] {
        let known = ((try? PrivateFile.read(path)) ?? nil).map { $0.split(whereSeparator: \.isWhitespace).compactMap { IPNetwork($0) } } ?? []
        let begun = ContinuousClock.now
        var isTold = false
        while true {
            var problem = "the cluster has given it none"
            do throws(StatusError) {
                let networks = Self.networks(of: try await registered())
                if !networks.isEmpty {
                    if networks != known { try? PrivateFile.write(networks.map(\.description).joined(separator: "\n") + "\n", to: path) }
                    return networks
                }
            } catch {
                problem = error.description
                if !known.isEmpty, ContinuousClock.now - begun > Self.patience { return known }
            }
            if !isTold, ContinuousClock.now - begun > Self.patience {
                isTold = true
                logger.warning("this node waits for the networks of its pods", metadata: ["reason": "\(problem)"])
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    private static func networks(of node: Node) -> [IPNetwork] { node.value["spec"]["podCIDRs"].strings.compactMap { IPNetwork($0) } }

    private func registered() async throws(StatusError) -> Node {
        do throws(StatusError) {
            return try await client.get(Node.self, "", nodeName)
        } catch where error.isNotFound {
            do throws(StatusError) {
                return try await client.create(Node(["metadata": ["name": .string(nodeName), "labels": ["kubernetes.io/hostname": .string(nodeName)]]]))
            } catch where error.isAlreadyExists {
                return try await client.get(Node.self, "", nodeName)
            }
        }
    }

    /// The networks that the cluster says now; nil while it says none.
    func assigned() async -> [IPNetwork]? {
        guard let node = try? await client.get(Node.self, "", nodeName) else { return nil }
        let networks = Self.networks(of: node)
        return networks.isEmpty ? nil : networks
    }
}
