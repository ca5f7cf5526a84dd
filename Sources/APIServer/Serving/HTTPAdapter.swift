import Authentication
import Credentials
import HTTPServing
import KubernetesTypes
import Logging
import NIOCore
import NIOHTTP1
import Objects
import Schema
import Synchronization

/// Brings the request chain onto HTTP: reads what came, writes what the chain answers.
final class HTTPAdapter: HTTPResponder {
    /// Answers from this size on are compressed for clients that read gzip.
    private static let compressedSize = 128 * 1024
    /// Lists from this number of objects on are sent in parts.
    private static let streamedObjects = 500

    private let chain: RequestChain
    private let encoder: AnswerEncoder
    private let proxy: any StreamProxy
    private let metrics: RequestMetrics
    private let logger: Logger
    private let deadline: RequestDeadline
    private let compresses: Bool
    let pending = PendingRequests()

    init(
        chain: RequestChain, encoder: AnswerEncoder, proxy: any StreamProxy, metrics: RequestMetrics, deadline: RequestDeadline,
        compresses: Bool = true, logger: Logger
    ) {
        self.deadline = deadline
        self.compresses = compresses
        self.chain = chain
        self.encoder = encoder
        self.proxy = proxy
        self.metrics = metrics
        self.logger = logger
    }

    func bodyPolicy(for request: HTTPRequest) -> BodyPolicy {
        request.headers.contains(name: "upgrade") ? .ignore : .collect(limit: BodyDecoder.bodyLimit)
    }

    func respond(to request: HTTPRequest, body: RequestBody, on exchange: HTTPExchange) {
        let headers = RequestHeaders(request.headers.map { ($0.name, $0.value) })
        let form = Representation.negotiate(accept: headers["accept"], allowsTransform: true, allowsCBOR: chain.dispatcher.decoder.acceptsCBOR)
        let notes = RequestNotes(auditID: headers["audit-id"])
        do throws(StatusError) {
            switch try authenticate(request, headers) {
            case .known(let user): serve(Arrival(request: request, body: body, headers: headers, form: form, notes: notes), exchange, user)
            case .open(let find):
                let arrival = Arrival(request: request, body: body, headers: headers, form: form, notes: notes)
                Task { await serve(arrival, exchange, find) }
            }
        } catch {
            metrics.refused(status: error.code)
            refuse(error, form, notes, exchange)
        }
    }

    /// Goes on when others have said who asks.
    private func serve(
        _ arrival: Arrival, _ exchange: HTTPExchange, _ find: @Sendable () async throws(StatusError) -> UserInfo
    ) async {
        do throws(StatusError) {
            serve(arrival, exchange, try await find())
        } catch {
            metrics.refused(status: error.code)
            refuse(error, arrival.form, arrival.notes, exchange)
        }
    }

    private func serve(_ arrival: Arrival, _ exchange: HTTPExchange, _ user: UserInfo) {
        let request = arrival.request, headers = arrival.headers, notes = arrival.notes
        var form = arrival.form
        do throws(StatusError) {
            guard case .complete(let bytes) = arrival.body else {
                throw .tooLarge("Request entity too large: limit is \(BodyDecoder.bodyLimit)")
            }
            let serverRequest = ServerRequest(
                method: request.method.rawValue, path: request.path, rawQuery: request.query, headers: headers,
                body: Array(bytes.readableBytesView), user: user, remoteAddress: request.peer.address)
            if case .table = form?.transform, !serverRequest.info.hasTable {
                let cbor = chain.dispatcher.decoder.acceptsCBOR
                form = Representation.negotiate(accept: headers["accept"], allowsTransform: true, allowsCBOR: cbor, allowsTable: false)
                if form == nil { throw .notAcceptable(Representation.supported(cbor: cbor)) }
            }
            let talk = Conversation(
                request: serverRequest, original: request, form: form, notes: notes, exchange: exchange,
                course: RequestCourse(serverRequest, notes, chain, metrics))
            do throws(StatusError) {
                let limit = try deadline.limit(serverRequest)
                switch try chain.handle(serverRequest, warnings: notes) {
                case .ready(let answer): write(answer, talk)
                case .later(let work): finish(work, talk, within: limit)
                }
            } catch {
                fail(error, talk)
            }
        } catch {
            metrics.refused(status: error.code)
            refuse(error, form, notes, exchange)
        }
    }

    /// Does work that takes time. What is not done at its deadline is answered so, and its result goes nowhere.
    private func finish(
        _ work: @escaping @Sendable () async throws(StatusError) -> Answer, _ talk: Conversation, within limit: Duration
    ) {
        talk.exchange.onClose { talk.notes.clientIsGone() }
        let id = pending.begin(within: limit) { [self] in fail(RequestDeadline.refusal, talk) }
        Task { [self] in
            do throws(StatusError) {
                let answer = try await work()
                if pending.end(id) { write(answer, talk) } else { Self.drop(answer) }
            } catch {
                if pending.end(id) { fail(error, talk) }
            }
        }
    }

    /// Nobody reads an answer that came too late.
    private static func drop(_ answer: Answer) {
        if case .watch(let watch) = answer { watch.watcher.close() }
    }

    private func authenticate(_ request: HTTPRequest, _ headers: RequestHeaders) throws(StatusError) -> AuthenticationProgress {
        let protocols = headers.all("sec-websocket-protocol").flatMap { $0.split(separator: ",") }
        let prefix = "base64url.bearer.authorization.k8s.io."
        let token = protocols.map { String($0).trimmingSpaces }.first { $0.hasPrefix(prefix) }
            .flatMap { Base64.decode(String($0.dropFirst(prefix.count))) }.map { String(decoding: $0, as: UTF8.self) }
        let attempt = AuthenticationAttempt(
            certificate: request.peer.certificate, headers: headers, authorization: headers["authorization"], webSocketToken: token)
        return try chain.authenticator.authenticate(attempt, path: request.path)
    }

    private func fail(_ error: StatusError, _ talk: Conversation) {
        talk.course.end(error)
        refuse(error, talk.form, talk.notes, talk.exchange)
    }

    private func refuse(_ error: StatusError, _ form: Representation?, _ notes: RequestNotes, _ exchange: HTTPExchange) {
        var plain = form ?? Representation()
        plain.transform = .none
        let encoded = encoder.encode(error.status, status: error.code, plain)
        var headers = baseHeaders(notes)
        if let seconds = error.retryAfterSeconds, error.code == 429 || error.code == 503 {
            headers.add(name: "retry-after", value: String(seconds))
        }
        send(encoded, headers, exchange)
    }

    private func baseHeaders(_ notes: RequestNotes) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.add(name: "audit-id", value: notes.auditID)
        headers.add(name: "cache-control", value: "no-cache, private")
        if let flow = notes.flow {
            headers.add(name: "x-kubernetes-pf-flowschema-uid", value: flow.schema)
            headers.add(name: "x-kubernetes-pf-prioritylevel-uid", value: flow.level)
        }
        for text in notes.warnings {
            let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            headers.add(name: "warning", value: "299 - \"\(quoted)\"")
        }
        return headers
    }

    /// What cannot be turned into the form that the client asked for.
    private static func refusal(_ answer: Answer, _ form: Representation, _ includeObject: String?) -> StatusError? {
        if case .table = form.transform, let wanted = includeObject, !["", "None", "Metadata", "Object"].contains(wanted) {
            return .badRequest(
                "Unable to convert to Table as requested: includeObject: Invalid value: \"\(wanted)\": must be 'Metadata', 'Object', 'None', or empty")
        }
        guard case .partialMetadata = form.transform else { return nil }
        switch (answer, form.wantsList) {
        case (.object(_, _, let kind), true):
            return StatusError(
                code: 406, reason: "NotAcceptable",
                message: "you requested PartialObjectMetadataList, but the requested object is not a list (\(kind.goName))")
        case (.list(let list), false):
            return StatusError(
                code: 406, reason: "NotAcceptable",
                message: "you requested PartialObjectMetadata, but the requested object is a list (\(list.kind.goName)List)")
        default: return nil
        }
    }

    private func send(
        _ encoded: AnswerEncoder.Encoded, _ headers: HTTPHeaders, _ exchange: HTTPExchange, answers request: ServerRequest? = nil
    ) {
        var headers = headers
        if !encoded.contentType.isEmpty { headers.add(name: "content-type", value: encoded.contentType) }
        var body = encoded.body
        if encoded.status == 200, let request, isCompressed(body.readableBytes, for: request), let compressed = Gzip.compress(body) {
            body = compressed
            Self.announceGzip(&headers)
        }
        exchange.respond(HTTPResponseStatus(statusCode: encoded.status), headers, body)
    }

    private func isCompressed(_ size: Int, for request: ServerRequest) -> Bool {
        compresses && size >= Self.compressedSize && Self.readsGzip(request)
    }

    private static func announceGzip(_ headers: inout HTTPHeaders) {
        headers.add(name: "content-encoding", value: "gzip")
        if !headers.contains(name: "vary") { headers.add(name: "vary", value: "Accept-Encoding") }
    }

    private static func readsGzip(_ request: ServerRequest) -> Bool {
        guard request.method == "GET", let accepted = request.headers["accept-encoding"] else { return false }
        return accepted.split(separator: ",").contains { alternative in
            let parts = alternative.split(separator: ";")
            guard parts.first.map({ String($0).trimmingSpaces }) == "gzip" else { return false }
            return !parts.dropFirst().contains { ["q=0", "q=0.0"].contains(String($0).trimmingSpaces) }
        }
    }

    private func write(_ answer: Answer, _ talk: Conversation) {
        var headers = baseHeaders(talk.notes)
        switch answer {
        case .bytes(let status, let contentType, let body, let more):
            talk.course.end(status: status, bytes: body.readableBytes)
            for (name, value) in more { headers.replaceOrAdd(name: name, value: value) }
            let encoded = AnswerEncoder.Encoded(status: status, contentType: contentType, body: body)
            send(encoded, headers, talk.exchange, answers: talk.request)
        case .stream(let plan):
            talk.course.becomesStream()
            Task { [proxy] in
                await proxy.run(plan, talk.request, talk.original, talk.exchange)
                talk.course.endStream()
            }
        default:
            guard var form = talk.form else {
                fail(.notAcceptable(Representation.supported(cbor: chain.dispatcher.decoder.acceptsCBOR)), talk)
                return
            }
            if let pretty = talk.request.query["pretty"] { form.isPretty = pretty != "0" && pretty != "false" }
            writeObjects(answer, form, &headers, talk)
        }
    }

    /// Sends a long list as fast as the client takes it.
    private func stream(_ whole: ObjectList, _ headers: HTTPHeaders, _ talk: Conversation) {
        let list = ListParts(whole)
        var headers = headers
        headers.add(name: "content-type", value: Representation.Encoding.json.rawValue)
        let isCompressed = isCompressed(list.size, for: talk.request)
        if isCompressed {
            Self.announceGzip(&headers)
        } else {
            headers.add(name: "content-length", value: String(list.size))
        }
        talk.exchange.begin(.ok, headers)
        Task {
            var list = list
            let gzip = isCompressed ? GzipStream() : nil
            do {
                if isCompressed, gzip == nil { throw StatusError.internalError("zlib refuses") }
                while let part = list.next() {
                    guard let gzip else {
                        try await talk.exchange.send(part)
                        continue
                    }
                    guard let compressed = gzip.compress(part, isLast: list.isDone) else { throw StatusError.internalError("zlib fails") }
                    try await talk.exchange.send(compressed)
                }
                talk.exchange.end()
            } catch {
                talk.exchange.abort()
            }
            talk.course.end(status: 200, bytes: list.size, .list(whole))
        }
    }

    /// What goes out in the form that the client wants.
    private func writeObjects(_ answer: Answer, _ form: Representation, _ headers: inout HTTPHeaders, _ talk: Conversation) {
        let includeObject = talk.request.query["includeObject"]
        if let refusal = Self.refusal(answer, form, includeObject) { return fail(refusal, talk) }
        switch answer {
        case .failedWatch(let error):
            var plain = form
            plain.transform = .none
            headers.add(name: "content-type", value: WatchFrames.contentType(form))
            talk.course.end(error)
            talk.exchange.respond(.ok, headers, encoder.frame(.error, error.status, plain))
        case .watch(let watch):
            talk.course.becomesStream()
            let frames = WatchFrames(watch, form: form, includeObject: includeObject, encoder: encoder)
            let events = metrics.watchEvents(watch.kind)
            if let handshake = WebSocketHandshake(talk.original) {
                Task {
                    await WebSocketWatch(frames: frames, events: events).run(handshake, talk.exchange)
                    talk.course.endStream()
                }
            } else {
                WatchStream(frames, exchange: talk.exchange, events: events) { talk.course.endStream() }.start(headers)
            }
        case .list(let list) where list.objects.count >= Self.streamedObjects && form.isPlainJSON:
            stream(list, headers, talk)
        default:
            let encoded = encoder.encode(answer, form, includeObject: includeObject)
            talk.course.end(status: encoded.status, bytes: encoded.body.readableBytes, answer)
            send(encoded, headers, talk.exchange, answers: talk.request)
        }
    }
}

/// A request that came in, before it is known who asks.
private struct Arrival: Sendable {
    let request: HTTPRequest
    let body: RequestBody
    let headers: RequestHeaders
    let form: Representation?
    let notes: RequestNotes
}

/// One request and all that its answer needs.
private struct Conversation: Sendable {
    let request: ServerRequest
    let original: HTTPRequest
    /// Nil when the client reads nothing that this server writes.
    let form: Representation?
    let notes: RequestNotes
    let exchange: HTTPExchange
    let course: RequestCourse
}

/// Carries a request to another server and its answer back.
protocol StreamProxy: Sendable {
    func run(_ plan: ProxyPlan, _ request: ServerRequest, _ original: HTTPRequest, _ exchange: HTTPExchange) async
    /// Gives up its connections.
    func close() async
}

extension String {
    var trimmingSpaces: String {
        var slice = self[...]
        while slice.first == " " { slice = slice.dropFirst() }
        while slice.last == " " { slice = slice.dropLast() }
        return String(slice)
    }
}
