import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import HTTPServing

@Suite(.timeLimit(.minutes(1)))
struct WebSocketTests {
    private func socketPair(limit: Int = 1 << 20) async throws -> (client: WebSocketConnection, server: WebSocketConnection) {
        let (near, far) = try await connectedPair()
        return (WebSocketConnection(upgraded: near, role: .client, messageLimit: limit), WebSocketConnection(upgraded: far, messageLimit: limit))
    }

    @Test func provesItUnderstoodAsTheStandardShows() {
        #expect(WebSocketHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test func echoesMessagesOfAllSizes() async throws {
        let (client, server) = try await socketPair()
        let echo = Task {
            while let message = try await server.receive() { try await server.send(message) }
        }
        for size in [0, 1, 125, 126, 65_535, 65_536, 300_000] {
            let message = WebSocketMessage.binary(ByteBuffer(repeating: 7, count: size))
            try await client.send(message)
            #expect(try await client.receive() == message)
        }
        try await client.send(.text(ByteBuffer(string: "grüße")))
        #expect(try await client.receive() == .text(ByteBuffer(string: "grüße")))
        await client.close()
        try await echo.value
    }

    @Test func putsFragmentsTogetherAndAnswersPings() async throws {
        let (near, far) = try await connectedPair()
        let server = WebSocketConnection(upgraded: far)
        func send(_ isFinal: Bool, _ opcode: WebSocketOpcode, _ text: String) async throws {
            try await near.write(WebSocketFrame(isFinal: isFinal, opcode: opcode, payload: ByteBuffer(string: text)).encoded(mask: 0x1234_5678))
        }
        try await send(false, .text, "one ")
        try await send(true, .ping, "p")
        try await send(false, .continuation, "two ")
        try await send(true, .continuation, "three")
        #expect(try await server.receive() == .text(ByteBuffer(string: "one two three")))
        var decoder = WebSocketFrameDecoder(expectsMask: false, payloadLimit: 100)
        decoder.feed(try #require(try await near.read()))
        #expect(try decoder.next() == WebSocketFrame(isFinal: true, opcode: .pong, payload: ByteBuffer(string: "p")))
        await near.close()
    }

    @Test func saysWhyItCloses() async throws {
        let cases: [(WebSocketFrame, UInt32?, UInt16)] = [
            (WebSocketFrame(isFinal: true, opcode: .binary, payload: ByteBuffer(repeating: 0, count: 2000)), 1, 1009),
            (WebSocketFrame(isFinal: true, opcode: .binary, payload: ByteBuffer()), nil, 1002),
            (WebSocketFrame(isFinal: true, opcode: .continuation, payload: ByteBuffer()), 1, 1002),
            (WebSocketFrame(isFinal: true, opcode: .text, payload: ByteBuffer(bytes: [0xff])), 1, 1007),
        ]
        for (frame, mask, code) in cases {
            let (near, far) = try await connectedPair()
            let server = WebSocketConnection(upgraded: far, messageLimit: 1000)
            try await near.write(frame.encoded(mask: mask))
            await #expect(throws: WebSocketError.self) { try await server.receive() }
            let answer = try #require(try await near.read())
            #expect(answer.getInteger(at: 0, as: UInt8.self) == 0x88)
            #expect(answer.getInteger(at: 2, as: UInt16.self) == code)
            await near.close()
        }
    }
}

@Suite struct WebSocketFuzzTests {
    @Test func theDecoderSurvivesRandomBytes() {
        FuzzRun.rounds(3000) { random in
            var decoder = WebSocketFrameDecoder(expectsMask: Bool.random(using: &random), payloadLimit: 4096)
            for _ in 0..<3 {
                decoder.feed(random.buffer(upTo: 300))
                do { while try decoder.next() != nil {} } catch { break }
            }
        }
    }
}
