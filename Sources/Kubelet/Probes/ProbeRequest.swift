import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import Objects

/// An HTTP request whose answer's head is all that counts, as probes and hooks send it.
///
/// A client of its own, since answers of the simplest servers count too: shell scripts and `nc` end lines with a line feed
/// alone, which a strict parser refuses. One connection each, as upstream's probes: none is kept.
struct ProbeRequest: Sendable {
    struct Answer: Sendable, Equatable {
        let status: Int
        let location: String?
    }

    struct Failure: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    var isSecure: Bool
    var host: String
    var port: Int
    /// With the query.
    var path: String
    var agent: String
    /// As the probe states them; these stand before its own.
    var headers: [(name: String, value: String)]

    var origin: String { "\(isSecure ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// The bytes to send.
    var text: String {
        var lines = ["GET \(path) HTTP/1.1"]
        func isStated(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name.lowercased() } }
        if !isStated("Host") { lines.append("Host: " + origin.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)[2]) }
        if !isStated("User-Agent") { lines.append("User-Agent: \(agent)") }
        if !isStated("Accept") { lines.append("Accept: */*") }
        // What would end the line early is no part of a header.
        func isClean(_ text: String) -> Bool { !text.utf8.contains { $0 == 10 || $0 == 13 || $0 == 0 } }
        lines += headers.filter { !$0.name.isEmpty && isClean($0.name) && isClean($0.value) }.map { "\($0.name): \($0.value)" }
        return (lines + ["Connection: close", "", ""]).joined(separator: "\r\n")
    }

    /// Sends it, and reads the head of the answer. Throws when there is none in time.
    func send(timeout: Int64) async throws(Failure) -> Answer {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: Answer.self)
        let limit = Int64(clamping: max(timeout, 1))
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(.seconds(limit)).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                if isSecure {
                    // A probe asks whether a server answers, not who it is.
                    var tls = TLSConfiguration.makeClientConfiguration()
                    tls.certificateVerification = .none
                    let name = NetworkAddress(host) == nil ? host : nil
                    try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: NIOSSLContext(configuration: tls), serverHostname: name))
                }
                try channel.pipeline.syncOperations.addHandler(AnswerReader(promise: promise, request: text))
            }
        }
        let deadline = loop.scheduleTask(in: .seconds(limit)) {
            promise.fail(Failure(description: "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"))
        }
        let connection = bootstrap.connect(host: host, port: port)
        connection.whenFailure { promise.fail(Failure(description: Self.dialProblem($0, host, port))) }
        defer {
            deadline.cancel()
            connection.whenSuccess { $0.close(promise: nil) }
        }
        do {
            return try await promise.futureResult.get()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    /// Why there is no connection, in the words that users of probes know.
    static func dialProblem(_ error: any Error, _ host: String, _ port: Int) -> String {
        let place = "dial tcp \(host.contains(":") ? "[\(host)]" : host):\(port)"
        let codes = ((error as? NIOConnectionError)?.connectionErrors.map(\.error) ?? [error]).compactMap { ($0 as? IOError)?.errnoCode }
        switch codes.first {
        case ECONNREFUSED?: return place + ": connect: connection refused"
        case EHOSTUNREACH?: return place + ": connect: no route to host"
        case ENETUNREACH?: return place + ": connect: network is unreachable"
        default: return "\(place): \(error)"
        }
    }
}

extension ProbeRequest.Answer {
    /// The head of an answer. Nil while it is not whole. Throws when this is no answer of HTTP.
    static func parse(_ bytes: [UInt8]) throws(ProbeRequest.Failure) -> Self? {
        var lines: [String] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            var line = rest[..<end]
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            rest = rest[rest.index(after: end)...]
            if !line.isEmpty {
                lines.append(String(decoding: line, as: UTF8.self))
                continue
            }
            let answer = try head(lines)
            // What comes before the answer proper (100 Continue) is none.
            if !(100..<200).contains(answer.status) || answer.status == 101 { return answer }
            lines = []
        }
        return nil
    }

    private static func head(_ lines: [String]) throws(ProbeRequest.Failure) -> Self {
        let words = (lines.first ?? "").split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), words[1].utf8.count == 3, let status = Int(words[1]), status >= 100 else {
            throw ProbeRequest.Failure(description: "net/http: HTTP/1.x transport connection broken: malformed HTTP response \"\(lines.first ?? "")\"")
        }
        var location: String?
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, location == nil, parts[0].lowercased() == "location" else { continue }
            location = String(parts[1].drop { $0 == " " || $0 == "\t" })
        }
        return Self(status: status, location: location)
    }
}

/// Sends the request when the connection stands, and gives the head of the answer.
private final class AnswerReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let promise: EventLoopPromise<ProbeRequest.Answer>
    private let request: String
    private var bytes: [UInt8] = []
    private static let longestHead = 64 << 10

    init(promise: EventLoopPromise<ProbeRequest.Answer>, request: String) {
        self.promise = promise
        self.request = request
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += Array(unwrapInboundIn(data).readableBytesView)
        do throws(ProbeRequest.Failure) {
            if let answer = try ProbeRequest.Answer.parse(bytes) {
                promise.succeed(answer)
            } else if bytes.count > Self.longestHead {
                throw ProbeRequest.Failure(description: "net/http: server response headers exceeded \(Self.longestHead) bytes; aborted")
            }
        } catch {
            promise.fail(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ProbeRequest.Failure(description: bytes.isEmpty ? "EOF" : "unexpected EOF"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Go's words: what `kubectl describe` of a pod has always said.
        let isReset = (error as? IOError)?.errnoCode == ECONNRESET
        promise.fail(ProbeRequest.Failure(description: isReset ? "read: connection reset by peer" : "\(error)"))
        context.close(promise: nil)
    }
}
