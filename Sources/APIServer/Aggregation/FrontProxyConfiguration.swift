package import Credentials
import Objects

/// The front proxy of the cluster: by which certificates it is known, and which one this server shows to servers behind it.
package struct FrontProxyConfiguration: Sendable {
    /// The PEM of the authority whose clients may say for whom they ask.
    package var authority: String
    /// The common names that count; all of the authority when empty.
    package var allowedNames: [String]
    /// What this server shows.
    package var client: KeyPair

    package init(authority: String, allowedNames: [String], client: KeyPair) {
        self.authority = authority
        self.allowedNames = allowedNames
        self.client = client
    }

    /// The data of the ConfigMap `extension-apiserver-authentication`, from which servers behind the proxy learn whom to trust.
    func data(clientAuthority: String) -> Value {
        func list(_ texts: [String]) -> Value { .string(Value(texts).jsonString) }
        return [
            "client-ca-file": .string(clientAuthority), "requestheader-allowed-names": list(allowedNames),
            "requestheader-client-ca-file": .string(authority),
            "requestheader-extra-headers-prefix": list(["X-Remote-Extra-"]),
            "requestheader-group-headers": list(["X-Remote-Group"]), "requestheader-uid-headers": list(["X-Remote-Uid"]),
            "requestheader-username-headers": list(["X-Remote-User"]),
        ]
    }
}
