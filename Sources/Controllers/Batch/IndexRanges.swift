/// Completion indexes as the API writes them: `1,3-5,7`.
struct IndexRanges: Sendable, Hashable, CustomStringConvertible {
    private(set) var indexes: Set<Int>

    init(_ indexes: Set<Int> = []) { self.indexes = indexes }

    /// Leaves out what is not below `limit`, and what is no number.
    init(_ text: String, limit: Int) {
        indexes = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, first >= 0, first <= last, first < limit else { continue }
            indexes.formUnion(first...min(last, limit - 1))
        }
    }

    mutating func insert(_ index: Int) { indexes.insert(index) }

    var description: String {
        let sorted = indexes.sorted()
        var parts: [String] = []
        var start = 0
        while start < sorted.count {
            var end = start
            while end + 1 < sorted.count, sorted[end + 1] == sorted[end] + 1 { end += 1 }
            switch end - start {
            case 0: parts.append("\(sorted[start])")
            case 1: parts.append("\(sorted[start]),\(sorted[end])")
            default: parts.append("\(sorted[start])-\(sorted[end])")
            }
            start = end + 1
        }
        return parts.joined(separator: ",")
    }
}
