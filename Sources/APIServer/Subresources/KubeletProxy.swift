import Aggregation
import AsyncHTTPClient
import Credentials
import HTTPServing
import KubernetesTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Objects
import Synchronization

/// Carries streaming requests to kubelets, pods and services, and their answers back.
///
/// Plain requests stream through an HTTP client; upgrades (exec, attach, port-forward) become a tunnel of bytes.
final class KubeletProxy: StreamProxy {
    private let kubelets: KubeletConnections
    private let anyTLS: NIOSSLContext
    private let remotes: RemoteServers
    private let group: any EventLoopGroup
    private let logger: Logger

    init(
        _ kubelets: KubeletConnections, remotes: RemoteServers, group: any EventLoopGroup, logger: Logger
    ) throws {
        self.remotes = remotes
        self.group = group
        self.logger = logger
        var open = TLSConfiguration.makeClientConfiguration()
        // Pods and services behind the proxy show certificates of their own making.
        open.certificateVerification = .none
        anyTLS = try NIOSSLContext(configuration: open)
        self.kubelets = kubelets
    }

    func run(_ plan: ProxyPlan, _ request: ServerRequest, _ original: HTTPRequest, _ exchange: HTTPExchange) async {
        if plan.url.isEmpty {
            var headers = HTTPHeaders()
            headers.add(name: "content-type", value: "text/plain")
            exchange.respond(.ok, headers, ByteBuffer())
            return
        }
        do {
            if plan.isKubelet, request.info.subresource == "log", let handshake = WebSocketHandshake(original) {
                try await LogSocket(client: kubelets.client).run(plan, request, handshake, exchange)
            } else if original.headers.contains(name: "upgrade") {
                // What upgrades needs no slash at the end.
                try await tunnel(plan, original, exchange)
            } else if !plan.redirect.isEmpty {
                exchange.respond(.movedPermanently, ["location": plan.redirect], ByteBuffer())
            } else {
                try await forward(plan, request, original, exchange)
            }
        } catch {
            if plan.remote != nil {
                exchange.respond(
                    .serviceUnavailable, ["content-type": "text/plain; charset=utf-8"],
                    ByteBuffer(string: "error trying to reach service: \(error)\n"))
                return
            }
            let status = plan.isKubelet
                ? StatusError.internalError("error dialing backend: \(error)")
                : StatusError(code: 503, reason: "ServiceUnavailable", message: "error trying to reach service: \(error)")
            exchange.respond(
                HTTPResponseStatus(statusCode: status.code), ["content-type": "application/json"], ByteBuffer(bytes: status.status.json))
        }
    }

    func close() async {
        await kubelets.close()
    }

    private static let hopHeaders: Set<String> = [
        "connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-connection", "authorization", "host",
        "content-length",
    ]

    private func forward(
        _ plan: ProxyPlan, _ request: ServerRequest, _ original: HTTPRequest, _ exchange: HTTPExchange
    ) async throws {
        var outgoing = HTTPClientRequest(url: plan.url)
        outgoing.method = original.method
        for (name, value) in original.headers where !Self.hopHeaders.contains(name.lowercased()) && Self.mayPass(name, plan) {
            outgoing.headers.add(name: name, value: value)
        }
        for (name, value) in plan.remote?.headers ?? [] { outgoing.headers.add(name: name, value: value) }
        if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
        if !plan.prefix.isEmpty {
            outgoing.headers.replaceOrAdd(name: "X-Forwarded-Uri", value: request.path)
            outgoing.headers.replaceOrAdd(name: "X-Forwarded-Host", value: original.headers.first(name: "host") ?? "")
            outgoing.headers.replaceOrAdd(name: "X-Forwarded-Proto", value: "https")
        }
        if !plan.isKubelet, plan.remote == nil {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            outgoing.tlsConfiguration = configuration
        }
        let used = try plan.remote.map { try remotes.client($0.server) } ?? kubelets.client
        let answer = try await used.execute(outgoing, deadline: .distantFuture)
        if plan.isKubelet, !plan.isTransparent, answer.status.code >= 400 {
            let text = String(buffer: try await answer.body.collect(upTo: 64 * 1024))
            Self.refuse(Int(answer.status.code), text, request, exchange)
            return
        }
        var headers = HTTPHeaders()
        for (name, value) in answer.headers where !Self.hopHeaders.contains(name.lowercased()) { headers.add(name: name, value: value) }
        if !headers.contains(name: "content-type"), plan.remote == nil, !plan.isTransparent {
            headers.add(name: "content-type", value: "text/plain")
        }
        if !plan.prefix.isEmpty {
            let rewriter = Self.rewriter(plan, original)
            if let location = headers.first(name: "location") { headers.replaceOrAdd(name: "location", value: rewriter.link(location)) }
            if Self.isPage(answer), original.method != .HEAD {
                let page = try await answer.body.collect(upTo: Self.pageLimit)
                exchange.respond(answer.status, headers, ByteBuffer(bytes: rewriter.html(Array(page.readableBytesView))))
                return
            }
        }
        exchange.begin(HTTPResponseStatus(statusCode: Int(answer.status.code)), headers)
        let copy = Task {
            for try await part in answer.body { try await exchange.send(part) }
        }
        exchange.onClose { copy.cancel() }
        do {
            try await copy.value
            exchange.end()
        } catch {
            exchange.abort()
        }
    }

    /// Nobody but this server says to an aggregated server who asks.
    private static func mayPass(_ name: String, _ plan: ProxyPlan) -> Bool {
        guard plan.remote != nil else { return true }
        let name = name.lowercased()
        return !FrontProxyHeaders.isReserved(name) && !name.hasPrefix("impersonate-") && name != "x-forwarded-for"
    }

    /// Pages larger than this are not worth their links: they fail rather than fill the memory.
    private static let pageLimit = 32 << 20

    private static func isPage(_ answer: HTTPClientResponse) -> Bool {
        let type = answer.headers.first(name: "content-type") ?? ""
        let encoding = answer.headers.first(name: "content-encoding") ?? "identity"
        return type.split(separator: ";").first.map { String($0).trimmingSpaces.lowercased() } == "text/html" && encoding == "identity"
    }

    private static func rewriter(_ plan: ProxyPlan, _ original: HTTPRequest) -> ProxyRewriter {
        let target = plan.url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first.map(String.init) ?? ""
        return ProxyRewriter(prefix: plan.prefix, hosts: [target, original.headers.first(name: "host") ?? ""])
    }

    /// What a kubelet says in plain text, as the `Status` that clients understand.
    static func refuse(_ code: Int, _ text: String, _ request: ServerRequest, _ exchange: HTTPExchange) {
        let reasons = [400: "BadRequest", 403: "Forbidden", 404: "NotFound", 500: "InternalError", 503: "ServiceUnavailable"]
        let error = StatusError(
            code: code, reason: reasons[code] ?? "Unknown", message: text,
            details: ["name": .string(request.info.name), "kind": .string(request.info.resource)])
        exchange.respond(HTTPResponseStatus(statusCode: code), ["content-type": "application/json"], ByteBuffer(bytes: error.status.json))
    }

    /// Sends the upgrade to the target and, when it agrees, copies bytes both ways.
    private func tunnel(_ plan: ProxyPlan, _ original: HTTPRequest, _ exchange: HTTPExchange) async throws {
        guard let target = ProxyTarget(plan.url) else { throw ExchangeError("bad target \(plan.url)") }
        let remoteTLS = try plan.remote.map { try NIOSSLContext(configuration: remotes.tls($0.server)) }
        let context = remoteTLS ?? (plan.isKubelet ? kubelets.tls : anyTLS)
        let host = plan.remote?.server.address ?? target.host
        let channel = try await ClientBootstrap(group: group)
            .connectTimeout(.seconds(10))
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: host, port: target.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if target.isSecure {
                        let isAddress = target.host.allSatisfy { $0.isHexDigit || $0 == "." || $0 == ":" }
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : target.host))
                    }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true, inboundType: ByteBuffer.self, outboundType: ByteBuffer.self))
                }
            }
        var head = "\(original.method.rawValue) \(target.path) HTTP/1.1\r\nHost: \(target.host):\(target.port)\r\n"
        for (name, value) in original.headers where !["host", "authorization", "content-length"].contains(name.lowercased()) {
            let clean = name.lowercased() == "sec-websocket-protocol" ? Self.withoutToken(value) : value
            if !clean.isEmpty, Self.mayPass(name, plan) { head += "\(name): \(clean)\r\n" }
        }
        for (name, value) in plan.remote?.headers ?? [] {
            head += "\(name): \(String(value.filter { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }))\r\n"
        }
        head += "\r\n"
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: head))
            var iterator = inbound.makeAsyncIterator()
            var received = ByteBuffer()
            while true {
                if let answer = UpgradeAnswer(received) {
                    try await self.splice(answer, &iterator, outbound, exchange)
                    return
                }
                if received.readableBytes > 64 * 1024 { throw ExchangeError("the answer's head is too large") }
                guard var more = try await iterator.next() else { throw ExchangeError("the target closed the connection") }
                received.writeBuffer(&more)
            }
        }
    }

    /// The bearer token that browsers hide among the subprotocols stays with us.
    private static func withoutToken(_ value: String) -> String {
        value.split(separator: ",").map { String($0).trimmingSpaces }
            .filter { !$0.hasPrefix("base64url.bearer.authorization.k8s.io.") }.joined(separator: ", ")
    }

    private func splice(
        _ answer: UpgradeAnswer, _ inbound: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, _ exchange: HTTPExchange
    ) async throws {
        guard answer.status == 101 else {
            var body = answer.rest
            while body.readableBytes < answer.bodyLength ?? 4096, var more = try await inbound.next() { body.writeBuffer(&more) }
            var headers = HTTPHeaders()
            headers.add(name: "content-type", value: answer.headers.first(name: "content-type") ?? "text/plain")
            exchange.respond(HTTPResponseStatus(statusCode: answer.status), headers, body)
            return
        }
        let client = try await exchange.upgrade(answer.headers)
        let first = answer.rest
        // The iterator is moved into the task that reads the target; nobody else uses it.
        nonisolated(unsafe) var source = inbound
        try await client.executeThenClose { fromClient, toClient in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        for try await part in fromClient { try await outbound.write(part) }
                    } catch {}
                    outbound.finish()
                }
                group.addTask {
                    do {
                        if first.readableBytes > 0 { try await toClient.write(first) }
                        while let part = try await source.next() { try await toClient.write(part) }
                    } catch {}
                    toClient.finish()
                }
                await group.next()
                // Either side closing for good ends the other after a moment for what is under way.
                group.addTask { try? await Task.sleep(for: .seconds(5)) }
                await group.next()
                group.cancelAll()
            }
        }
    }
}

/// Where a tunnel goes.
private struct ProxyTarget {
    let isSecure: Bool
    let host: String
    let port: Int
    let path: String

    init?(_ url: String) {
        var rest = url[...]
        if rest.hasPrefix("https://") {
            isSecure = true
            rest = rest.dropFirst(8)
        } else if rest.hasPrefix("http://") {
            isSecure = false
            rest = rest.dropFirst(7)
        } else {
            return nil
        }
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<end]
        path = end == rest.endIndex ? "/" : String(rest[end...])
        guard let colon = authority.lastIndex(of: ":"), let number = Int(authority[authority.index(after: colon)...]) else { return nil }
        port = number
        host = String(authority[..<colon].filter { $0 != "[" && $0 != "]" })
    }
}

/// The head of the target's answer to an upgrade.
private struct UpgradeAnswer {
    let status: Int
    let headers: HTTPHeaders
    let rest: ByteBuffer

    var bodyLength: Int? { headers.first(name: "content-length").flatMap { Int($0) } }

    /// Nil while the head is not complete.
    init?(_ received: ByteBuffer) {
        let view = received.readableBytesView
        let end: [UInt8] = [13, 10, 13, 10]
        var position = view.startIndex
        var found: Int?
        while position + 4 <= view.endIndex {
            if view[position..<position + 4].elementsEqual(end) {
                found = position
                break
            }
            position += 1
        }
        guard let found else { return nil }
        let lines = String(decoding: view[view.startIndex..<found], as: UTF8.self).split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        status = words.count > 1 ? Int(words[1]) ?? 502 : 502
        var headers = HTTPHeaders()
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers.add(name: String(parts[0]), value: String(parts[1]).trimmingSpaces) }
        }
        self.headers = headers
        var buffer = received
        buffer.moveReaderIndex(forwardBy: found + 4 - view.startIndex)
        rest = buffer
    }
}
