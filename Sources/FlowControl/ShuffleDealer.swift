/// Deals each flow a hand of queues, so that few flows share all of theirs (shuffle sharding).
package enum ShuffleDealer {
    /// Bytes of names, mixed (FNV-1a, then the finish of SplitMix64 so that all bits count).
    package static func hash(_ parts: String...) -> UInt64 {
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in parts {
            for byte in part.utf8 { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
            sum = (sum ^ 0xff) &* 0x100_0000_01b3
        }
        sum = (sum ^ (sum >> 30)) &* 0xbf58_476d_1ce4_e5b9
        sum = (sum ^ (sum >> 27)) &* 0x94d0_49bb_1331_11eb
        return sum ^ (sum >> 31)
    }

    /// Visits `hand` different numbers below `deck`, chosen by the hash.
    package static func deal(_ hash: UInt64, deck: Int, hand: Int, _ visit: (Int) -> Void) {
        var rest = hash
        var dealt: [Int] = []
        dealt.reserveCapacity(hand)
        for count in 0..<min(hand, deck) {
            let left = UInt64(deck - count)
            var card = Int(rest % left)
            rest /= left
            // The card is the one at this place among those that were not dealt; `dealt` is ascending.
            var place = 0
            while place < dealt.count, dealt[place] <= card {
                card += 1
                place += 1
            }
            dealt.insert(card, at: place)
            visit(card)
        }
    }
}
