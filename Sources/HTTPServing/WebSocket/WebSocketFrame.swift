import NIOCore

/// What a WebSocket frame is for (RFC 6455, section 5.2).
enum WebSocketOpcode: UInt8, Sendable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    var isControl: Bool { rawValue >= 8 }
}

/// A frame after unmasking.
struct WebSocketFrame: Sendable, Equatable {
    var isFinal: Bool
    var opcode: WebSocketOpcode
    var payload: ByteBuffer
}

/// Why a WebSocket was closed, with the code that the other side is told.
package struct WebSocketError: Error, Equatable, CustomStringConvertible {
    package let code: UInt16
    package let description: String

    static func protocolError(_ description: String) -> Self { Self(code: 1002, description: description) }
    static let tooLarge = Self(code: 1009, description: "message too large")
}

/// Takes frames out of bytes. After an error it must not be used again.
struct WebSocketFrameDecoder {
    /// Servers demand masked frames, clients demand unmasked ones.
    let expectsMask: Bool
    let payloadLimit: Int
    private var buffer = ByteBuffer()

    init(expectsMask: Bool, payloadLimit: Int) {
        self.expectsMask = expectsMask
        self.payloadLimit = payloadLimit
    }

    mutating func feed(_ bytes: ByteBuffer) { buffer.writeImmutableBuffer(bytes) }

    /// The next whole frame; nil when more bytes are needed.
    mutating func next() throws(WebSocketError) -> WebSocketFrame? {
        var reader = buffer
        guard let first = reader.readInteger(as: UInt8.self), let second = reader.readInteger(as: UInt8.self) else { return nil }
        guard first & 0x70 == 0 else { throw .protocolError("reserved bits are set") }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0f) else { throw .protocolError("unknown opcode") }
        let isFinal = first & 0x80 != 0
        guard (second & 0x80 != 0) == expectsMask else { throw .protocolError("wrong masking") }
        var length = Int(second & 0x7f)
        if opcode.isControl, !isFinal || length > 125 { throw .protocolError("bad control frame") }
        if length == 126 {
            guard let long = reader.readInteger(as: UInt16.self) else { return nil }
            length = Int(long)
        } else if length == 127 {
            guard let long = reader.readInteger(as: UInt64.self) else { return nil }
            guard long <= UInt64(payloadLimit) else { throw .tooLarge }
            length = Int(long)
        }
        guard length <= payloadLimit else { throw .tooLarge }
        var mask: UInt32 = 0
        if expectsMask {
            guard let key = reader.readInteger(as: UInt32.self) else { return nil }
            mask = key
        }
        guard var payload = reader.readSlice(length: length) else { return nil }
        if expectsMask { payload.applyWebSocketMask(mask) }
        buffer = reader
        if buffer.readableBytes == 0 { buffer.clear() } else { buffer.discardReadBytes() }
        return WebSocketFrame(isFinal: isFinal, opcode: opcode, payload: payload)
    }
}

extension WebSocketFrame {
    /// The frame as bytes; with a mask, as clients send it.
    func encoded(mask: UInt32?) -> ByteBuffer {
        let count = payload.readableBytes
        var output = ByteBuffer()
        output.reserveCapacity(count + 14)
        output.writeInteger((isFinal ? 0x80 : 0) | opcode.rawValue)
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        if count < 126 {
            output.writeInteger(maskBit | UInt8(count))
        } else if count <= Int(UInt16.max) {
            output.writeInteger(maskBit | 126)
            output.writeInteger(UInt16(count))
        } else {
            output.writeInteger(maskBit | 127)
            output.writeInteger(UInt64(count))
        }
        if let mask {
            output.writeInteger(mask)
            var masked = payload
            masked.applyWebSocketMask(mask)
            output.writeBuffer(&masked)
        } else {
            output.writeImmutableBuffer(payload)
        }
        return output
    }
}

extension ByteBuffer {
    fileprivate mutating func applyWebSocketMask(_ mask: UInt32) {
        guard mask != 0 else { return }
        withUnsafeMutableReadableBytes { bytes in
            for index in bytes.indices { bytes[index] ^= UInt8(truncatingIfNeeded: mask >> UInt32(24 - 8 * (index & 3))) }
        }
    }
}
