import Objects
import TestSupport
import Testing

@Suite struct PackedJSONTests {
    private func event(_ number: Int) -> [UInt8] {
        let value: Value = [
            "kind": "Event", "apiVersion": "v1", "metadata": ["name": .string("web-\(number).18a\(number * 7919)"), "namespace": "shop"],
            "involvedObject": ["kind": "Pod", "name": .string("web-\(number)"), "uid": .string("0b7c-\(number * 104_729)")], "reason": "Scheduled",
            "message": .string("Successfully assigned shop/web-\(number) to node-\(number % 50)"), "source": ["component": "default-scheduler"], "type": "Normal",
        ]
        return value.json
    }

    private var dictionary: PackingDictionary { PackingDictionary(samples: (0..<4).map(event)) }

    @Test func whatIsPackedComesBack() throws {
        let dictionary = dictionary
        for number in [1, 17, 4711, 1_000_000] {
            let json = event(number)
            let packed = try #require(dictionary.pack(json))
            #expect(packed.unpacked() == json)
            #expect(packed.count == json.count)
        }
    }

    @Test func whatGainsLittleIsLeftAsItIs() {
        var random = SeededGenerator(seed: 7)
        let noise = (0..<1000).map { _ in UInt8.random(in: 32...126, using: &random) }
        #expect(dictionary.pack(noise) == nil)
        #expect(dictionary.pack([]) == nil)
    }

    @Test func anyBytesComeBack() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            // Texts of few letters, some longer than the window, with dictionaries longer than it too.
            let letters = Int.random(in: 1...6, using: &random)
            func text(_ limit: Int) -> [UInt8] { (0..<Int.random(in: 0...limit, using: &random)).map { _ in UInt8(97 + Int.random(in: 0..<letters, using: &random)) } }
            let dictionary = PackingDictionary(samples: [text(3000), text(3000)])
            let bytes = text(10_000)
            if let packed = dictionary.pack(bytes) { #expect(packed.unpacked() == bytes) }
        }
    }

    @Test func aPackedObjectShowsWhatItShowedBefore() {
        let json = event(5)
        let object = EncodedObject(namespace: "shop", name: "web-5", revision: 5, json: json, typePrefixLength: 0, labels: [])
        object.pack(dictionary)
        #expect(object.json == json)
        #expect(object.size == json.count)
        #expect(object.value["reason"] == "Scheduled")
        object.pack(dictionary)
        #expect(object.json == json)
    }
}
