@testable import APIClient
import KubernetesTypes
import Objects
import Testing

@Suite struct WatchLineDecoderTests {
    private let lines = """
        {"type":"ADDED","object":{"metadata":{"name":"a","namespace":"n","resourceVersion":"5"}}}
        {"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}
        {"type":"DELETED","object":{"metadata":{"name":"a","namespace":"n","resourceVersion":"10"}}}

        """

    @Test(arguments: [1, 7, 1000])
    func eventsComeWhateverTheCuts(size: Int) throws {
        var decoder = WatchLineDecoder()
        var texts: [String] = []
        let bytes = Array(lines.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            for event in try decoder.feed(bytes[start..<min(start + size, bytes.count)]) {
                switch event {
                case .added(let object): texts.append("added \(object.key) \(object.revision)")
                case .modified(let object): texts.append("modified \(object.key)")
                case .deleted(let object): texts.append("deleted \(object.key) \(object.revision)")
                case .bookmark(let version): texts.append("bookmark \(version)")
                }
            }
        }
        #expect(texts == ["added n/a 5", "bookmark 9", "deleted n/a 10"])
    }

    @Test func anErrorIsThrown() {
        var decoder = WatchLineDecoder()
        #expect(throws: StatusError(code: 410, reason: "Expired", message: "too old")) {
            _ = try decoder.feed(Array("{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\",\"message\":\"too old\"}}\n".utf8))
        }
    }

    @Test(arguments: ["{\n", "[]\n", "{\"type\":\"NEW\"}\n"])
    func damagedLinesAreErrors(line: String) {
        var decoder = WatchLineDecoder()
        #expect(throws: StatusError.self) { _ = try decoder.feed(Array(line.utf8)) }
    }
}

@Suite struct QueryEscapingTests {
    @Test func escapesAllButUnreservedCharacters() {
        #expect("a=b,c in (d)".queryEscaped == "a%3Db%2Cc%20in%20%28d%29")
        #expect("\u{e9}~-._".queryEscaped == "%C3%A9~-._")
    }
}
