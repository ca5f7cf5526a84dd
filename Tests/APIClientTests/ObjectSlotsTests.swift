import APIClient
import Objects
import Testing

@Suite struct ObjectSlotsTests {
    private func object(_ namespace: String, _ name: String, _ revision: Int64) -> EncodedObject {
        EncodedObject(namespace: namespace, name: name, revision: revision, json: Array("{}".utf8), typePrefixLength: 0, labels: [])
    }

    /// Compared with a dictionary over a random history.
    @Test func theyHoldWhatADictionaryHolds() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var state = seed
        func next(_ end: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % end
        }
        var slots = ObjectSlots()
        var known: [String: Int64] = [:]
        for revision in 1...5000 {
            let made = object(next(3) == 0 ? "" : "n\(next(4))", "o\(next(40))", Int64(revision))
            if next(3) == 0 {
                slots.remove(made.key)
                known[made.key] = nil
                #expect(slots[made.key] == nil)
            } else {
                let (slot, old) = slots.upsert(made)
                #expect(old?.revision == known.updateValue(made.revision, forKey: made.key))
                #expect(slots[slot: slot] === made)
                #expect(slots.slot(of: made.key) == slot)
            }
            #expect(slots.count == known.count)
        }
        #expect(Dictionary(uniqueKeysWithValues: slots.all().map { ($0.key, $0.revision) }) == known)
        for namespace in 0..<4 {
            let prefix = "n\(namespace)/"
            let wanted = known.filter { $0.key.hasPrefix(prefix) }
            #expect(Dictionary(uniqueKeysWithValues: slots.all(in: "n\(namespace)").map { ($0.key, $0.revision) }) == wanted)
        }
    }
}
