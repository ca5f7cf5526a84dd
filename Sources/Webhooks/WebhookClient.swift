import AsyncHTTPClient
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
package import Objects
import Synchronization

/// Posts JSON to webhooks and reads their answers. Connections are kept and used again.
package final class WebhookClient: Sendable {
    /// What a connection depends on, beyond the address that the URL names.
    private struct Route: Hashable {
        let authority: [UInt8]
        /// The address behind the name of a service.
        let address: String?
        let name: String
    }

    private struct Pool {
        var clients: [Route: HTTPClient] = [:]
        /// The least recently made first.
        var order: [Route] = []
    }

    private static let poolLimit = 64
    private static let answerLimit = 64 << 20

    private let group: any EventLoopGroup
    private let resolver: any ServiceResolver
    private let agent: String
    private let pool = Mutex(Pool())

    /// `close` ends its connections.
    package init(group: any EventLoopGroup, resolver: any ServiceResolver, agent: String) {
        self.group = group
        self.resolver = resolver
        self.agent = agent
    }

    package func close() async {
        let clients = pool.withLock { pool in
            defer { pool = Pool() }
            return Array(pool.clients.values)
        }
        for client in clients { try? await client.shutdown() }
    }

    /// The answer of the webhook, decoded. Throws why there is none.
    package func post(_ body: [UInt8], to target: WebhookTarget, timeoutSeconds: Int64) async throws(WebhookFailure) -> Value {
        let shown = target.url(timeoutSeconds: timeoutSeconds)
        func failed(_ reason: String) -> WebhookFailure { WebhookFailure("Post \"\(shown)\": \(reason)") }
        var url = shown
        var host: String?
        var address = Self.authority(of: shown)
        var route = Route(authority: target.authority, address: nil, name: "")
        if case .service(let namespace, let name, let port, let path) = target.place {
            let endpoint: ServiceEndpoint
            do throws(WebhookFailure) {
                endpoint = try resolver.resolve(namespace: namespace, name: name, port: port)
            } catch {
                throw failed(error.description)
            }
            let serverName = WebhookTarget.serverName(namespace: namespace, name: name)
            let rooted = path.hasPrefix("/") ? path : "/" + path
            url = "https://\(serverName):\(endpoint.port)\(rooted)?timeout=\(timeoutSeconds)s"
            address = (endpoint.address.contains(":") ? "[\(endpoint.address)]" : endpoint.address) + ":\(endpoint.port)"
            host = port == 443 ? serverName : "\(serverName):\(port)"
            route = Route(authority: target.authority, address: endpoint.address, name: serverName)
        }
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = HTTPHeaders([
            ("content-type", "application/json"), ("accept", "application/json, */*"), ("user-agent", agent),
        ])
        if let host { request.headers.add(name: "host", value: host) }
        request.body = .bytes(ByteBuffer(bytes: body))
        let answer: (status: Int, type: String, body: ByteBuffer)
        do {
            answer = try await exchange(request, try client(route), seconds: timeoutSeconds)
        } catch {
            throw failed(NetworkFailure.text(error, address: address))
        }
        return try Self.decode(answer.status, answer.type, answer.body)
    }

    /// `HOST:PORT` of a URL.
    private static func authority(of url: String) -> String {
        let rest = url.hasPrefix("https://") ? url.dropFirst(8) : url[...]
        let authority = String(rest.prefix { $0 != "/" && $0 != "?" })
        let hasPort = authority.hasSuffix("]") ? false : authority.contains(":")
        return hasPort ? authority : authority + ":443"
    }

    private func exchange(
        _ request: HTTPClientRequest, _ client: HTTPClient, seconds: Int64
    ) async throws -> (status: Int, type: String, body: ByteBuffer) {
        let answer = try await client.execute(request, deadline: .now() + .seconds(seconds))
        let body = try await answer.body.collect(upTo: Self.answerLimit)
        return (Int(answer.status.code), answer.headers.first(name: "content-type") ?? "", body)
    }

    private func client(_ route: Route) throws -> HTTPClient {
        if let known = pool.withLock({ $0.clients[route] }) { return known }
        let made = try makeClient(route)
        let (used, dropped) = pool.withLock { pool -> (HTTPClient, HTTPClient?) in
            if let known = pool.clients[route] { return (known, made) }
            var dropped: HTTPClient?
            if pool.order.count >= Self.poolLimit { dropped = pool.clients.removeValue(forKey: pool.order.removeFirst()) }
            pool.clients[route] = made
            pool.order.append(route)
            return (made, dropped)
        }
        if let dropped { Task { try? await dropped.shutdown() } }
        return used
    }

    private func makeClient(_ route: Route) throws -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if !route.authority.isEmpty { tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(route.authority)) }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(30)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        if let address = route.address { configuration.dnsOverride = [route.name: address] }
        return HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    // MARK: answers

    private static func decode(_ status: Int, _ type: String, _ body: ByteBuffer) throws(WebhookFailure) -> Value {
        let text = String(buffer: body)
        let value = try? Value(json: text)
        guard (200..<207).contains(status) else {
            if let value, value["kind"].string == "Status", let message = value["message"].string { throw WebhookFailure(message) }
            throw WebhookFailure(refusal(status, type.hasPrefix("text/") ? trimmed(text) : "unknown"))
        }
        guard let value, value.isObject else {
            throw WebhookFailure("couldn't get version/kind; json parse error: the body is no JSON object")
        }
        return value
    }

    private static func trimmed(_ text: String) -> String {
        var slice = text[...]
        while let last = slice.last, last.isWhitespace { slice = slice.dropLast() }
        return String(slice.drop { $0.isWhitespace })
    }

    /// What clients say of an answer that is nothing but a status code.
    private static func refusal(_ status: Int, _ text: String) -> String {
        switch status {
        case 400: return "the server rejected our request for an unknown reason"
        case 401: return "the server has asked for the client to provide credentials"
        case 403: return "forbidden: \(text)"
        case 404: return "the server could not find the requested resource"
        case 405: return "the server does not allow this method on the requested resource"
        case 503: return "the server is currently unable to handle the request"
        case 504: return "the server was unable to return a response in the time allotted, but may still be processing the request"
        case 500...: return "an error on the server (\"\(text)\") has prevented the request from succeeding"
        default: return "the server responded with the status code \(status) but did not return more information"
        }
    }
}
