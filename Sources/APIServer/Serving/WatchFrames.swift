import KubernetesTypes
import NIOCore
import Objects
import Synchronization

/// The events of one watch in the form that its client wants, whatever they travel by.
final class WatchFrames: Sendable {
    private struct State {
        var isFirst = true
        var hasBookmark = false
    }

    let watch: WatchAnswer
    private let form: Representation
    private let includeObject: String?
    private let encoder: AnswerEncoder
    private let state = Mutex(State())

    init(_ watch: WatchAnswer, form: Representation, includeObject: String?, encoder: AnswerEncoder) {
        self.watch = watch
        self.form = form
        self.includeObject = includeObject
        self.encoder = encoder
    }

    static func contentType(_ form: Representation) -> String {
        switch form.encoding {
        case .protobuf: return "application/vnd.kubernetes.protobuf;stream=watch"
        case .cbor: return "application/cbor-seq"
        case .json, .yaml: return form.encoding.rawValue
        }
    }

    var contentType: String { Self.contentType(form) }

    /// Whether events are text, as far as a WebSocket is concerned.
    var isText: Bool { form.encoding == .json || form.encoding == .yaml }

    /// Has a webhook convert the objects where one has to. Gives why it could not.
    func preparation(_ deliveries: [Watcher.Delivery]) async -> StatusError? {
        guard watch.kind.needsPreparation else { return nil }
        do throws(StatusError) {
            _ = try await watch.kind.prepared(deliveries.compactMap(\.object))
            return nil
        } catch {
            return error
        }
    }

    func failure(_ error: StatusError) -> ByteBuffer { encoder.frame(.error, error.status, form) }

    func frame(_ delivery: Watcher.Delivery) -> ByteBuffer {
        switch delivery {
        case .initial(let object):
            return encoder.frame(.added, object, shared: nil, watch.kind, form, includeObject, isFirst: takeFirst())
        case .event(let kind, let event):
            // An object that left the selection is shown as it was, at the revision of the change.
            let object = kind == .deleted && event.kind != .deleted
                ? event.previous.map { watch.cache.codec.object($0, at: event.revision) } ?? event.object : event.object
            return encoder.frame(kind, object, shared: event, watch.kind, form, includeObject, isFirst: takeFirst())
        case .bookmark(let revision, let endsInitial):
            let isFirst = state.withLock { state in
                defer { state.hasBookmark = true }
                return !state.hasBookmark
            }
            return encoder.bookmark(
                revision, endsInitial: endsInitial || (isFirst && watch.endsInitialByBookmark), watch.kind, form)
        }
    }

    private func takeFirst() -> Bool {
        state.withLock { state in
            defer { state.isFirst = false }
            return state.isFirst
        }
    }
}
