import AsyncHTTPClient
import KubernetesTypes
import NIOCore
import Objects

/// A watch whose events come as lines of JSON.
final class HTTPWatch: WatchSource {
    private let stream: WatchLines

    init(_ body: HTTPClientResponse.Body) { stream = WatchLines(body) }

    func next() async throws(StatusError) -> [WatchEvent]? { try await stream.next() }

    // The informer cancels the task that waits in `next`, which ends the request.
    func cancel() {}
}

private actor WatchLines {
    private var parts: HTTPClientResponse.Body.AsyncIterator
    private var decoder = WatchLineDecoder()

    init(_ body: HTTPClientResponse.Body) { parts = body.makeAsyncIterator() }

    func next() async throws(StatusError) -> [WatchEvent]? {
        while true {
            let part: ByteBuffer?
            do {
                // Only one task reads: the iterator is not shared while it is out.
                nonisolated(unsafe) var iterator = parts
                part = try await iterator.next()
                parts = iterator
            } catch {
                throw .unavailable("the watch broke off: \(error)")
            }
            guard let part else { return nil }
            let events = try decoder.feed(part.readableBytesView)
            if !events.isEmpty { return events }
        }
    }
}

/// Cuts the bytes of a watch into events. Pure: fed with bytes.
struct WatchLineDecoder {
    private var rest: [UInt8] = []

    /// The events that the bytes complete. Throws the error that the server sent, or what is wrong with a line.
    mutating func feed(_ bytes: some Sequence<UInt8>) throws(StatusError) -> [WatchEvent] {
        rest.append(contentsOf: bytes)
        var events: [WatchEvent] = []
        var start = 0
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[start..<end]
            start = end + 1
            if line.isEmpty { continue }
            events.append(try Self.event(Array(line)))
        }
        rest.removeFirst(start)
        return events
    }

    private static func event(_ line: [UInt8]) throws(StatusError) -> WatchEvent {
        guard let event = try? Value(json: line) else { throw .unavailable("the watch sent a line that is no JSON") }
        let object = event["object"]
        switch event["type"].string {
        case "ADDED": return .added(EncodedObject(value: object))
        case "MODIFIED": return .modified(EncodedObject(value: object))
        case "DELETED": return .deleted(EncodedObject(value: object))
        case "BOOKMARK": return .bookmark(object["metadata"]["resourceVersion"].string ?? "")
        case "ERROR": throw StatusError(status: object, code: 500)
        default: throw .unavailable("the watch sent an event of an unknown type")
        }
    }
}
