import NIOCore
import Objects
import Schema

/// A list as JSON in parts: the bytes of its items, one after the other, so that a long list is never in memory as a whole.
struct ListParts: Sendable {
    private static let partSize = 256 * 1024

    private let list: ObjectList
    private let head: [UInt8]
    private var position = 0
    private(set) var isDone = false
    /// Bytes of the whole body.
    let size: Int

    init(_ list: ObjectList) {
        self.list = list
        let start = "{\"kind\":\"\(list.kind.description.listKind)\",\"apiVersion\":\"\(list.kind.groupVersion)\",\"metadata\":"
        head = Array(start.utf8) + AnswerEncoder.listMetadata(list).json + Array(",\"items\":[".utf8)
        var size = head.count + 2 + max(0, list.objects.count - 1)
        for object in list.objects { size += Self.range(object, list).map { object.size - $0 + 1 } ?? object.size }
        self.size = size
    }

    /// Where the object goes on behind its kind and version, which items of built-in lists lack; nil when it is shown whole.
    private static func range(_ object: EncodedObject, _ list: ObjectList) -> Int? {
        let start = object.typePrefixLength
        return list.kind.isBuiltIn && start > 0 && object.size > start ? start : nil
    }

    /// The next part; nil behind the last. All of it when `isWhole`.
    mutating func next(isWhole: Bool = false) -> ByteBuffer? {
        if isDone { return nil }
        var buffer = ByteBufferAllocator().buffer(capacity: isWhole ? size : Self.partSize + 16 * 1024)
        if position == 0 { buffer.writeBytes(head) }
        while position < list.objects.count, isWhole || buffer.readableBytes < Self.partSize {
            let object = list.objects[position]
            if position > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            if let start = Self.range(object, list) {
                buffer.writeInteger(UInt8(ascii: "{"))
                buffer.writeBytes(object.json.dropFirst(start))
            } else {
                buffer.writeBytes(object.json)
            }
            position += 1
        }
        if position >= list.objects.count {
            buffer.writeStaticString("]}")
            isDone = true
        }
        return buffer
    }
}
