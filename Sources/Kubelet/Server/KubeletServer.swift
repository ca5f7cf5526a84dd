import ContainerRuntime
import HTTPServing
import Logging
import NIOCore
import NIOHTTP1
import Objects

/// The kubelet's own HTTPS server, which the API server asks for logs, commands and ports.
///
/// Whoever reaches this server can run anything in any pod of the node: `KubeletAccess` says who may.
final class KubeletServer: HTTPResponder {
    private let kubelet: Kubelet
    private let runtime: CRIClient
    private let streaming: StreamingClient
    private let access: KubeletAccess
    private let logger: Logger

    init(kubelet: Kubelet, runtime: CRIClient, group: any EventLoopGroup, logger: Logger) {
        self.kubelet = kubelet
        self.runtime = runtime
        self.logger = logger
        access = KubeletAccess(client: kubelet.client, nodeName: kubelet.settings.nodeName)
        streaming = StreamingClient(UpgradeClient(group: group))
    }

    /// The listener.
    static func listener(
        _ kubelet: Kubelet, _ settings: KubeletSettings, runtime: CRIClient, group: any EventLoopGroup, logger: Logger
    ) -> HTTPServer {
        let identity = settings.identity
        return HTTPServer(
            group: group, settings: ServerSettings(tls: { identity.current }),
            responder: KubeletServer(kubelet: kubelet, runtime: runtime, group: group, logger: logger), logger: logger)
    }

    func bodyPolicy(for request: HTTPRequest) -> BodyPolicy {
        request.headers.contains(name: "upgrade") ? .ignore : .collect(limit: 1 << 20)
    }

    func respond(to request: HTTPRequest, body: RequestBody, on exchange: HTTPExchange) {
        let path = request.path.split(separator: "/").map { PercentCoding.decode($0) ?? "" }
        if path == ["healthz"] { return Self.say(exchange, .ok, "ok") }
        let query = QueryParameters(parsing: request.query)
        Task { [self] in
            do {
                switch await access.verdict(request, path: path) {
                case .unknownUser: throw Refusal(status: .unauthorized, message: "Unauthorized")
                case .forbidden(let why): throw Refusal(status: .forbidden, message: why)
                case .allowed: break
                }
                if await answerQuestion(path, query, exchange) { return }
                switch (path.first ?? "", path.count) {
                case ("containerLogs", 4): try await sendLog(path, query, exchange)
                case ("exec", 4), ("attach", 4): try await run(path, query, request, exchange)
                case ("portForward", 3): try await forward(path, request, exchange)
                default: Self.say(exchange, .notFound, "404 page not found")
                }
            } catch let refusal as Refusal {
                Self.say(exchange, refusal.status, refusal.message)
            } catch {
                logger.debug("a request failed", metadata: ["path": "\(request.path)", "reason": "\(error)"])
                Self.say(exchange, .internalServerError, "\(error)")
            }
        }
    }

    /// Answers what the kubelet knows by itself. False when the path asks for something else.
    private func answerQuestion(_ path: [String], _ query: QueryParameters, _ exchange: HTTPExchange) async -> Bool {
        let figures = "text/plain; version=0.0.4; charset=utf-8"
        switch (path.first ?? "", path.dropFirst().first ?? "") {
        case ("healthz", "ping"), ("healthz", "log"), ("healthz", "syncloop"): Self.say(exchange, .ok, "ok")
        case ("pods", ""): Self.say(exchange, .ok, kubelet.podList, type: "application/json")
        case ("runningpods", ""): Self.say(exchange, .ok, kubelet.runningPodList, type: "application/json")
        case ("configz", ""): Self.say(exchange, .ok, kubelet.configuration.jsonString, type: "application/json")
        case ("stats", "summary"):
            Self.say(exchange, .ok, await kubelet.statsSummary(isBrief: query.flag("only_cpu_and_memory")).jsonString, type: "application/json")
        case ("metrics", ""): Self.say(exchange, .ok, await kubelet.metrics(), type: figures)
        case ("metrics", "resource"): Self.say(exchange, .ok, await kubelet.resourceMetrics().resources, type: figures)
        case ("metrics", "cadvisor"): Self.say(exchange, .ok, await kubelet.resourceMetrics().cadvisor, type: figures)
        case ("metrics", "probes"): Self.say(exchange, .ok, kubelet.probeMetrics, type: figures)
        case ("logs", _):
            switch HostLogs.read(Array(path.dropFirst())) {
            case .page(let text): Self.say(exchange, .ok, text, type: "text/html; charset=utf-8")
            case .file(let bytes): exchange.respond(.ok, ["content-type": "text/plain; charset=utf-8"], ByteBuffer(bytes: bytes))
            case .absent: return false
            }
        default: return false
        }
        return true
    }

    private struct Refusal: Error {
        let status: HTTPResponseStatus
        let message: String
    }

    private static func say(_ exchange: HTTPExchange, _ status: HTTPResponseStatus, _ text: String, type: String = "text/plain; charset=utf-8") {
        exchange.respond(status, ["content-type": type], ByteBuffer(string: text))
    }

    // MARK: logs

    private func sendLog(_ path: [String], _ query: QueryParameters, _ exchange: HTTPExchange) async throws {
        let (namespace, pod, container) = (path[1], path[2], path[3])
        let options: LogOptions
        do throws(LogOptions.Invalid) {
            options = try LogOptions(query, now: .now())
        } catch {
            throw Refusal(status: .badRequest, message: error.description)
        }
        guard let target = kubelet.log(namespace, pod, container, previous: options.previous) else {
            let subject = options.previous ? "previous terminated container \"\(container)\"" : "container \"\(container)\""
            let waiting = kubelet.waitingReason(namespace, pod, container)
            let reason = waiting.map { "is waiting to start: \($0)" } ?? "not found"
            throw Refusal(status: .badRequest, message: "\(subject) in pod \"\(pod)\" \(reason)")
        }
        guard var file = LogFile(target.path, tail: options.tailLines) else {
            throw Refusal(status: .notFound, message: "the log of container \"\(container)\" in pod \"\(pod)\" is gone")
        }
        exchange.begin(.ok, ["content-type": "text/plain"])
        var filter = LogFilter(options)
        let isGone = Flag()
        exchange.onClose { isGone.set() }
        var hasEnded = false
        while !filter.isFull, !isGone.isSet {
            let bytes = file.read()
            if bytes.isEmpty {
                if hasEnded || !options.follow { break }
                // One more look after the end: the last lines may have come in between.
                hasEnded = !kubelet.isRunning(namespace, pod, container, target.id)
                if !hasEnded { try await Task.sleep(for: .milliseconds(100)) }
                continue
            }
            let text = filter.feed(bytes)
            if !text.isEmpty { try await exchange.send(ByteBuffer(bytes: text)) }
        }
        exchange.end()
    }

    // MARK: commands

    private func run(_ path: [String], _ query: QueryParameters, _ request: HTTPRequest, _ exchange: HTTPExchange) async throws {
        guard let details = kubelet.container(path[1], path[2], path[3]) else {
            throw Refusal(status: .notFound, message: "container not found (\"\(path[3])\")")
        }
        guard details.state == .running else {
            throw Refusal(status: .badRequest, message: "container \(path[3]) is not running")
        }
        let options = RemoteCommandOptions(
            stdin: query.flag("stdin") || query.flag("input"), stdout: query.flag("stdout") || query.flag("output"),
            stderr: query.flag("stderr") || query.flag("error"), tty: query.flag("tty"))
        let url: String
        if path[0] == "exec" {
            let command = query.all("command")
            if command.isEmpty { throw Refusal(status: .badRequest, message: "you must specify at least one command") }
            url = try await runtime.exec(
                details.id, command, tty: options.tty, stdin: options.stdin, stdout: options.stdout, stderr: options.stderr)
        } else {
            url = try await runtime.attach(
                details.id, tty: options.tty, stdin: options.stdin, stdout: options.stdout, stderr: options.stderr)
        }
        let (target, uri) = try Self.target(url)
        guard let server = try await RemoteCommandServer.accept(request, options: options, on: exchange) else { return }
        do {
            let client = try await streaming.command(uri, options: options, at: target)
            await RemoteCommandStreams.bridge(server: server, client: client)
        } catch {
            await server.finish(.failed(message: "\(error)"))
        }
    }

    private func forward(_ path: [String], _ request: HTTPRequest, _ exchange: HTTPExchange) async throws {
        guard let sandbox = kubelet.sandbox(path[1], path[2]) else {
            throw Refusal(status: .notFound, message: "pod \(path[2]) is not running")
        }
        let (target, uri) = try Self.target(try await runtime.portForward(sandbox))
        guard let session = try await PortForwardServer.accept(request, on: exchange) else { return }
        do {
            let client = try await streaming.portForward(uri, at: target)
            session.onClose { Task { await client.close() } }
            await withDiscardingTaskGroup { group in
                while let pair = await session.next() {
                    group.addTask {
                        do {
                            await PortForwardPair.bridge(server: pair, client: try await client.open(port: pair.port))
                        } catch {
                            await pair.finish(error: "\(error)")
                        }
                    }
                }
            }
            await client.close()
        } catch {
            logger.debug("a port cannot be forwarded", metadata: ["reason": "\(error)"])
        }
        await session.close()
    }

    /// The runtime's streaming server listens on the loopback address, with a one-time token in the path.
    private static func target(_ url: String) throws -> (UpgradeTarget, String) {
        let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count == 3, parts[0] == "http:", let colon = parts[1].lastIndex(of: ":"),
            let port = Int(parts[1][parts[1].index(after: colon)...])
        else { throw Refusal(status: .internalServerError, message: "the runtime's streaming address \(url) makes no sense") }
        let host = parts[1][..<colon].filter { $0 != "[" && $0 != "]" }
        return (UpgradeTarget(.tcp(host: String(host), port: port)), "/" + parts[2])
    }
}
