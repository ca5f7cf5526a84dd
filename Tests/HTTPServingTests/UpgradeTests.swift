import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPServing

@Suite(.timeLimit(.minutes(1)))
struct UpgradeTests {
    private let responder = ClosureResponder(policy: { $0.headers.contains(name: "upgrade") ? .ignore : .collect(limit: 100) }) {
        request, _, exchange in
        if request.path == "/refuse" {
            exchange.respond(.forbidden, [:], ByteBuffer(string: "no"))
            return
        }
        guard request.path == "/echo" else {
            exchange.respond(.ok, [:], ByteBuffer(string: "plain\n"))
            return
        }
        Task {
            let connection = try await exchange.upgrade(protocol: "echo")
            await Tunnel.copy(connection, to: connection)
        }
    }

    @Test func upgradesALaterRequestAndKeepsBytesThatCameWithIt() async throws {
        try await withServer(responder) { _, port in
            let client = try await connect(port)
            try await client.send("GET /x HTTP/1.1\r\nhost: a\r\n\r\n")
            _ = try await client.read(until: "plain\n")
            try await client.send("GET /echo HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: echo\r\n\r\nearly")
            let answer = try await client.read(until: "early")
            #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n") && answer.hasSuffix("early"))
            try await client.send("late")
            await client.closeOutput()
            #expect(try await client.readAll() == "late")
        }
    }

    @Test func aRefusedUpgradeAnswersAndCloses() async throws {
        try await withServer(responder) { _, port in
            let client = try await connect(port)
            try await client.send("POST /refuse HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: SPDY/3.1\r\ncontent-length: 0\r\n\r\n")
            let answer = try await client.readAll()
            #expect(answer.hasPrefix("HTTP/1.1 403") && answer.contains("connection: close") && answer.hasSuffix("no"))
        }
    }

    @Test func tunnelsPassHalfCloses() async throws {
        let (left, leftFar) = try await connectedPair()
        let (right, rightFar) = try await connectedPair()
        async let tunnel: Void = Tunnel.run(leftFar, rightFar)
        try await left.send("question")
        await left.closeOutput()
        #expect(try await right.readAll() == "question")
        try await right.send("answer")
        await right.closeOutput()
        #expect(try await left.readAll() == "answer")
        await tunnel
    }
}
