enum RegexAssertion: Sendable {
    case beginText, endText, beginLine, endLine, wordBoundary, noWordBoundary
}

/// A step of a compiled pattern.
enum RegexInstruction: Sendable {
    case scalar(ScalarSet)
    /// Goes both ways; the first is preferred.
    case split(Int, Int)
    case jump(Int)
    case assert(RegexAssertion)
    case match
}

/// Makes steps of a pattern's tree.
struct RegexCompiler {
    static let maximumSteps = 20_000

    private var program: [RegexInstruction] = []

    static func program(_ node: RegexNode) throws(RegularExpression.SyntaxError) -> [RegexInstruction] {
        var compiler = RegexCompiler()
        try compiler.add(node)
        try compiler.append(.match)
        return compiler.program
    }

    private mutating func append(_ step: RegexInstruction) throws(RegularExpression.SyntaxError) {
        guard program.count < Self.maximumSteps else {
            throw RegularExpression.SyntaxError(message: "error parsing regexp: expression too large")
        }
        program.append(step)
    }

    private mutating func add(_ node: RegexNode) throws(RegularExpression.SyntaxError) {
        switch node {
        case .empty: break
        case .set(let set): try append(.scalar(set))
        case .assertion(let assertion): try append(.assert(assertion))
        case .sequence(let parts): for part in parts { try add(part) }
        case .alternatives(let parts): try add(alternatives: parts[...])
        case .repetition(let inner, let least, let most, let isGreedy):
            for _ in 0..<least { try add(inner) }
            guard let most else { return try add(loop: inner, isGreedy) }
            var splits: [Int] = []
            for _ in least..<max(most, least) {
                splits.append(program.count)
                try append(.jump(0))
                try add(inner)
            }
            for split in splits { program[split] = isGreedy ? .split(split + 1, program.count) : .split(program.count, split + 1) }
        }
    }

    private mutating func add(loop inner: RegexNode, _ isGreedy: Bool) throws(RegularExpression.SyntaxError) {
        let split = program.count
        try append(.jump(0))
        try add(inner)
        try append(.jump(split))
        program[split] = isGreedy ? .split(split + 1, program.count) : .split(program.count, split + 1)
    }

    private mutating func add(alternatives parts: ArraySlice<RegexNode>) throws(RegularExpression.SyntaxError) {
        var jumps: [Int] = []
        for (position, part) in parts.enumerated() {
            guard position < parts.count - 1 else {
                try add(part)
                break
            }
            let split = program.count
            try append(.jump(0))
            try add(part)
            jumps.append(program.count)
            try append(.jump(0))
            program[split] = .split(split + 1, program.count)
        }
        for jump in jumps { program[jump] = .jump(program.count) }
    }
}

/// Follows all ways through a compiled pattern at once, in the order of their preference.
struct RegexMachine {
    private let program: [RegexInstruction]
    private let text: [Unicode.Scalar]
    private var marks: [Int]
    private var generation = 0

    private struct Thread {
        let step: Int
        let start: Int
    }

    init(_ program: [RegexInstruction], _ text: [Unicode.Scalar]) {
        self.program = program
        self.text = text
        marks = [Int](repeating: 0, count: program.count)
    }

    /// The match that begins first at `from` or behind it. Without `wantsRange` any match will do.
    mutating func run(from: Int, isAnchored: Bool, wantsRange: Bool) -> Range<Int>? {
        var threads: [Thread] = []
        var found: Range<Int>?
        var position = from
        while position <= text.count {
            // Threads of the last round come first: they began further left.
            generation += 1
            var ready: [Thread] = []
            for thread in threads { follow(thread.step, thread.start, position, &ready) }
            if found == nil, !isAnchored || position == 0 { follow(0, position, position, &ready) }
            if ready.isEmpty, found != nil || isAnchored { break }
            var next: [Thread] = []
            stepping: for thread in ready {
                switch program[thread.step] {
                case .match:
                    found = thread.start..<position
                    if !wantsRange { return found }
                    // Those behind it are less preferred.
                    break stepping
                case .scalar(let set):
                    if position < text.count, set.contains(text[position]) { next.append(Thread(step: thread.step + 1, start: thread.start)) }
                case .split, .jump, .assert: break
                }
            }
            threads = next
            position += 1
            if threads.isEmpty, found != nil { break }
        }
        return found
    }

    /// Adds the steps that read or match, reached from `step` without reading.
    private mutating func follow(_ step: Int, _ start: Int, _ position: Int, _ ready: inout [Thread]) {
        var waiting = [step]
        while let step = waiting.popLast() {
            guard program.indices.contains(step), marks[step] != generation else { continue }
            marks[step] = generation
            switch program[step] {
            case .jump(let target): waiting.append(target)
            case .split(let first, let second):
                waiting.append(second)
                waiting.append(first)
            case .assert(let assertion): if holds(assertion, position) { waiting.append(step + 1) }
            case .scalar, .match: ready.append(Thread(step: step, start: start))
            }
        }
    }

    private func isWord(_ position: Int) -> Bool { text.indices.contains(position) && text[position].isIdentifierPart }

    private func holds(_ assertion: RegexAssertion, _ position: Int) -> Bool {
        switch assertion {
        case .beginText: position == 0
        case .endText: position == text.count
        case .beginLine: position == 0 || text[position - 1] == "\n"
        case .endLine: position == text.count || text[position] == "\n"
        case .wordBoundary: isWord(position - 1) != isWord(position)
        case .noWordBoundary: isWord(position - 1) == isWord(position)
        }
    }
}
