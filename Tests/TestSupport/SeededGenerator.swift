/// SplitMix64: the same numbers for the same seed.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    package mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    package mutating func bytes(upTo limit: Int) -> [UInt8] {
        (0..<number(0...limit)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    package mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: choices.indices, using: &self)]
    }

    /// Pieces of a language, one behind the other.
    package mutating func text(of pieces: [String], count: ClosedRange<Int>) -> String {
        (0..<number(count)).map { _ in pick(pieces) }.joined()
    }

    /// A text with some bytes changed, lost, added, doubled or cut off.
    package mutating func damaged(_ sample: [UInt8]) -> [UInt8] {
        var bytes = sample
        for _ in 0..<number(1...4) where !bytes.isEmpty {
            let position = Int.random(in: bytes.indices, using: &self)
            switch number(0...5) {
            case 0: bytes[position] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes.remove(at: position)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &self), at: position)
            case 3: bytes[position] ^= 1 << UInt8.random(in: 0...7, using: &self)
            case 4: bytes.removeLast(number(0...(bytes.count - 1)))
            default:
                let end = number(position...(bytes.count - 1))
                bytes.insert(contentsOf: Array(bytes[position...end].prefix(64)), at: position)
            }
        }
        return bytes
    }
}
