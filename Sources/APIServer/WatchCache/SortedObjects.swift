import Objects

/// The objects of one resource, sorted by key, as a list of sorted chunks.
///
/// A copy shares its chunks with the original, so a snapshot costs one array of references; a write copies
/// one chunk when a snapshot still holds it.
struct SortedObjects: Sendable {
    private static let chunkLimit = 512

    private var chunks: [[EncodedObject]] = []
    private(set) var count = 0

    /// The chunk in which `key` is or would be: the last one whose first key is not greater.
    private func chunkIndex(for key: String) -> Int {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle][0].key <= key { low = middle + 1 } else { high = middle }
        }
        return max(low - 1, 0)
    }

    /// The first position in `chunk` whose key is not less than `key`.
    private func position(of key: String, in chunk: [EncodedObject]) -> Int {
        var low = 0
        var high = chunk.count
        while low < high {
            let middle = (low + high) / 2
            if chunk[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    subscript(key: String) -> EncodedObject? {
        guard !chunks.isEmpty else { return nil }
        let chunk = chunks[chunkIndex(for: key)]
        let position = position(of: key, in: chunk)
        return position < chunk.count && chunk[position].key == key ? chunk[position] : nil
    }

    /// Stores the object and returns the one that it replaces.
    @discardableResult
    mutating func upsert(_ object: EncodedObject) -> EncodedObject? {
        guard !chunks.isEmpty else {
            chunks = [[object]]
            count = 1
            return nil
        }
        let index = chunkIndex(for: object.key)
        let position = position(of: object.key, in: chunks[index])
        if position < chunks[index].count, chunks[index][position].key == object.key {
            let previous = chunks[index][position]
            chunks[index][position] = object
            return previous
        }
        chunks[index].insert(object, at: position)
        count += 1
        if chunks[index].count > Self.chunkLimit {
            let half = chunks[index].count / 2
            let upper = Array(chunks[index][half...])
            chunks[index].removeSubrange(half...)
            chunks.insert(upper, at: index + 1)
        }
        return nil
    }

    @discardableResult
    mutating func remove(_ key: String) -> EncodedObject? {
        guard !chunks.isEmpty else { return nil }
        let index = chunkIndex(for: key)
        let position = position(of: key, in: chunks[index])
        guard position < chunks[index].count, chunks[index][position].key == key else { return nil }
        let removed = chunks[index].remove(at: position)
        if chunks[index].isEmpty { chunks.remove(at: index) }
        count -= 1
        return removed
    }

    /// Calls `body` for each object whose key is not less than `start` and begins with `prefix`, in order,
    /// until it answers false.
    func forEach(from start: String = "", prefix: String = "", _ body: (EncodedObject) -> Bool) {
        guard !chunks.isEmpty else { return }
        let first = max(start, prefix)
        var index = chunkIndex(for: first)
        var position = position(of: first, in: chunks[index])
        while index < chunks.count {
            let chunk = chunks[index]
            while position < chunk.count {
                let object = chunk[position]
                if !prefix.isEmpty, !object.key.utf8.starts(with: prefix.utf8) { return }
                if !body(object) { return }
                position += 1
            }
            index += 1
            position = 0
        }
    }
}
