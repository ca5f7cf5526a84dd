import Synchronization

/// The named sets of scalars.
enum RegexClasses {
    private static func set(_ ranges: [(Unicode.Scalar, Unicode.Scalar)]) -> ScalarSet {
        ScalarSet(ranges.map { $0.0.value...$0.1.value })
    }

    private static let digit = set([("0", "9")])
    private static let word = set([("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z")])
    private static let blank = set([("\t", "\n"), ("\u{c}", "\r"), (" ", " ")])

    /// `\d`, `\s`, `\w` and what they leave out.
    static let perl: [Unicode.Scalar: ScalarSet] = [
        "d": digit, "D": digit.inverted, "s": blank, "S": blank.inverted, "w": word, "W": word.inverted,
    ]

    /// `[:alpha:]` and its kind; ASCII only.
    static let posix: [String: ScalarSet] = [
        "alnum": set([("0", "9"), ("A", "Z"), ("a", "z")]), "alpha": set([("A", "Z"), ("a", "z")]), "ascii": set([("\0", "\u{7f}")]),
        "blank": set([("\t", "\t"), (" ", " ")]), "cntrl": set([("\0", "\u{1f}"), ("\u{7f}", "\u{7f}")]), "digit": digit,
        "graph": set([("!", "~")]), "lower": set([("a", "z")]), "print": set([(" ", "~")]),
        "punct": set([("!", "/"), (":", "@"), ("[", "`"), ("{", "~")]), "space": set([("\t", "\r"), (" ", " ")]),
        "upper": set([("A", "Z")]), "word": word, "xdigit": set([("0", "9"), ("A", "F"), ("a", "f")]),
    ]

    /// A general category by its short name, one of the larger scripts, or `Any`.
    static func unicode(_ name: String) -> ScalarSet? {
        if name == "Any" { return ScalarSet([0...0x10ffff]) }
        if let script = scripts[name] { return ScalarSet(script) }
        let wanted = categories.filter { $0.key == name || (name.count == 1 && $0.key.hasPrefix(name)) }
        if wanted.isEmpty { return nil }
        if let found = known.withLock({ $0[name] }) { return found }
        let set = members(of: Set(wanted.values))
        known.withLock { $0[name] = set }
        return set
    }

    /// To look at every scalar takes a while, so what was found is kept; there are not many names.
    private static let known = Mutex<[String: ScalarSet]>([:])

    private static func members(of categories: Set<Unicode.GeneralCategory>) -> ScalarSet {
        var ranges: [ClosedRange<UInt32>] = []
        var start: UInt32?
        for number in UInt32(0)...0x10ffff {
            let isIn = Unicode.Scalar(number).map { categories.contains($0.properties.generalCategory) } ?? false
            if isIn {
                if start == nil { start = number }
            } else if let first = start {
                ranges.append(first...(number - 1))
                start = nil
            }
        }
        if let start { ranges.append(start...0x10ffff) }
        return ScalarSet(ranges)
    }

    private static let scripts: [String: [ClosedRange<UInt32>]] = [
        "Latin": [0x41...0x5a, 0x61...0x7a, 0xaa...0xaa, 0xba...0xba, 0xc0...0xd6, 0xd8...0xf6, 0xf8...0x2b8, 0x1e00...0x1eff, 0xff21...0xff3a, 0xff41...0xff5a],
        "Greek": [0x370...0x373, 0x375...0x377, 0x37a...0x37d, 0x37f...0x37f, 0x384...0x384, 0x386...0x386, 0x388...0x3e1, 0x3f0...0x3ff, 0x1f00...0x1fff],
        "Cyrillic": [0x400...0x484, 0x487...0x52f, 0x1c80...0x1c88, 0x2de0...0x2dff, 0xa640...0xa69f],
        "Hebrew": [0x591...0x5f4], "Arabic": [0x600...0x604, 0x606...0x6ff, 0x750...0x77f], "Thai": [0xe01...0xe3a, 0xe40...0xe5b],
        "Hangul": [0x1100...0x11ff, 0x3131...0x318e, 0xac00...0xd7a3], "Hiragana": [0x3041...0x3096, 0x309d...0x309f],
        "Katakana": [0x30a1...0x30fa, 0x30fd...0x30ff, 0x31f0...0x31ff],
        "Han": [0x2e80...0x2fd5, 0x3005...0x3005, 0x3007...0x3007, 0x3021...0x3029, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfad9, 0x20000...0x323af],
    ]

    private static let categories: [String: Unicode.GeneralCategory] = [
        "Lu": .uppercaseLetter, "Ll": .lowercaseLetter, "Lt": .titlecaseLetter, "Lm": .modifierLetter, "Lo": .otherLetter,
        "Mn": .nonspacingMark, "Mc": .spacingMark, "Me": .enclosingMark, "Nd": .decimalNumber, "Nl": .letterNumber, "No": .otherNumber,
        "Pc": .connectorPunctuation, "Pd": .dashPunctuation, "Ps": .openPunctuation, "Pe": .closePunctuation,
        "Pi": .initialPunctuation, "Pf": .finalPunctuation, "Po": .otherPunctuation, "Sm": .mathSymbol, "Sc": .currencySymbol,
        "Sk": .modifierSymbol, "So": .otherSymbol, "Zs": .spaceSeparator, "Zl": .lineSeparator, "Zp": .paragraphSeparator,
        "Cc": .control, "Cf": .format, "Cs": .surrogate, "Co": .privateUse,
    ]
}
