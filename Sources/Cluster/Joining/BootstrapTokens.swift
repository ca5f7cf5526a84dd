package import APIClient
package import Credentials
package import KubernetesTypes
package import Objects

/// The tokens by which nodes may join: Secrets of kube-system, as kubeadm has them.
package struct BootstrapTokens: Sendable {
    /// In which group those are who come with one; it may ask for a node's certificate.
    static let group = "system:bootstrappers:martlet:nodes"
    private static let (namespace, type, prefix) = ("kube-system", "bootstrap.kubernetes.io/token", "bootstrap-token-")

    /// A token as it is listed.
    package struct Listed: Sendable {
        package let token: BootstrapToken
        /// Nil for one that does not end.
        package let end: Timestamp?
        package let note: String
    }

    private let client: APIClient

    package init(_ client: APIClient) { self.client = client }

    /// Makes a token that ends after a time; nil for never.
    package func create(lifetime: Duration?, note: String = "") async throws(StatusError) -> BootstrapToken {
        let token = BootstrapToken.generate()
        var data: Value = [
            "token-id": .string(token.id), "token-secret": .string(token.secret), "usage-bootstrap-authentication": "true",
            "usage-bootstrap-signing": "true", "auth-extra-groups": .string(Self.group),
        ]
        if let lifetime { data["expiration"] = .string(Timestamp(seconds: Timestamp.now().seconds + lifetime.components.seconds).text) }
        if !note.isEmpty { data["description"] = .string(note) }
        try await client.create(
            Secret(["metadata": ["name": .string(Self.prefix + token.id), "namespace": .string(Self.namespace)], "type": .string(Self.type), "stringData": data]))
        return token
    }

    /// Those by which somebody may join, by their ids.
    package func list() async throws(StatusError) -> [Listed] {
        try await client.list(Secret.self, Self.namespace, .init(fields: "type=" + Self.type)).compactMap { secret in
            func text(_ key: String) -> String { String(decoding: Base64.decode(secret.value["data"][key].string ?? "") ?? [], as: UTF8.self) }
            guard let token = BootstrapToken(text("token-id") + "." + text("token-secret")) else { return nil }
            return Listed(token: token, end: Timestamp(text("expiration")), note: text("description"))
        }.sorted { $0.token.id < $1.token.id }
    }

    /// Ends a token by its id.
    package func delete(id: String) async throws(StatusError) {
        try await client.delete(Secret.self, Self.namespace, Self.prefix + id)
    }
}
