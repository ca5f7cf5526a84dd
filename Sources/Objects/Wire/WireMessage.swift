/// A protobuf message being written: fields in the order of the calls, zero values left out as proto3 does.
///
/// For the few messages of gRPC services that Martlet calls; the kinds of the API are written by their schemas.
package struct WireMessage: Sendable {
    package private(set) var bytes: [UInt8] = []

    private mutating func varint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func tag(_ field: Int, _ wire: UInt64) { varint(UInt64(field) << 3 | wire) }

    package init() {}

    package mutating func set(_ field: Int, _ number: Int64) {
        guard number != 0 else { return }
        put(field, number)
    }

    /// Also a zero: for the members of a `oneof`, whose presence says something.
    package mutating func put(_ field: Int, _ number: Int64) {
        tag(field, 0)
        varint(UInt64(bitPattern: number))
    }

    package mutating func set(_ field: Int, _ flag: Bool) { set(field, flag ? 1 : 0) }

    package mutating func set(_ field: Int, _ text: String) {
        if !text.isEmpty { set(field, Array(text.utf8)) }
    }

    package mutating func set(_ field: Int, _ content: [UInt8]) {
        tag(field, 2)
        varint(UInt64(content.count))
        bytes += content
    }

    package mutating func set(_ field: Int, _ texts: [String]) {
        for text in texts { set(field, Array(text.utf8)) }
    }

    package mutating func set(_ field: Int, _ message: WireMessage) { set(field, message.bytes) }

    package mutating func set(_ field: Int, _ map: [String: String]) {
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
            set(field, WireMessage.build {
                $0.set(1, key)
                $0.set(2, value)
            })
        }
    }

    package static func build(_ fill: (inout WireMessage) -> Void) -> WireMessage {
        var message = WireMessage()
        fill(&message)
        return message
    }
}
