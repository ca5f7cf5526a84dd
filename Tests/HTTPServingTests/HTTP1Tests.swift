import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import HTTPServing

/// Answers with the path, and with the size of the body.
private let echo = ClosureResponder { request, body, exchange in
    switch body {
    case .complete(let bytes): exchange.respond(.ok, [:], ByteBuffer(string: "\(request.path) \(bytes.readableBytes)\n"))
    case .tooLarge: exchange.respond(.payloadTooLarge, [:], ByteBuffer(string: "too large\n"))
    case .stream: exchange.respond(.internalServerError, [:], ByteBuffer())
    }
}

@Suite(.timeLimit(.minutes(1)))
struct HTTP1Tests {
    @Test func keepsConnectionsAliveAndAnswersPipelinedRequestsInOrder() async throws {
        try await withServer(echo) { _, port in
            let client = try await connect(port)
            try await client.send("GET /one HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(try await client.read(until: "/one 0\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            try await client.send("GET /a HTTP/1.1\r\nhost: a\r\n\r\nPOST /b HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nxyzGET /c HTTP/1.1\r\nhost: a\r\n\r\n")
            let text = try await client.read(until: "/c 0\n")
            let order = ["/a 0\n", "/b 3\n", "/c 0\n"].compactMap { text.firstRange(of: $0)?.lowerBound }
            #expect(order.count == 3 && order == order.sorted())
            await client.close()
        }
    }

    @Test func handsOverBodiesThatAreTooLarge() async throws {
        try await withServer(echo) { _, port in
            let declared = try await connect(port)
            try await declared.send("POST /x HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5000\r\n\r\n")
            let answer = try await declared.readAll()
            #expect(answer.hasPrefix("HTTP/1.1 413") && answer.contains("connection: close"))
            let chunked = try await connect(port)
            let chunk = String(repeating: "x", count: 256)
            try await chunked.send("POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
            for _ in 0..<6 { try? await chunked.send("100\r\n\(chunk)\r\n") }
            #expect(try await chunked.read(until: "too large\n").hasPrefix("HTTP/1.1 413"))
            await chunked.close()
        }
    }

    @Test func tellsAClientThatAskedToSendItsBody() async throws {
        try await withServer(echo) { _, port in
            let client = try await connect(port)
            try await client.send("POST /x HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
            #expect(try await client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue\r\n"))
            try await client.send("hi")
            #expect(try await client.read(until: "/x 2\n").hasPrefix("HTTP/1.1 200"))
            await client.close()
        }
    }

    @Test func answersHeadWithoutABodyAndMalformedRequestsWith400() async throws {
        try await withServer(echo) { _, port in
            let client = try await connect(port)
            try await client.send("HEAD /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            let head = try await client.readAll()
            #expect(head.contains("content-length: 5") && head.hasSuffix("\r\n\r\n"))
            let broken = try await connect(port)
            try await broken.send("NONSENSE\r\n\r\n")
            #expect(try await broken.readAll().hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test func survivesRandomBytes() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        try await withServer(echo) { _, port in
            for round in 0..<60 {
                let client = try await connect(port)
                if round % 2 == 0 { try? await client.send("GET / HTTP/1.1\r\nhost: ") }
                try? await client.write(random.buffer(upTo: 2000))
                await client.close()
            }
            let client = try await connect(port)
            try await client.send("GET /alive HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            #expect(try await client.readAll().contains("/alive 0"))
        }
    }

    @Test func closesConnectionsThatDribbleOrStaySilent() async throws {
        var settings = ServerSettings()
        settings.headTimeout = .seconds(2)
        settings.idleTimeout = .seconds(2)
        try await withServer(settings: settings, echo) { _, port in
            let slow = try await connect(port)
            try await slow.send("GET / HT")
            // Closed, or reset where bytes lay unread.
            #expect((try? await slow.readAll()) ?? "" == "")
            let idle = try await connect(port)
            try await idle.send("GET /x HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(try await idle.readAll().hasSuffix("/x 0\n"))
        }
    }

    @Test func aSlowReaderIsSeenAndItsLeavingToo() async throws {
        let written = Shared(0)
        let isGone = Shared(false)
        let responder = ClosureResponder { _, _, exchange in
            exchange.begin(.ok, [:])
            exchange.onClose { isGone.set { $0 = true } }
            Task {
                let part = ByteBuffer(repeating: 1, count: 65_536)
                while true {
                    try await exchange.send(part)
                    written.set { $0 += 65_536 }
                }
            }
        }
        try await withServer(responder) { _, port in
            let client = try await connect(port)
            try await client.send("GET /x HTTP/1.1\r\nhost: a\r\n\r\n")
            let reached = try #require(try await plateau(written), "writing goes on though nobody reads")
            #expect(reached < 64 << 20)
            await client.close()
            for _ in 0..<200 where !isGone.value { try await Task.sleep(for: .milliseconds(10)) }
            #expect(isGone.value)
        }
    }

    @Test func aStreamedBodySlowsItsSender() async throws {
        let total = 24 << 20
        let responder = ClosureResponder(policy: { _ in .stream }) { _, body, exchange in
            guard case .stream(let parts) = body else { return }
            Task {
                try await Task.sleep(for: .milliseconds(400))
                var count = 0
                for try await part in parts { count += part.readableBytes }
                exchange.respond(.ok, [:], ByteBuffer(string: "got \(count)\n"))
            }
        }
        try await withServer(responder) { _, port in
            let client = try await connect(port)
            try await client.send("POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: \(total)\r\n\r\n")
            let start = ContinuousClock.now
            for _ in 0..<(total >> 20) { try await client.write(ByteBuffer(repeating: 0, count: 1 << 20)) }
            #expect(ContinuousClock.now - start > .milliseconds(300), "the sender was not slowed")
            #expect(try await client.read(until: "got \(total)\n").hasPrefix("HTTP/1.1 200"))
            await client.close()
        }
    }

    @Test func drainsBeforeItCloses() async throws {
        let responder = ClosureResponder { _, _, exchange in
            Task {
                try await Task.sleep(for: .milliseconds(300))
                exchange.respond(.ok, [:], ByteBuffer(string: "done"))
            }
        }
        try await withServer(responder) { server, port in
            let busy = try await connect(port)
            try await busy.send("GET /x HTTP/1.1\r\nhost: a\r\n\r\n")
            try await Task.sleep(for: .milliseconds(100))
            let start = ContinuousClock.now
            await server.shutdown(grace: .seconds(10))
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(try await busy.readAll().hasSuffix("done"))
        }
    }
}
