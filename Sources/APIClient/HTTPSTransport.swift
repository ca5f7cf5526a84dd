import AsyncHTTPClient
package import Credentials
package import KubernetesTypes
package import NIOCore
import NIOHTTP1
import NIOSSL
package import Objects
import Synchronization

/// Requests to an API server over HTTPS, HTTP/2 where the server speaks it.
package final class HTTPSTransport: APITransport {
    /// By which credentials requests go out.
    private struct Access: Sendable {
        let client: HTTPClient
        let headers: HTTPHeaders
    }

    private let access: Mutex<Access>
    /// Clients with the credentials before the present ones: their watches go on until the next change.
    private let retired = Mutex<[HTTPClient]>([])
    private let base: String
    private let agent: String
    private let group: any EventLoopGroup

    /// The largest answer that is taken: a page of large objects.
    private static let answerLimit = 512 << 20
    private static let requestTimeout: TimeAmount = .seconds(60)

    /// Throws when the kubeconfig's certificates or key cannot be read. `close` ends its connections.
    package init(_ config: Kubeconfig, agent: String, group: any EventLoopGroup) throws {
        self.agent = agent
        self.group = group
        base = config.server.hasSuffix("/") ? String(config.server.dropLast()) : config.server
        access = Mutex(try Self.access(config, agent, group))
    }

    /// Goes on with other credentials for the same server. Requests that are under way end as they began.
    package func replace(_ config: Kubeconfig) throws {
        let new = try Self.access(config, agent, group)
        let before = access.withLock { access in
            defer { access = new }
            return access.client
        }
        let gone = retired.withLock { retired in
            defer { retired = [before] }
            return retired
        }
        if gone.isEmpty { return }
        Task { for client in gone { try? await client.shutdown() } }
    }

    private static func access(_ config: Kubeconfig, _ agent: String, _ group: any EventLoopGroup) throws -> Access {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if !config.authority.isEmpty {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(config.authority.utf8)))
        }
        if !config.clientCertificate.isEmpty {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(config.clientCertificate.utf8)).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(config.clientKey.utf8), format: .pem))
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        // A server may speak HTTP/1.1 only; each watch then holds a connection.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        var headers = HTTPHeaders([("user-agent", agent), ("accept", "application/json")])
        if !config.token.isEmpty { headers.add(name: "authorization", value: "Bearer " + config.token) }
        return Access(client: HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration), headers: headers)
    }

    package func close() async {
        for client in [access.withLock { $0.client }] + retired.withLock({ $0 }) { try? await client.shutdown() }
    }

    private func outgoing(_ request: APIRequest) -> HTTPClientRequest {
        let query = request.query.map { "\($0.name.queryEscaped)=\($0.value.queryEscaped)" }.joined(separator: "&")
        var outgoing = HTTPClientRequest(url: base + request.path + (query.isEmpty ? "" : "?" + query))
        outgoing.method = HTTPMethod(rawValue: request.verb.rawValue)
        outgoing.headers = access.withLock { $0.headers }
        if !request.body.isNull {
            outgoing.headers.add(name: "content-type", value: request.contentType)
            outgoing.body = .bytes(ByteBuffer(bytes: request.body.json))
        }
        return outgoing
    }

    private static func unreachable(_ error: any Error) -> StatusError { .unavailable("the API server cannot be reached: \(error)") }

    private static func failure(_ code: Int, _ body: ByteBuffer) -> StatusError {
        let text = String(buffer: body)
        if let status = try? Value(json: text), status["kind"].string == "Status" { return StatusError(status: status, code: code) }
        return StatusError(code: code, reason: "", message: text)
    }

    package func send(_ request: APIRequest) async throws(StatusError) -> Value {
        let (code, body) = try await exchange(request)
        if code >= 400 { throw Self.failure(code, body) }
        let text = String(buffer: body)
        return (try? Value(json: text)) ?? .string(text)
    }

    private func exchange(_ request: APIRequest) async throws(StatusError) -> (Int, ByteBuffer) {
        do {
            let answer = try await access.withLock { $0.client }.execute(outgoing(request), deadline: .now() + Self.requestTimeout)
            return (Int(answer.status.code), try await answer.body.collect(upTo: Self.answerLimit))
        } catch {
            throw Self.unreachable(error)
        }
    }

    package func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage {
        var paged = request
        if !request.query.contains(where: { $0.name == "limit" }) { paged.query.append(("limit", "500")) }
        let list = try await send(paged)
        guard list["items"].isArray || list["items"].isNull, list["kind"].string?.hasSuffix("List") == true else {
            throw .badRequest("the path is no list")
        }
        let metadata = list["metadata"]
        return ObjectPage(
            objects: list["items"].array.map { EncodedObject(value: $0) }, resourceVersion: metadata["resourceVersion"].string ?? "",
            continuation: metadata["continue"].string)
    }

    package func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource {
        let answer: HTTPClientResponse
        do {
            // Watches last; a server that says nothing for long is found by TCP, and by its own time limit.
            answer = try await access.withLock { $0.client }.execute(outgoing(request), deadline: .distantFuture)
        } catch {
            throw Self.unreachable(error)
        }
        guard answer.status.code == 200 else {
            let body = (try? await answer.body.collect(upTo: 1 << 20)) ?? ByteBuffer()
            throw Self.failure(Int(answer.status.code), body)
        }
        return HTTPSWatch(answer.body)
    }
}

/// A watch whose events come as lines of JSON.
private final class HTTPSWatch: WatchSource {
    private let stream: WatchLines

    init(_ body: HTTPClientResponse.Body) { stream = WatchLines(body) }

    func next() async throws(StatusError) -> [WatchEvent]? { try await stream.next() }

    // The informer cancels the task that waits in `next`, which ends the request.
    func cancel() {}
}

private actor WatchLines {
    private var parts: HTTPClientResponse.Body.AsyncIterator
    private var decoder = WatchLineDecoder()

    init(_ body: HTTPClientResponse.Body) { parts = body.makeAsyncIterator() }

    func next() async throws(StatusError) -> [WatchEvent]? {
        while true {
            let part: ByteBuffer?
            do {
                // Only one task reads: the iterator is not shared while it is out.
                nonisolated(unsafe) var iterator = parts
                part = try await iterator.next()
                parts = iterator
            } catch {
                throw .unavailable("the watch broke off: \(error)")
            }
            guard let part else { return nil }
            let events = try decoder.feed(part.readableBytesView)
            if !events.isEmpty { return events }
        }
    }
}

/// Cuts the bytes of a watch into events. Pure: fed with bytes.
struct WatchLineDecoder {
    private var rest: [UInt8] = []

    /// The events that the bytes complete. Throws the error that the server sent, or what is wrong with a line.
    mutating func feed(_ bytes: some Sequence<UInt8>) throws(StatusError) -> [WatchEvent] {
        rest.append(contentsOf: bytes)
        var events: [WatchEvent] = []
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[start..<end]
            start = end + 1
            if line.isEmpty { continue }
            events.append(try Self.event(Array(line)))
        }
        rest.removeFirst(start)
        return events
    }

    private static func event(_ line: [UInt8]) throws(StatusError) -> WatchEvent {
        guard let event = try? Value(json: line) else { throw .unavailable("the watch sent a line that is no JSON") }
        let object = event["object"]
        switch event["type"].string {
        case "ADDED": return .added(EncodedObject(value: object))
        case "MODIFIED": return .modified(EncodedObject(value: object))
        case "DELETED": return .deleted(EncodedObject(value: object))
        case "BOOKMARK": return .bookmark(object["metadata"]["resourceVersion"].string ?? "")
        case "ERROR": throw StatusError(status: object, code: 500)
        default: throw .unavailable("the watch sent an event of an unknown type")
        }
    }
}

extension String {
    /// Percent-encoded for a query (RFC 3986: all but unreserved characters).
    package var queryEscaped: String {
        var output: [UInt8] = []
        let hex = Array("0123456789ABCDEF".utf8)
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                output.append(byte)
            default: output += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
