/// Answers of upstream servers, kept as long as their records allow. Bounded; a value, the clock comes from outside.
struct AnswerCache: Sendable {
    struct Key: Sendable, Hashable {
        let name: [UInt8]
        let type: UInt16
        let recordClass: UInt16
        let wantsSignatures: Bool
        let isCheckingDisabled: Bool

        init(_ query: Query) {
            name = query.question.name.key
            type = query.question.type
            recordClass = query.question.recordClass
            wantsSignatures = query.wantsSignatures
            isCheckingDisabled = query.isCheckingDisabled
        }
    }

    private struct Entry: Sendable {
        let bytes: [UInt8]
        let ttlOffsets: [Int]
        let stored: ContinuousClock.Instant
        let expires: ContinuousClock.Instant
    }

    /// Seconds for which an answer is kept at the longest.
    static let longestPositive: UInt32 = 300
    static let longestNegative: UInt32 = 30

    private let capacity: Int
    private var entries: [Key: Entry] = [:]

    init(capacity: Int = 4096) { self.capacity = capacity }

    var count: Int { entries.count }

    /// The answer with its times to live counted down; nil when there is none that still holds.
    func answer(_ key: Key, now: ContinuousClock.Instant) -> [UInt8]? {
        guard let entry = entries[key], entry.expires > now else { return nil }
        let age = UInt32(clamping: (now - entry.stored).components.seconds)
        var bytes = entry.bytes
        for offset in entry.ttlOffsets {
            let ttl = bytes[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let left = ttl > age ? ttl - age : 0
            for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: left >> UInt32(24 - 8 * index)) }
        }
        return bytes
    }

    /// Keeps an answer when its kind and its records allow that.
    mutating func store(_ message: ParsedMessage, for key: Key, now: ContinuousClock.Instant) {
        guard !message.isTruncated, let ttl = Self.lifetime(message), ttl > 0 else { return }
        if entries.count >= capacity, entries[key] == nil { makeRoom(now) }
        let records = message.answers + message.authorities + message.additionals.filter { $0.type != RecordType.opt }
        entries[key] = Entry(
            bytes: message.bytes, ttlOffsets: records.map(\.ttlOffset), stored: now, expires: now + .seconds(Int64(ttl)))
    }

    private static func lifetime(_ message: ParsedMessage) -> UInt32? {
        switch message.code {
        case ResponseCode.noError where message.answers.contains(where: { $0.type == message.question?.type }):
            return message.answers.map(\.ttl).min().map { min($0, longestPositive) }
        case ResponseCode.noError, ResponseCode.noSuchName:
            guard let negative = message.negativeTTL else { return nil }
            return min(message.answers.map(\.ttl).min() ?? negative, negative, longestNegative)
        default: return nil
        }
    }

    /// Drops what has expired, and some others when that is not enough.
    private mutating func makeRoom(_ now: ContinuousClock.Instant) {
        entries = entries.filter { $0.value.expires > now }
        let surplus = entries.count - capacity * 7 / 8
        if surplus > 0 { for key in Array(entries.keys.prefix(surplus)) { entries[key] = nil } }
    }
}
