/// Makes an upstream's answer one for the client that asked.
enum RelayedAnswer {
    /// Whether a message answers what was asked under `id`.
    static func matches(_ message: ParsedMessage, id: UInt16, _ question: Question) -> Bool {
        message.isResponse && message.id == id && message.operation == 0
            && message.question.map { $0.name.key == question.name.key && $0.type == question.type && $0.recordClass == question.recordClass } ?? false
    }

    /// The bytes with the client's id, its spelling of the name, its EDNS, and not longer than it takes.
    static func make(_ message: ParsedMessage, for query: Query) -> [UInt8] {
        var bytes = message.bytes
        if let options = message.options {
            // Nothing points to an OPT record, but what stands behind it may be pointed to: that goes with it.
            let kept = message.additionals.filter { $0.range.upperBound <= options.range.lowerBound }.count
            bytes.removeSubrange(options.range.lowerBound...)
            setCount(&bytes, UInt16(clamping: kept))
        }
        if query.hasOptions {
            var writer = MessageWriter()
            let extended = message.options.map { UInt8($0.ttl >> 24) } ?? 0
            writer.options(size: Query.safeSize, extendedCode: extended, wantsSignatures: query.wantsSignatures)
            setCount(&bytes, UInt16(bytes[10]) << 8 + UInt16(bytes[11]) + 1)
            bytes += writer.bytes
        }
        if bytes.count > query.sizeLimit { return truncated(message, query) }
        bytes[0] = UInt8(query.id >> 8)
        bytes[1] = UInt8(query.id & 0xff)
        // Not authoritative, recursion is available, and what the client asked for.
        bytes[2] = bytes[2] & ~0x05 | (query.wantsRecursion ? 1 : 0)
        bytes[3] = bytes[3] & 0xaf | 0x80 | (query.isCheckingDisabled ? 0x10 : 0)
        bytes.replaceSubrange(12..<(12 + query.question.name.wire.count), with: query.question.name.wire)
        return bytes
    }

    private static func setCount(_ bytes: inout [UInt8], _ count: UInt16) {
        bytes[10] = UInt8(count >> 8)
        bytes[11] = UInt8(count & 0xff)
    }

    private static func truncated(_ message: ParsedMessage, _ query: Query) -> [UInt8] {
        var bytes = query.answer([], code: message.code, isAuthoritative: false)
        bytes[2] |= 2
        return bytes
    }
}
