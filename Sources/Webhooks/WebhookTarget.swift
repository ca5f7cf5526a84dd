package import Objects

/// Where a webhook is: a URL, or a service of the cluster; and the authority that its certificate has to come from.
package struct WebhookTarget: Sendable, Hashable {
    package enum Place: Sendable, Hashable {
        case url(String)
        case service(namespace: String, name: String, port: Int64, path: String)
    }

    package let place: Place
    /// PEM; empty for the authorities that the system trusts.
    package let authority: [UInt8]

    package init(place: Place, authority: [UInt8]) {
        self.place = place
        self.authority = authority
    }

    /// From the `clientConfig` of a webhook. Nil when it names neither a URL nor a service.
    package init?(_ clientConfig: Value) {
        authority = clientConfig["caBundle"].string.flatMap(Base64.decode) ?? []
        let service = clientConfig["service"]
        if let url = clientConfig["url"].string {
            place = .url(url)
        } else if service.isObject {
            place = .service(
                namespace: service["namespace"].string ?? "", name: service["name"].string ?? "",
                port: service["port"].int ?? 443, path: service["path"].string ?? "")
        } else {
            return nil
        }
    }

    /// The name for which the certificate of a service stands.
    package static func serverName(namespace: String, name: String) -> String { "\(name).\(namespace).svc" }

    /// The URL that is asked, as messages show it.
    package func url(timeoutSeconds: Int64) -> String {
        let query = "?timeout=\(timeoutSeconds)s"
        switch place {
        case .url(let url):
            let rest = url.hasPrefix("https://") ? url.dropFirst(8) : url[...]
            return url + (rest.contains("/") ? "" : "/") + query
        case .service(let namespace, let name, let port, let path):
            let rooted = path.hasPrefix("/") ? path : "/" + path
            return "https://\(Self.serverName(namespace: namespace, name: name)):\(port)\(rooted)\(query)"
        }
    }
}

/// Finds the server behind a service.
package protocol ServiceResolver: Sendable {
    /// An address that takes connections for the service's port. Throws what stands in the way.
    func resolve(namespace: String, name: String, port: Int64) throws(WebhookFailure) -> ServiceEndpoint
}

/// An address that answers for a service.
package struct ServiceEndpoint: Sendable, Hashable {
    package let address: String
    package let port: Int

    package init(address: String, port: Int) {
        self.address = address
        self.port = port
    }
}

/// Why a webhook could not be asked, or did not answer as it should.
package struct WebhookFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
