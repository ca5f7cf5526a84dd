@testable import ClusterDNS
import Testing

@Suite struct CacheTests {
    private func key(_ name: String) throws -> AnswerCache.Key {
        guard case .query(let query) = Query.read(try bytes(name), isDatagram: true) else { throw MessageError("no query") }
        return AnswerCache.Key(query)
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        var writer = MessageWriter()
        for value: UInt16 in [1, 0x0100, 1, 0, 0, 0] { writer.number(value) }
        writer.question(Question(name: try #require(DomainName(name)), type: RecordType.a))
        return writer.bytes
    }

    @Test func timesToLiveCountDownAndEnd() throws {
        var cache = AnswerCache()
        let start = ContinuousClock.now
        let key = try key("www.example.org")
        cache.store(try ParsedMessage(Sample.message), for: key, now: start)
        let later = try ParsedMessage(try #require(cache.answer(key, now: start + .seconds(20))))
        #expect(later.answers.map(\.ttl) == [40, 40])
        #expect(cache.answer(key, now: start + .seconds(61)) == nil)
    }

    @Test func itStaysBounded() throws {
        var cache = AnswerCache(capacity: 16)
        for number in 0..<100 { cache.store(try ParsedMessage(Sample.message), for: try key("h\(number).example.org"), now: .now) }
        #expect(cache.count <= 16 && cache.count > 8)
    }

    @Test(arguments: [
        ([], ResponseCode.formatError, false), (Array(repeating: UInt8(0), count: 11), ResponseCode.formatError, false),
        ([0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1], ResponseCode.formatError, true),
        ([0, 9, 0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0], ResponseCode.notImplemented, true),
        ([0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 252, 0, 1], ResponseCode.refused, true),
        ([0, 9, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0], ResponseCode.formatError, false),
    ] as [([UInt8], UInt8, Bool)]) func badQueries(_ bytes: [UInt8], _ code: UInt8, _ isAnswered: Bool) throws {
        switch Query.read(bytes, isDatagram: true) {
        case .query: Issue.record("taken for a query")
        case .ignore: #expect(!isAnswered)
        case .reject(let answer):
            let message = try ParsedMessage(answer)
            #expect(isAnswered && message.id == 9 && message.code == code && message.isResponse)
        }
    }
}
