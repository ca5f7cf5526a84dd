/// The unified difference of two texts by lines, with three lines of context: what Kubernetes adds to refusals of
/// changes of large structures.
///
/// Lines are matched as Ratcliff and Obershelp do it: the longest common run first, then what lies on both sides of it.
package struct TextDifference {
    private struct Run {
        let old: Int
        let new: Int
        let count: Int
    }

    private let old: [Substring]
    private let new: [Substring]
    /// Where a line stands in the new text; lines that stand in a hundredth of a long text match nothing by themselves.
    private var places: [Substring: [Int]] = [:]

    private static let context = 3
    private static let longText = 200

    /// Empty when the texts are the same.
    package static func unified(_ old: String, _ new: String) -> String {
        let difference = TextDifference(old, new)
        return difference.hunks(difference.runs())
    }

    private init(_ old: String, _ new: String) {
        self.old = old.split(separator: "\n", omittingEmptySubsequences: false)
        self.new = new.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in self.new.enumerated() { places[line, default: []].append(index) }
        if self.new.count >= Self.longText {
            let limit = self.new.count / 100 + 1
            places = places.filter { $0.value.count <= limit }
        }
    }

    // MARK: what is the same

    private func runs() -> [Run] {
        var found: [Run] = []
        var open = [(0, old.count, 0, new.count)]
        while let (oldFrom, oldTo, newFrom, newTo) = open.popLast() {
            let run = longest(oldFrom, oldTo, newFrom, newTo)
            if run.count == 0 { continue }
            found.append(run)
            if oldFrom < run.old, newFrom < run.new { open.append((oldFrom, run.old, newFrom, run.new)) }
            let (oldEnd, newEnd) = (run.old + run.count, run.new + run.count)
            if oldEnd < oldTo, newEnd < newTo { open.append((oldEnd, oldTo, newEnd, newTo)) }
        }
        found.sort { $0.old < $1.old }
        var joined: [Run] = []
        for run in found {
            if let last = joined.last, last.old + last.count == run.old, last.new + last.count == run.new {
                joined[joined.count - 1] = Run(old: last.old, new: last.new, count: last.count + run.count)
            } else {
                joined.append(run)
            }
        }
        return joined
    }

    /// The longest run that both have in common, the first of several.
    private func longest(_ oldFrom: Int, _ oldTo: Int, _ newFrom: Int, _ newTo: Int) -> Run {
        var best = Run(old: oldFrom, new: newFrom, count: 0)
        var lengths: [Int: Int] = [:]
        for index in oldFrom..<oldTo {
            var next: [Int: Int] = [:]
            for place in places[old[index]] ?? [] where place >= newFrom && place < newTo {
                let length = (lengths[place - 1] ?? 0) + 1
                next[place] = length
                if length > best.count { best = Run(old: index - length + 1, new: place - length + 1, count: length) }
            }
            lengths = next
        }
        // Frequent lines match where they touch the run.
        var (left, right, count) = (best.old, best.new, best.count)
        while left > oldFrom, right > newFrom, old[left - 1] == new[right - 1] { (left, right, count) = (left - 1, right - 1, count + 1) }
        while left + count < oldTo, right + count < newTo, old[left + count] == new[right + count] { count += 1 }
        return Run(old: left, new: right, count: count)
    }

    // MARK: what is shown

    private struct Change {
        let old: Range<Int>
        let new: Range<Int>
    }

    private func hunks(_ runs: [Run]) -> String {
        var changes: [Change] = []
        var (oldEnd, newEnd) = (0, 0)
        for run in runs + [Run(old: old.count, new: new.count, count: 0)] {
            if oldEnd < run.old || newEnd < run.new { changes.append(Change(old: oldEnd..<run.old, new: newEnd..<run.new)) }
            (oldEnd, newEnd) = (run.old + run.count, run.new + run.count)
        }
        var groups: [[Change]] = []
        for change in changes {
            if let last = groups.last?.last, change.old.lowerBound - last.old.upperBound <= 2 * Self.context {
                groups[groups.count - 1].append(change)
            } else {
                groups.append([change])
            }
        }
        return groups.map(hunk).joined()
    }

    private func hunk(_ changes: [Change]) -> String {
        guard let first = changes.first, let last = changes.last else { return "" }
        let before = min(Self.context, first.old.lowerBound)
        let after = min(Self.context, old.count - last.old.upperBound)
        let (oldStart, oldStop) = (first.old.lowerBound - before, last.old.upperBound + after)
        let (newStart, newStop) = (first.new.lowerBound - before, last.new.upperBound + after)
        var text = "@@ -\(Self.range(oldStart, oldStop - oldStart)) +\(Self.range(newStart, newStop - newStart)) @@\n"
        var position = oldStart
        for change in changes {
            for line in old[position..<change.old.lowerBound] { text += " \(line)\n" }
            for line in old[change.old] { text += "-\(line)\n" }
            for line in new[change.new] { text += "+\(line)\n" }
            position = change.old.upperBound
        }
        for line in old[position..<oldStop] { text += " \(line)\n" }
        return text
    }

    private static func range(_ start: Int, _ count: Int) -> String {
        if count == 1 { return "\(start + 1)" }
        return count == 0 ? "\(start),0" : "\(start + 1),\(count)"
    }
}
