import APIClient
package import Credentials
import Logging
import Objects

/// A cluster of this machine, as its administrator reaches it.
package struct ClusterAccess: Sendable {
    private let settings: ClusterSettings
    private let config: Kubeconfig

    /// Throws when there is no cluster in the data directory.
    package init(_ settings: ClusterSettings) throws {
        self.settings = settings
        guard let text = try PrivateFile.read(settings.kubeconfigPath), let config = Kubeconfig(try YAML.parse(text)) else {
            throw ClusterSettings.Problem("there is no cluster in \(settings.dataDirectory)")
        }
        self.config = config
    }

    /// Works with the cluster's tokens. Throws what the API says.
    package func tokens<T: Sendable>(_ work: (BootstrapTokens) async throws -> T) async throws -> T {
        try await HTTPSTransport.brief(config, agent: "martlet") { transport in
            try await work(BootstrapTokens(APIClient(transport: transport, fieldManager: "martlet")))
        }
    }

    /// By what nodes know the cluster's authority.
    package func pin() throws -> PublicKeyPin { try PublicKeyPin(certificate: config.authority) }

    /// Where other machines reach the API, as `HOST:PORT`. Throws when only this machine does.
    package func joinAddress() throws -> String {
        guard let text = try PrivateFile.read(settings.dataDirectory + "/join-address"), !text.isEmpty else {
            throw ClusterSettings.Problem("the cluster listens on the loopback address only, so that no other machine can join; start it with --listen 0.0.0.0:6443")
        }
        return text.filter { !$0.isWhitespace }
    }
}
