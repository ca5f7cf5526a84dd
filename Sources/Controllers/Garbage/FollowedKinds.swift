import Schema
import Synchronization

/// Which kinds the garbage collector follows, and a signal to look whether there are others.
final class FollowedKinds: Sendable {
    /// Something at least once since the last one was taken.
    let changes: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let followed = Mutex<Set<ResourceIndex.Entry>>([])

    init() {
        (changes, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// There may be other kinds now.
    func note() { signal.yield() }

    /// Whether the kind is to be followed from now on: true for one caller.
    func begin(_ kind: ResourceIndex.Entry) -> Bool { followed.withLock { $0.insert(kind).inserted } }

    func end(_ kind: ResourceIndex.Entry) { _ = followed.withLock { $0.remove(kind) } }
}

extension ResourceIndex.Entry {
    /// Whether its objects bring kinds into the API.
    var definesKinds: Bool {
        (groupVersion.group, resource) == ("apiextensions.k8s.io", "customresourcedefinitions")
            || (groupVersion.group, resource) == ("apiregistration.k8s.io", "apiservices")
    }
}
