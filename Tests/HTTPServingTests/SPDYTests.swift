import CZlib
import NIOCore
import TestSupport
import Testing

@testable import HTTPServing

@Suite(.timeLimit(.minutes(1)))
struct SPDYTests {
    private func sessions() async throws -> (client: SPDYSession, server: SPDYSession) {
        let (near, far) = try await connectedPair()
        return (SPDYSession(near, role: .client), SPDYSession(far, role: .server))
    }

    @Test func theDictionaryIsThatOfTheProtocol() {
        let bytes = SPDYDictionary.bytes
        #expect(bytes.count == 1423)
        #expect(adler32(adler32(0, nil, 0), bytes, uInt(bytes.count)) == 0xe3c6_a7c2)
    }

    @Test func headersSurviveAndBuildOnEarlierOnes() throws {
        var deflater = SPDYHeaderDeflater()
        var inflater = SPDYHeaderInflater()
        var sizes: [Int] = []
        for index in 0..<20 {
            let headers: SPDYHeaders = [
                "streamType": "data", "port": "80", "requestID": String(index), "long": String(repeating: "x", count: index * 1000),
            ]
            let block = deflater.compress(headers)
            sizes.append(block.readableBytes)
            let read = try inflater.decompress(block)
            #expect(read == headers && read["streamtype"] == "data")
        }
        #expect(sizes[0] > sizes[1])
    }

    @Test func streamsCarryBytesBothWaysWithHalfClose() async throws {
        let (client, server) = try await sessions()
        let echo = Task {
            while let stream = await server.accept() { Task { await Tunnel.copy(stream, to: stream) } }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                group.addTask {
                    let stream = try await client.open(["streamtype": "data", "n": String(index)])
                    let size = 1000 * index + 1
                    try await stream.write(ByteBuffer(repeating: UInt8(index), count: size))
                    await stream.closeOutput()
                    var back = ByteBuffer()
                    for try await part in stream.inbound { back.writeImmutableBuffer(part) }
                    #expect(back == ByteBuffer(repeating: UInt8(index), count: size))
                }
            }
            try await group.waitForAll()
        }
        await client.close()
        await echo.value
    }

    @Test func aStreamThatNobodyReadsHoldsItsSenderBack() async throws {
        let (client, server) = try await sessions()
        let stream = try await client.open(["streamtype": "data"])
        let written = Shared(0)
        let writer = Task {
            while true {
                try await stream.write(ByteBuffer(repeating: 0, count: 65_536))
                written.set { $0 += 65_536 }
            }
        }
        let other = try #require(await server.accept())
        let reached = try #require(try await plateau(written), "writing goes on though nobody reads")
        #expect(reached < 64 << 20)
        #expect(other.queue.bufferedBytes < 1 << 20)
        await other.close()
        await server.close()
        _ = await writer.result
    }

    @Test func resetsAndLostConnectionsEndReading() async throws {
        let (client, server) = try await sessions()
        let first = try await client.open(["a": "1"])
        let second = try await client.open(["a": "2"])
        let arrived = try #require(await server.accept())
        await arrived.reset(status: 5)
        await #expect(throws: SPDYError.self) { try await first.read() }
        await server.close()
        await #expect(throws: SPDYError.self) { try await second.read() }
        await #expect(throws: (any Error).self) { try await client.open(["a": "3"]) }
    }
}

@Suite struct SPDYFuzzTests {
    @Test func theDecoderSurvivesRandomBytes() {
        FuzzRun.rounds(3000) { random in
            var decoder = SPDYFrameDecoder()
            var inflater = SPDYHeaderInflater()
            if Bool.random(using: &random) {
                // A plausible beginning reaches further in.
                let length = UInt32.random(in: 0...200, using: &random)
                var head = ByteBuffer()
                head.writeMultipleIntegers(UInt16(0x8003), UInt16.random(in: 0...10, using: &random), length)
                decoder.feed(head)
            }
            decoder.feed(random.buffer(upTo: 400))
            do {
                while let frame = try decoder.next() {
                    if case .synStream(_, _, _, let block) = frame { _ = try inflater.decompress(block) }
                }
            } catch {}
        }
    }
}
