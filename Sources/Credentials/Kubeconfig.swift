#if canImport(Glibc)
import Glibc
#endif
package import Objects

/// A kubeconfig with one cluster, one user and one context.
package struct Kubeconfig: Sendable, Equatable {
    package var server: String
    /// PEM.
    package var authority: String
    package var name: String
    /// PEM; empty when a token is used.
    package var clientCertificate = ""
    package var clientKey = ""
    package var token = ""
    /// The file that the token came from, and where a new one will be; empty for none.
    package var tokenFile = ""
    /// Whether the server may show any certificate (`insecure-skip-tls-verify`).
    package var skipsVerification = false

    package init(server: String, authority: String, name: String) {
        self.server = server
        self.authority = authority
        self.name = name
    }

    /// The current context of a kubeconfig. Nil when something that is needed is not in it. Files that it names are read by
    /// `read`, which gives nil for those that are not there.
    package init?(_ value: Value, read: (String) -> String? = { (try? PrivateFile.read($0)) ?? nil }) {
        func named(_ list: Value, _ name: String?, _ key: String) -> Value {
            list.array.first { $0["name"].string == name }?[key] ?? .null
        }
        /// What stands in the file itself counts more than what it refers to.
        func content(_ owner: Value, _ name: String) -> String {
            if let data = owner[name + "-data"].string.flatMap(Base64.decode) { return String(decoding: data, as: UTF8.self) }
            return owner[name].string.flatMap(read) ?? ""
        }
        let context = named(value["contexts"], value["current-context"].string, "context")
        let cluster = named(value["clusters"], context["cluster"].string, "cluster")
        let user = named(value["users"], context["user"].string, "user")
        guard let server = cluster["server"].string else { return nil }
        self.init(server: server, authority: content(cluster, "certificate-authority"), name: context["cluster"].string ?? "")
        skipsVerification = cluster["insecure-skip-tls-verify"].bool ?? false
        clientCertificate = content(user, "client-certificate")
        clientKey = content(user, "client-key")
        token = user["token"].string ?? ""
        if token.isEmpty, let file = user["tokenFile"].string, let text = read(file) {
            token = text.filter { !$0.isWhitespace }
            tokenFile = file
        }
    }

    /// How a pod reaches the API of its own cluster; nil outside of one.
    package static func inCluster(
        variable: (String) -> String? = { name in getenv(name).map { String(cString: $0) } },
        read: (String) -> String? = { (try? PrivateFile.read($0)) ?? nil }
    ) -> Kubeconfig? {
        let folder = "/var/run/secrets/kubernetes.io/serviceaccount"
        guard let host = variable("KUBERNETES_SERVICE_HOST"), let port = variable("KUBERNETES_SERVICE_PORT"), !host.isEmpty, !port.isEmpty,
            let token = read(folder + "/token"), !token.isEmpty
        else { return nil }
        let address = host.contains(":") ? "[\(host)]" : host
        var config = Kubeconfig(server: "https://\(address):\(port)", authority: read(folder + "/ca.crt") ?? "", name: "in-cluster")
        config.token = token.filter { !$0.isWhitespace }
        config.tokenFile = folder + "/token"
        return config
    }

    package var value: Value {
        var user = Value.emptyObject
        if !clientCertificate.isEmpty {
            user["client-certificate-data"] = .string(Base64.encode(Array(clientCertificate.utf8)))
            user["client-key-data"] = .string(Base64.encode(Array(clientKey.utf8)))
        }
        if !token.isEmpty { user["token"] = .string(token) }
        let userName = name + "-user"
        var cluster: Value = ["server": .string(server)]
        if skipsVerification { cluster["insecure-skip-tls-verify"] = true }
        if !authority.isEmpty { cluster["certificate-authority-data"] = .string(Base64.encode(Array(authority.utf8))) }
        return [
            "apiVersion": "v1", "kind": "Config", "current-context": .string(name),
            "clusters": [["name": .string(name), "cluster": cluster]],
            "contexts": [["name": .string(name), "context": ["cluster": .string(name), "user": .string(userName)]]],
            "users": [["name": .string(userName), "user": user]],
        ]
    }

    package var yaml: String { YAML.print(value) }
}
