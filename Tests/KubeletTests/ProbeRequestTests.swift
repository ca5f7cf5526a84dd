import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import Kubelet

/// What probes send, and what they take for an answer.
@Suite struct ProbeRequestTests {
    private typealias Answer = ProbeRequest.Answer

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200), ("HTTP/1.0 204 No Content\n\n", 204), ("HTTP/1.1 503\n\nsorry", 503),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\n\n", 404), ("HTTP/1.1 200 OK\nContent-Type: text/plain\n\nhello", 200),
    ]) func simpleAnswersCount(_ text: String, _ status: Int) throws {
        #expect(try Answer.parse(Array(text.utf8))?.status == status)
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n", "HTTP/1.1 100 Continue\r\n\r\n"]) func halfAHeadIsNone(_ text: String) throws {
        #expect(try Answer.parse(Array(text.utf8)) == nil)
    }

    @Test(arguments: ["hello\n\n", "HTTP/1.1\n\n", "HTTP/1.1 20 OK\n\n", "\n"]) func whatIsNoAnswerIsSaid(_ text: String) {
        #expect(throws: ProbeRequest.Failure.self) { try Answer.parse(Array(text.utf8)) }
    }

    @Test func aRedirectSaysWhereTo() throws {
        #expect(try Answer.parse(Array("HTTP/1.1 302 Found\nlocation: /there\n\n".utf8)) == Answer(status: 302, location: "/there"))
    }

    private func request(_ headers: [(name: String, value: String)] = [], port: Int = 80) -> ProbeRequest {
        ProbeRequest(isSecure: false, host: "127.0.0.1", port: port, path: "/a?b", agent: "test/1", headers: headers)
    }

    @Test func statedHeadersStandBeforeItsOwn() {
        #expect(request().text == "GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:80\r\nUser-Agent: test/1\r\nAccept: */*\r\nConnection: close\r\n\r\n")
        let text = request([("host", "example.com"), ("X-A", "1"), ("X-A", "2"), ("Bad", "a\r\nEvil: 1"), ("accept", "text/plain")]).text
        #expect(text == "GET /a?b HTTP/1.1\r\nUser-Agent: test/1\r\nhost: example.com\r\nX-A: 1\r\nX-A: 2\r\naccept: text/plain\r\nConnection: close\r\n\r\n")
    }

    /// A server that says `text` to everybody; nothing when it is nil.
    private func server(_ text: String?) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).childChannelInitializer { channel in
            channel.pipeline.addHandler(Greeter(text))
        }.bind(host: "127.0.0.1", port: 0).get()
    }

    @Test func aServerOfFewWordsAnswers() async throws {
        let channel = try await server("HTTP/1.0 200 OK\n\nhi")
        #expect(try await request(port: try #require(channel.localAddress?.port)).send(timeout: 60).status == 200)
        try await channel.close()
    }

    /// A port that belongs to this test and at which nobody listens: a port that was just given back may be another test's server by now.
    private func withDeafPort<Result>(_ body: (Int) async throws -> Result) async throws -> Result {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0 }
        }
        try #require(isBound)
        return try await body(Int(UInt16(bigEndian: address.sin_port)))
    }

    @Test func absenceIsTold() async throws {
        try await withDeafPort { port in
            await #expect(throws: ProbeRequest.Failure(description: "dial tcp 127.0.0.1:\(port): connect: connection refused")) {
                try await request(port: port).send(timeout: 60)
            }
        }
    }

    @Test func silenceAndHangingUpAreTold() async throws {
        let silent = try await server(nil)
        let port = try #require(silent.localAddress?.port)
        await #expect(throws: ProbeRequest.Failure(description: "context deadline exceeded (Client.Timeout exceeded while awaiting headers)")) {
            try await request(port: port).send(timeout: 1)
        }
        try await silent.close()
        let rude = try await server("HTTP/1.1 200 OK\n")
        await #expect(throws: ProbeRequest.Failure(description: "unexpected EOF")) {
            try await request(port: try #require(rude.localAddress?.port)).send(timeout: 60)
        }
        try await rude.close()
    }
}

/// Says its text to whoever comes, and hangs up; without a text it stays silent.
private final class Greeter: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let text: String?

    init(_ text: String?) { self.text = text }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let text else { return }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in channel.close(promise: nil) }
    }
}
