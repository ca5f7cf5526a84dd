import NIOCore

/// Why a SPDY session or stream ended.
package struct SPDYError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// A frame of SPDY/3.1; header blocks still packed.
enum SPDYFrame: Sendable, Equatable {
    case synStream(id: UInt32, isFinal: Bool, isUnidirectional: Bool, headers: ByteBuffer)
    case synReply(id: UInt32, isFinal: Bool, headers: ByteBuffer)
    case reset(id: UInt32, status: UInt32)
    case settings
    case ping(id: UInt32)
    case goAway(lastID: UInt32, status: UInt32)
    case headers(id: UInt32, isFinal: Bool, headers: ByteBuffer)
    case windowUpdate(id: UInt32, delta: UInt32)
    case data(id: UInt32, isFinal: Bool, ByteBuffer)
    /// A control frame of a type that SPDY/3.1 does not name; to be passed over.
    case unknown(type: UInt16)

    private static let idMask: UInt32 = 0x7fff_ffff

    var encoded: ByteBuffer {
        switch self {
        case .synStream(let id, let isFinal, let isUnidirectional, let headers):
            return Self.control(1, (isFinal ? 1 : 0) | (isUnidirectional ? 2 : 0), 10 + headers.readableBytes) {
                $0.writeMultipleIntegers(id, UInt32(0), UInt16(0))
                $0.writeImmutableBuffer(headers)
            }
        case .synReply(let id, let isFinal, let headers):
            return Self.control(2, isFinal ? 1 : 0, 4 + headers.readableBytes) {
                $0.writeInteger(id)
                $0.writeImmutableBuffer(headers)
            }
        case .reset(let id, let status): return Self.control(3, 0, 8) { $0.writeMultipleIntegers(id, status) }
        case .settings: return Self.control(4, 0, 4) { $0.writeInteger(UInt32(0)) }
        case .ping(let id): return Self.control(6, 0, 4) { $0.writeInteger(id) }
        case .goAway(let id, let status): return Self.control(7, 0, 8) { $0.writeMultipleIntegers(id, status) }
        case .headers(let id, let isFinal, let headers):
            return Self.control(8, isFinal ? 1 : 0, 4 + headers.readableBytes) {
                $0.writeInteger(id)
                $0.writeImmutableBuffer(headers)
            }
        case .windowUpdate(let id, let delta): return Self.control(9, 0, 8) { $0.writeMultipleIntegers(id, delta) }
        case .data(let id, let isFinal, let payload):
            var output = ByteBuffer()
            output.reserveCapacity(8 + payload.readableBytes)
            output.writeInteger(id & Self.idMask)
            output.writeInteger((isFinal ? 1 << 24 : 0) | UInt32(payload.readableBytes & 0xff_ffff))
            output.writeImmutableBuffer(payload)
            return output
        case .unknown(let type): return Self.control(type, 0, 0) { _ in }
        }
    }

    private static func control(_ type: UInt16, _ flags: UInt32, _ length: Int, _ body: (inout ByteBuffer) -> Void) -> ByteBuffer {
        var output = ByteBuffer()
        output.reserveCapacity(8 + length)
        output.writeMultipleIntegers(UInt16(0x8003), type, flags << 24 | UInt32(length & 0xff_ffff))
        body(&output)
        return output
    }
}

/// Takes frames out of bytes. After an error it must not be used again.
struct SPDYFrameDecoder {
    /// The largest frame taken: spdystream writes what it is given as one frame, and Kubernetes gives 32 KiB.
    static let frameLimit = 4 << 20
    private var buffer = ByteBuffer()

    mutating func feed(_ bytes: ByteBuffer) { buffer.writeImmutableBuffer(bytes) }

    /// The next whole frame; nil when more bytes are needed.
    mutating func next() throws(SPDYError) -> SPDYFrame? {
        guard let (first, second) = buffer.getPair() else { return nil }
        let length = Int(second & 0xff_ffff)
        guard length <= Self.frameLimit else { throw SPDYError("a frame is too large") }
        var reader = buffer
        reader.moveReaderIndex(forwardBy: 8)
        guard var body = reader.readSlice(length: length) else { return nil }
        buffer = reader
        if buffer.readableBytes == 0 { buffer.clear() } else { buffer.discardReadBytes() }
        let isFinal = second >> 24 & 1 != 0
        guard first & 0x8000_0000 != 0 else {
            guard first != 0 else { throw SPDYError("data on stream 0") }
            return .data(id: first, isFinal: isFinal, body)
        }
        guard first >> 16 & 0x7fff == 3 else { throw SPDYError("not SPDY/3") }
        return try Self.control(UInt16(truncatingIfNeeded: first), second >> 24, &body)
    }

    private static func control(_ type: UInt16, _ flags: UInt32, _ body: inout ByteBuffer) throws(SPDYError) -> SPDYFrame {
        let isFinal = flags & 1 != 0
        switch type {
        case 1:
            let id = try number(&body, masked: true)
            _ = try number(&body)
            guard body.readInteger(as: UInt16.self) != nil else { throw SPDYError("a frame is too short") }
            return .synStream(id: id, isFinal: isFinal, isUnidirectional: flags & 2 != 0, headers: body)
        case 2: return .synReply(id: try number(&body, masked: true), isFinal: isFinal, headers: body)
        case 3: return .reset(id: try number(&body, masked: true), status: try number(&body))
        case 4: return .settings
        case 6: return .ping(id: try number(&body))
        case 7: return .goAway(lastID: try number(&body, masked: true), status: try number(&body))
        case 8: return .headers(id: try number(&body, masked: true), isFinal: isFinal, headers: body)
        case 9: return .windowUpdate(id: try number(&body, masked: true), delta: try number(&body))
        default: return .unknown(type: type)
        }
    }

    private static func number(_ body: inout ByteBuffer, masked: Bool = false) throws(SPDYError) -> UInt32 {
        guard let number = body.readInteger(as: UInt32.self) else { throw SPDYError("a frame is too short") }
        return masked ? number & 0x7fff_ffff : number
    }
}

extension ByteBuffer {
    fileprivate func getPair() -> (UInt32, UInt32)? {
        guard let first = getInteger(at: readerIndex, as: UInt32.self),
            let second = getInteger(at: readerIndex + 4, as: UInt32.self)
        else { return nil }
        return (first, second)
    }
}
