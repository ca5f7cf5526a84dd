/// A regular expression of RE2's syntax: the time to match grows with the text, not with how often it could be tried.
///
/// Patterns come from outside, so there is no backtracking: all ways to match are followed at once.
public struct RegularExpression: Sendable {
    /// A pattern that is none.
    public struct SyntaxError: Error, Sendable, Hashable {
        /// What Go says of it.
        public let message: String
    }

    let program: [RegexInstruction]
    /// Whether a match can only begin where the text does.
    private let isAnchored: Bool

    public init(_ pattern: String) throws(SyntaxError) {
        let node = try RegexParser.parse(pattern)
        program = try RegexCompiler.program(node)
        isAnchored = node.isAnchored
    }

    /// Whether the pattern matches anywhere in the text.
    public func matches(_ text: String) -> Bool {
        var machine = RegexMachine(program, Array(text.unicodeScalars))
        return machine.run(from: 0, isAnchored: isAnchored, wantsRange: false) != nil
    }

    /// The leftmost match; of several that begin there, the one that the pattern prefers.
    public func firstMatch(_ text: String) -> String? {
        let scalars = Array(text.unicodeScalars)
        var machine = RegexMachine(program, scalars)
        return machine.run(from: 0, isAnchored: isAnchored, wantsRange: true).map { String(String.UnicodeScalarView(scalars[$0])) }
    }

    /// All matches from left to right that do not overlap, at most `limit`.
    public func allMatches(_ text: String, limit: Int? = nil) -> [String] {
        let scalars = Array(text.unicodeScalars)
        var machine = RegexMachine(program, scalars)
        var found: [String] = []
        var position = 0
        var previousEnd: Int?
        while position <= scalars.count, found.count < limit ?? .max {
            guard let range = machine.run(from: position, isAnchored: isAnchored, wantsRange: true) else { break }
            // An empty match right behind the last one counts for nothing.
            if !(range.isEmpty && range.lowerBound == previousEnd) {
                found.append(String(String.UnicodeScalarView(scalars[range])))
            }
            previousEnd = range.upperBound
            position = range.isEmpty ? range.upperBound + 1 : range.upperBound
        }
        return found
    }
}

/// Scalars as ranges of their numbers, ascending.
struct ScalarSet: Sendable, Hashable {
    private(set) var ranges: [ClosedRange<UInt32>] = []
    var foldsCase = false

    init(_ ranges: [ClosedRange<UInt32>] = []) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound &+ 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

    var inverted: ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10ffff { result.append(next...0x10ffff) }
        return ScalarSet(result)
    }

    func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        if has(scalar.value) { return true }
        guard foldsCase else { return false }
        let properties = scalar.properties
        for mapping in [properties.lowercaseMapping, properties.uppercaseMapping] {
            let scalars = mapping.unicodeScalars
            if scalars.count == 1, let folded = scalars.first, has(folded.value) { return true }
        }
        return false
    }

    private func has(_ number: UInt32) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(number)
    }
}
