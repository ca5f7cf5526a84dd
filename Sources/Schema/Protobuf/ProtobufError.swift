/// Why bytes are not the protobuf message that they should be.
package struct ProtobufError: Error, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        case truncated, badVarint, badTag, wrongWireType, tooDeep, badEnvelope, badJSON, outOfRange
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    package static func == (left: ProtobufError, right: ProtobufError) -> Bool { left.code == right.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
