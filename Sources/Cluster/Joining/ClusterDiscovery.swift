import APIClient
package import Credentials
import KubernetesTypes
import Logging
import NIOCore
import Objects

/// How a new node learns whom it may trust: the cluster's own kubeconfig, which anybody may read, counts when it is signed with the node's
/// token and its authority is the one that the node was told of.
struct ClusterDiscovery: Sendable {
    private static let patience: Duration = .seconds(60)
    private static let pause: Duration = .milliseconds(500)

    let invitation: Invitation
    let group: any EventLoopGroup
    let logger: Logger

    /// The kubeconfig of the cluster, without a user. Throws why it cannot be trusted, or that nobody answers.
    func find() async throws -> Kubeconfig {
        let begun = ContinuousClock.now
        while true {
            do {
                return try await ask()
            } catch let problem as ClusterSettings.Problem {
                throw problem
            } catch {
                // The server may start at this moment, and signs a new token a moment after it was made.
                if ContinuousClock.now - begun > Self.patience { throw ClusterSettings.Problem("the cluster at \(invitation.server) cannot be asked: \(error)") }
                logger.debug("the cluster does not answer yet", metadata: ["reason": "\(error)"])
                try await Task.sleep(for: Self.pause)
            }
        }
    }

    private struct NotYet: Error, CustomStringConvertible {
        let description: String
    }

    private func ask() async throws -> Kubeconfig {
        var open = Kubeconfig(server: "https://" + invitation.server, authority: "", name: "martlet")
        open.skipsVerification = true
        let (content, signature) = try await clusterInfo(open)
        guard let signature else { throw NotYet(description: "its kubeconfig is not signed with this token; perhaps the token has ended") }
        guard DetachedSignature.isValid(signature, of: content, invitation.token) else {
            throw ClusterSettings.Problem("the cluster at \(invitation.server) does not know this token: its kubeconfig is signed with another one")
        }
        guard let found = (try? YAML.parse(content)).flatMap({ Kubeconfig($0) }), !found.authority.isEmpty else {
            throw ClusterSettings.Problem("the cluster at \(invitation.server) tells of no authority")
        }
        if let pins = invitation.pins {
            guard pins.contains(try PublicKeyPin(certificate: found.authority)) else {
                throw ClusterSettings.Problem("the authority of the cluster at \(invitation.server) is not the one of --discovery-token-ca-cert-hash")
            }
        }
        let trusted = Kubeconfig(server: "https://" + invitation.server, authority: found.authority, name: "martlet")
        // The same once more, from a server that proves to be of that authority.
        guard try await clusterInfo(trusted).content == content else { throw NotYet(description: "its kubeconfig has changed just now") }
        return trusted
    }

    private func clusterInfo(_ config: Kubeconfig) async throws -> (content: String, signature: String?) {
        let data = try await HTTPSTransport.brief(config, agent: "martlet-join", group: group) { transport in
            try await APIClient(transport: transport, fieldManager: "martlet").get(ConfigMap.self, "kube-public", "cluster-info").value["data"]
        }
        guard let content = data["kubeconfig"].string else { throw NotYet(description: "it tells of no kubeconfig") }
        return (content, data["jws-kubeconfig-" + invitation.token.id].string)
    }
}

/// By what a node joins a cluster.
package struct Invitation: Sendable {
    /// `HOST:PORT`.
    package let server: String
    package let token: BootstrapToken
    /// The authorities that the cluster may have; nil for any, so that only the token vouches for it.
    package let pins: [PublicKeyPin]?

    package init(server: String, token: BootstrapToken, pins: [PublicKeyPin]?) {
        self.server = server
        self.token = token
        self.pins = pins
    }
}
