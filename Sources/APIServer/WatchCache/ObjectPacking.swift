import Objects
import Synchronization

/// Packs the objects of a kind that is kept in great numbers and seldom read, when it is nobody's turn.
///
/// Two Events for every pod, kept for an hour, were a quarter of the memory of a large cluster's control plane.
final class ObjectPacking: Sendable {
    /// How many are packed before others get the processor.
    private static let batch = 64
    private static let samples = 4
    /// After so many objects others are the samples: what a cluster does changes.
    private static let dictionaryLife = 16384

    private struct State {
        var waiting: [EncodedObject] = []
        var isRunning = false
        var dictionary: PackingDictionary?
        var packed = 0
    }

    private let state = Mutex(State())

    /// Takes objects that are not new any more.
    func add(_ objects: [EncodedObject]) {
        let isIdle = state.withLock { state in
            state.waiting += objects
            // Few at a time are not worth a task.
            if state.isRunning || state.waiting.count < Self.batch { return false }
            state.isRunning = true
            return true
        }
        if isIdle { Task.detached(priority: .background) { await self.drain() } }
    }

    private func drain() async {
        while let (objects, dictionary) = next() {
            for object in objects { object.pack(dictionary) }
            await Task.yield()
        }
    }

    private func next() -> (objects: [EncodedObject], dictionary: PackingDictionary)? {
        state.withLock { state in
            if state.waiting.count < Self.batch {
                state.isRunning = false
                return nil
            }
            let objects = Array(state.waiting.suffix(Self.batch))
            state.waiting.removeLast(objects.count)
            state.packed += objects.count
            if let dictionary = state.dictionary, state.packed < Self.dictionaryLife { return (objects, dictionary) }
            let samples = stride(from: 0, to: objects.count, by: objects.count / Self.samples).map { objects[$0].json }
            let dictionary = PackingDictionary(samples: samples)
            state.dictionary = dictionary
            state.packed = 0
            return (objects, dictionary)
        }
    }
}
