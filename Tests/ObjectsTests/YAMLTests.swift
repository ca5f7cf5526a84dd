import Objects
import Testing

@Suite struct YAMLTests {
    @Test func readsScalarsAsKubernetesDoes() throws {
        let value = try YAML.parse("a: 1\nb: 1.5\nc: true\nd: ~\ne: 'yes'\nf: \"1\"\ng: 0x10\nh: text\ni: [a, b]\nj: {k: v}\n")
        #expect(value["a"] == 1)
        #expect(value["b"] == 1.5)
        #expect(value["c"] == true)
        #expect(value.contains("d") && value["d"].isNull)
        #expect(value["e"] == "yes")
        #expect(value["f"] == "1")
        #expect(value["i"] == ["a", "b"])
        #expect(value["j"]["k"] == "v")
    }

    @Test func readsSeveralDocuments() throws {
        #expect(try YAML.documents(Array("a: 1\n---\nb: 2\n".utf8)).count == 2)
    }

    @Test(arguments: ["a: [", "a: b: c", "\t- x", "{", "a: &x 1\nb: *y"])
    func refusesWhatIsNoYAML(text: String) {
        #expect(throws: YAMLError.self) { try YAML.parse(text) }
    }

    @Test func aliasesDoNotExplode() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<12 { text += "a\(level): &a\(level) [\((0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]\n" }
        #expect(throws: YAMLError.self) { try YAML.parse(text) }
    }

    @Test func printsWhatItReads() throws {
        let value: Value = ["text": "1", "lines": "a\nb\n", "list": [1, "x", ["deep": true]], "empty": [:], "none": .null]
        #expect(try YAML.parse(YAML.print(value)) == value)
    }
}
