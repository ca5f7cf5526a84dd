import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import HTTPServing

struct IdleOrderTests {
    @Test func whoWasSilentForLongestLeavesFirst() {
        var order = IdleOrder<Int>()
        for id in 1...4 { order.fellSilent(id) }
        order.isBusy(2)
        order.fellSilent(1)
        #expect(order.surplus(over: 2) == 3)
        #expect(order.surplus(over: 2) == nil)
        order.fellSilent(2)
        #expect([order.surplus(over: 0), order.surplus(over: 0), order.surplus(over: 0), order.surplus(over: 0)] == [4, 1, 2, nil])
        #expect(order.count == 0)
    }

    @Test func itAgreesWithAPlainListWhateverHappens() throws {
        try FuzzRun.rounds(50) { random in
            var order = IdleOrder<Int>()
            var list: [Int] = []
            for _ in 0..<3_000 {
                let id = random.number(0...200)
                switch random.number(0...2) {
                case 0:
                    order.isBusy(id)
                    list.removeAll { $0 == id }
                default:
                    order.fellSilent(id)
                    list.removeAll { $0 == id }
                    list.append(id)
                }
                let limit = random.number(50...150)
                let expected = list.count > limit ? list.removeFirst() : nil
                try #require(order.surplus(over: limit) == expected)
            }
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct ConnectionLimitTests {
    @Test func theLongestSilentMakeRoomAndWhoeverWaitsForAnAnswerStays() async throws {
        let open = Mutex<HTTPExchange?>(nil)
        let responder = ClosureResponder { request, _, exchange in
            if request.path == "/later" { return open.withLock { $0 = exchange } }
            exchange.respond(.ok, [:], ByteBuffer(string: "done\n"))
        }
        var settings = ServerSettings()
        settings.maximumIdleConnections = 2
        try await withServer(settings: settings, responder) { _, port in
            let waiting = try await connect(port)
            try await waiting.send("GET /later HTTP/1.1\r\nhost: a\r\n\r\n")
            while open.withLock({ $0 == nil }) { try await Task.sleep(for: .milliseconds(5)) }
            var silent: [UpgradedConnection] = []
            for _ in 0..<4 {
                let connection = try await connect(port)
                try await connection.send("GET /now HTTP/1.1\r\nhost: a\r\n\r\n")
                #expect(try await connection.read(until: "done\n").contains("200 OK"))
                silent.append(connection)
            }
            // The first two are closed, the others answer.
            #expect(try await silent[0].read() == nil)
            #expect(try await silent[1].read() == nil)
            for connection in silent[2...] {
                try await connection.send("GET /now HTTP/1.1\r\nhost: a\r\n\r\n")
                #expect(try await connection.read(until: "done\n").contains("200 OK"))
            }
            open.withLock { $0 }?.respond(.ok, [:], ByteBuffer(string: "done\n"))
            #expect(try await waiting.read(until: "done\n").contains("200 OK"))
            for connection in silent + [waiting] { await connection.close() }
        }
    }
}
