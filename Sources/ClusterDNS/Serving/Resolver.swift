import NIOCore
import Objects
import Synchronization

/// Answers queries: out of the zone at once, out of the cache at once, or by asking upstream.
final class Resolver: Sendable {
    private let zone: Mutex<ClusterZone>
    private let forwarder: Forwarder
    private let isReady = Mutex(false)

    init(zone: ClusterZone, forwarder: Forwarder) {
        self.zone = Mutex(zone)
        self.forwarder = forwarder
    }

    func handle(_ event: ClusterZone.Event) { zone.withLock { $0.handle(event) } }

    /// Before the zone is complete its silence means nothing: until this is called it answers with SERVFAIL.
    func becomeReady() { isReady.withLock { $0 = true } }

    /// The answer when it can be had without waiting.
    func immediateAnswer(_ query: Query) -> [UInt8]? {
        let (answer, authority) = zone.withLock { ($0.answer(query.question), $0.authority) }
        if case .elsewhere = answer { return forwarder.cached(query) }
        guard isReady.withLock({ $0 }) else { return query.failure(ResponseCode.serverFailure) }
        switch answer {
        case .records(let records, let additionals):
            return query.answer(Self.shuffled(records), authorities: records.isEmpty ? [authority] : [], additionals: additionals)
        case .noSuchName: return query.answer([], code: ResponseCode.noSuchName, authorities: [authority])
        case .alias(let record, let target):
            let type = query.question.type
            if type == RecordType.cname || type == RecordType.any { return query.answer([record]) }
            let inner = zone.withLock { $0.answer(Question(name: target, type: type)) }
            switch inner {
            case .records(let records, _): return query.answer([record] + Self.shuffled(records))
            case .noSuchName: return query.answer([record], code: ResponseCode.noSuchName, authorities: [authority])
            // An alias of an alias is left to the client.
            case .alias(let next, _): return query.answer([record, next])
            case .elsewhere: return nil
            }
        case .elsewhere: return nil
        }
    }

    /// The answer of those that have to be waited for.
    func laterAnswer(_ query: Query, on loop: any EventLoop) -> EventLoopFuture<[UInt8]> {
        loop.makeFutureWithTask { await self.answer(query) }
    }

    private func answer(_ query: Query) async -> [UInt8] {
        guard case .alias(let record, let target) = zone.withLock({ $0.answer(query.question) }) else { return await forwarder.resolve(query) }
        let inner = query.asking(Question(name: target, type: query.question.type))
        guard let message = await forwarder.ask(inner) else { return query.answer([record]) }
        return query.answer([record] + Self.records(message), code: message.code)
    }

    /// Addresses and aliases in an upstream's answer.
    private static func records(_ message: ParsedMessage) -> [ResourceRecord] {
        message.answers.compactMap { record in
            let bytes = message.bytes[record.data]
            let bits = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
            switch (record.type, bytes.count) {
            case (RecordType.a, 4): return ResourceRecord(record.name, ttl: record.ttl, .address(NetworkAddress(v4: UInt32(truncatingIfNeeded: bits))))
            case (RecordType.aaaa, 16): return ResourceRecord(record.name, ttl: record.ttl, .address(NetworkAddress(v6: bits)))
            case (RecordType.cname, _):
                return message.name(at: record.data.lowerBound).map { ResourceRecord(record.name, ttl: record.ttl, .alias($0)) }
            default: return nil
            }
        }
    }

    /// In another order each time, so that clients that take the first spread.
    private static func shuffled(_ records: [ResourceRecord]) -> [ResourceRecord] {
        guard records.count > 1 else { return records }
        let start = Int.random(in: records.indices)
        return Array(records[start...] + records[..<start])
    }
}
