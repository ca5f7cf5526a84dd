package import Objects

/// The data of a record that this server makes itself.
package enum RecordData: Sendable, Hashable {
    case address(NetworkAddress)
    case alias(DomainName)
    case pointer(DomainName)
    case nameServer(DomainName)
    case service(priority: UInt16, weight: UInt16, port: UInt16, target: DomainName)
    case text(String)
    /// Start of authority: the zone's server, its keeper, a serial number and how long negative answers hold.
    case authority(server: DomainName, keeper: DomainName, serial: UInt32, negativeTTL: UInt32)

    package var type: UInt16 {
        switch self {
        case .address(let address): address.family == .v4 ? RecordType.a : RecordType.aaaa
        case .alias: RecordType.cname
        case .pointer: RecordType.ptr
        case .nameServer: RecordType.ns
        case .service: RecordType.srv
        case .text: RecordType.txt
        case .authority: RecordType.soa
        }
    }
}

package struct ResourceRecord: Sendable, Hashable {
    package var name: DomainName
    package var ttl: UInt32
    package var data: RecordData

    package init(_ name: DomainName, ttl: UInt32, _ data: RecordData) {
        self.name = name
        self.ttl = ttl
        self.data = data
    }
}

/// Writes a message, names compressed.
struct MessageWriter {
    private(set) var bytes: [UInt8] = []
    private var offsets: [ArraySlice<UInt8>: Int] = [:]

    mutating func number(_ value: UInt16) {
        bytes.append(UInt8(value >> 8))
        bytes.append(UInt8(value & 0xff))
    }

    mutating func longNumber(_ value: UInt32) {
        number(UInt16(value >> 16))
        number(UInt16(value & 0xffff))
    }

    /// Suffixes that stand before are pointed to, when they stand there in the same case.
    mutating func name(_ name: DomainName, isCompressed: Bool = true) {
        var rest = name.wire[...]
        while let length = rest.first {
            if isCompressed, let offset = offsets[rest] {
                number(0xc000 | UInt16(offset))
                return
            }
            if bytes.count < 0x3fff { offsets[rest] = bytes.count }
            let end = rest.startIndex + 1 + Int(length)
            bytes += rest[..<end]
            rest = rest[end...]
        }
        bytes.append(0)
    }

    mutating func question(_ question: Question) {
        name(question.name)
        number(question.type)
        number(question.recordClass)
    }

    mutating func record(_ record: ResourceRecord) {
        name(record.name)
        number(record.data.type)
        number(1)
        longNumber(record.ttl)
        let lengthOffset = bytes.count
        number(0)
        data(record.data)
        let length = bytes.count - lengthOffset - 2
        bytes[lengthOffset] = UInt8(length >> 8)
        bytes[lengthOffset + 1] = UInt8(length & 0xff)
    }

    private mutating func data(_ data: RecordData) {
        switch data {
        case .address(let address): bytes += address.bytes
        case .alias(let target), .pointer(let target), .nameServer(let target): name(target)
        case .service(let priority, let weight, let port, let target):
            number(priority)
            number(weight)
            number(port)
            // Not compressed, by RFC 2782.
            name(target, isCompressed: false)
        case .text(let text):
            let part = Array(text.utf8.prefix(255))
            bytes.append(UInt8(part.count))
            bytes += part
        case .authority(let server, let keeper, let serial, let negativeTTL):
            name(server)
            name(keeper)
            longNumber(serial)
            for value in [7200, 1800, 86_400, negativeTTL] { longNumber(value) }
        }
    }

    /// The OPT record: the size of datagrams that are taken here.
    mutating func options(size: UInt16, extendedCode: UInt8 = 0, wantsSignatures: Bool = false) {
        bytes.append(0)
        number(RecordType.opt)
        number(size)
        longNumber(UInt32(extendedCode) << 24 | (wantsSignatures ? 0x8000 : 0))
        number(0)
    }
}
