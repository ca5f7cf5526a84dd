/// Bytes that are no DNS message.
package struct MessageError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Numbers of record types that are used here.
package enum RecordType {
    package static let a: UInt16 = 1
    package static let ns: UInt16 = 2
    package static let cname: UInt16 = 5
    package static let soa: UInt16 = 6
    package static let ptr: UInt16 = 12
    package static let txt: UInt16 = 16
    package static let aaaa: UInt16 = 28
    package static let srv: UInt16 = 33
    package static let opt: UInt16 = 41
    package static let ixfr: UInt16 = 251
    package static let axfr: UInt16 = 252
    package static let any: UInt16 = 255
}

package enum ResponseCode {
    package static let noError: UInt8 = 0
    package static let formatError: UInt8 = 1
    package static let serverFailure: UInt8 = 2
    package static let noSuchName: UInt8 = 3
    package static let notImplemented: UInt8 = 4
    package static let refused: UInt8 = 5
}

package struct Question: Sendable, Hashable {
    package var name: DomainName
    package var type: UInt16
    package var recordClass: UInt16

    package init(name: DomainName, type: UInt16, recordClass: UInt16 = 1) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
    }
}

/// A message taken apart: the header, the question, and where the records lie in its bytes.
///
/// A class, as it is handed from task to task: Swift 6.3 loses its way when a structure of this size comes out of an `await`.
package final class ParsedMessage: Sendable {
    package struct Record: Sendable {
        package let name: DomainName
        package let type: UInt16
        package let recordClass: UInt16
        package let ttl: UInt32
        /// From the first byte of the name to the one behind the data.
        package let range: Range<Int>
        package let ttlOffset: Int
        package let data: Range<Int>
    }

    package let bytes: [UInt8]
    package let id: UInt16
    package let flags: UInt16
    package let question: Question?
    /// Where the records begin.
    package let questionEnd: Int
    package let answers: [Record]
    package let authorities: [Record]
    package let additionals: [Record]

    package var isResponse: Bool { flags & 0x8000 != 0 }
    package var operation: UInt16 { flags >> 11 & 15 }
    package var isTruncated: Bool { flags & 0x0200 != 0 }
    package var wantsRecursion: Bool { flags & 0x0100 != 0 }
    package var code: UInt8 { UInt8(flags & 15) }
    /// The OPT record of EDNS.
    package var options: Record? { additionals.first { $0.type == RecordType.opt } }

    /// Takes all sections apart. Throws for anything that does not follow the format, also for bytes left over.
    package init(_ bytes: [UInt8]) throws(MessageError) {
        var reader = MessageReader(bytes)
        self.bytes = bytes
        id = try reader.number()
        flags = try reader.number()
        let questions = try reader.number()
        let counts = (try reader.number(), try reader.number(), try reader.number())
        guard questions <= 1 else { throw MessageError("more than one question") }
        question = questions == 1 ? Question(name: try reader.name(), type: try reader.number(), recordClass: try reader.number()) : nil
        questionEnd = reader.position
        answers = try reader.records(counts.0)
        authorities = try reader.records(counts.1)
        additionals = try reader.records(counts.2)
        guard reader.position == bytes.count else { throw MessageError("bytes behind the message") }
        guard additionals.count(where: { $0.type == RecordType.opt }) <= 1 else { throw MessageError("more than one OPT record") }
    }

    /// The id alone, for an answer to what cannot be read further.
    package static func id(of bytes: [UInt8]) -> UInt16? { bytes.count >= 12 ? UInt16(bytes[0]) << 8 | UInt16(bytes[1]) : nil }

    /// The name at an offset: the target of a CNAME, say.
    package func name(at offset: Int) -> DomainName? {
        var reader = MessageReader(bytes)
        reader.position = offset
        return try? reader.name()
    }

    /// How long a negative answer holds by its SOA record; nil without one.
    package var negativeTTL: UInt32? {
        guard let record = authorities.first(where: { $0.type == RecordType.soa }), record.data.count >= 20 else { return nil }
        let last = bytes[(record.data.upperBound - 4)..<record.data.upperBound]
        return min(record.ttl, last.reduce(0) { $0 << 8 | UInt32($1) })
    }
}

/// Reads a message from its start. Every step checks the bounds.
struct MessageReader {
    private let bytes: [UInt8]
    var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func byte() throws(MessageError) -> UInt8 {
        guard position < bytes.count else { throw MessageError("the message ends early") }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func number() throws(MessageError) -> UInt16 { UInt16(try byte()) << 8 | UInt16(try byte()) }

    private mutating func longNumber() throws(MessageError) -> UInt32 { UInt32(try number()) << 16 | UInt32(try number()) }

    /// A name, compressed or not. A pointer leads to before the place where its name began, so no loop is possible.
    mutating func name() throws(MessageError) -> DomainName {
        var wire: [UInt8] = []
        var end: Int?
        var limit = position
        while true {
            let length = try byte()
            if length == 0 { break }
            if length & 0xc0 == 0xc0 {
                let target = Int(length & 0x3f) << 8 | Int(try byte())
                guard target < limit, target >= 12 else { throw MessageError("a compression pointer leads astray") }
                if end == nil { end = position }
                limit = target
                position = target
                continue
            }
            guard length < 64 else { throw MessageError("an unknown kind of label") }
            guard position + Int(length) <= bytes.count else { throw MessageError("the message ends early") }
            wire.append(length)
            wire += bytes[position..<(position + Int(length))]
            position += Int(length)
            guard wire.count <= DomainName.longest else { throw MessageError("a name of more than 255 bytes") }
        }
        if let end { position = end }
        return DomainName(uncheckedWire: wire)
    }

    mutating func records(_ count: UInt16) throws(MessageError) -> [ParsedMessage.Record] {
        var records: [ParsedMessage.Record] = []
        for _ in 0..<count {
            let start = position
            let name = try name()
            let type = try number()
            let recordClass = try number()
            let ttlOffset = position
            let ttl = try longNumber()
            let length = Int(try number())
            guard position + length <= bytes.count else { throw MessageError("the message ends early") }
            let data = position..<(position + length)
            position += length
            records.append(
                .init(
                    name: name, type: type, recordClass: recordClass, ttl: ttl, range: start..<position, ttlOffset: ttlOffset, data: data))
        }
        return records
    }
}
