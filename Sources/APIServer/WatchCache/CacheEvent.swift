import NIOCore
import Objects
import Synchronization

/// One change of one object, shared by all watchers that see it.
final class CacheEvent: Sendable {
    enum Kind: Sendable, Equatable {
        case added, modified, deleted
    }

    let kind: Kind
    /// The object after the change; for a deletion as it was last, with the revision of the deletion.
    let object: EncodedObject
    let previous: EncodedObject?
    let revision: Int64
    private let frames = Mutex<[EventFrame.Kind: ByteBuffer]>([:])

    init(kind: Kind, object: EncodedObject, previous: EncodedObject?) {
        self.kind = kind
        self.object = object
        self.previous = previous
        self.revision = object.revision
    }

    /// The JSON line of this event as a watch sends it; made by the first watcher, shared by the others.
    func jsonFrame(_ kind: EventFrame.Kind) -> ByteBuffer {
        frames.withLock { known in
            if let frame = known[kind] { return frame }
            let frame = EventFrame.json(kind, object.json)
            known[kind] = frame
            return frame
        }
    }

    /// What a watcher with this filter sees: an object that begins to match is added for it, one that stops
    /// to match is deleted.
    func kind(for filter: ObjectFilter) -> EventFrame.Kind? {
        let matches = kind != .deleted && filter.matches(object)
        let matched = previous.map(filter.matches) ?? false
        switch (matched, matches) {
        case (false, false): return nil
        case (false, true): return .added
        case (true, true): return .modified
        case (true, false): return .deleted
        }
    }
}

/// The frames of a watch.
enum EventFrame {
    enum Kind: String, Sendable, Hashable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
        case bookmark = "BOOKMARK"
        case error = "ERROR"
    }

    static func json(_ kind: Kind, _ object: [UInt8]) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: object.count + 40)
        buffer.writeString("{\"type\":\"\(kind.rawValue)\",\"object\":")
        buffer.writeBytes(object)
        buffer.writeStaticString("}\n")
        return buffer
    }
}
