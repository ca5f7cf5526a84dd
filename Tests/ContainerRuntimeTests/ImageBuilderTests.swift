@testable import ContainerRuntime
import Objects
import Testing

@Suite struct ImageBuilderTests {
    @Test(arguments: [
        ("busybox", "docker.io/library/busybox:latest"), ("busybox:1", "docker.io/library/busybox:1"), ("team/app", "docker.io/team/app:latest"),
        ("reg.io/a:2", "reg.io/a:2"), ("localhost/a", "localhost/a:latest"), ("localhost:5000/a", "localhost:5000/a:latest"),
    ])
    func namesAreCompleted(name: String, full: String) {
        #expect(ImageBuilder.fullName(name) == full)
    }

    @Test func anArchiveHasItsParts() {
        var layer = TarArchive()
        layer.addFile("hello", Array("world".utf8))
        layer.addFile(String(repeating: "long/", count: 40) + "name", [1])
        layer.finish()
        #expect(layer.bytes.count % 512 == 0)
        let text = String(decoding: ImageBuilder(name: "a").archive(layer: layer.bytes), as: UTF8.self)
        for part in ["oci-layout", "index.json", "blobs/sha256/", "docker.io/library/a:latest"] { #expect(text.contains(part)) }
    }
}

@Suite struct WireMessageTests {
    @Test func fieldsComeBack() {
        let message = WireMessage.build {
            $0.set(1, "text")
            $0.set(2, Int64.max)
            $0.set(3, ["a": "1", "b": "2"])
            $0.set(4, .build { $0.set(1, true) })
            $0.set(5, ["x", ""])
            $0.set(6, Int64(0))
        }
        let fields = WireFields(message.bytes)
        #expect(fields.text(1) == "text")
        #expect(fields.int(2) == .max)
        #expect(fields.map(3) == ["a": "1", "b": "2"])
        #expect(fields.message(4).bool(1))
        #expect(fields.texts(5) == ["x", ""])
        #expect(!fields.has(6))
    }

    @Test func anyBytesAreRead() {
        let seed = UInt64.random(in: 0..<1_000_000)
        print("seed \(seed)")
        var state = seed
        for _ in 0..<5000 {
            var bytes: [UInt8] = []
            for _ in 0..<40 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: state >> 33))
            }
            let fields = WireFields(bytes)
            _ = (fields.texts(1), fields.messages(2).map { $0.int(1) }, fields.map(3))
        }
    }
}
