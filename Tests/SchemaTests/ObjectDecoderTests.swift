import Objects
import Schema
import Testing

struct ObjectDecoderTests {
    private func widget() throws -> MessageType {
        try #require(try KindCatalogue(schema: SchemaParserTests.text).message(named: "example.Widget"))
    }

    private func normalised(_ json: String) throws -> (Value, [String]) {
        var value = try Value(json: json)
        let unknown = try ObjectDecoder.normalise(&value, as: widget())
        return (value, unknown)
    }

    @Test func ordersAndDropsAndAdds() throws {
        let (value, unknown) = try normalised("""
            {"spec":{"tags":[null,"a"],"ratio":0,"limits":{"b":1,"a":"2"},"x":1,"size":0,
            "ports":[{"Port":1,"protocol":null},null]},"kind":"Widget","metadata":null}
            """)
        #expect(value.jsonString == """
            {"kind":"Widget","metadata":{},"spec":{"size":0,"ports":[{"port":0},{"port":0}],\
            "limits":{"a":"2","b":"1"},"tags":["","a"]}}
            """)
        #expect(unknown == ["spec.x", "spec.ports[0].Port"])
    }

    @Test(arguments: [
        (#"{"spec":{"size":"1"}}"#, "string into Go struct field WidgetSpec.spec.size of type int32"),
        (#"{"spec":{"size":3000000000}}"#, "number 3000000000 into Go struct field WidgetSpec.spec.size of type int32"),
        (#"{"spec":{"size":1.5}}"#, "number 1.5 into Go struct field WidgetSpec.spec.size of type int32"),
        (#"{"spec":{"path":1}}"#, "number into Go struct field Source.spec.Source.path of type string"),
        (#"{"spec":{"ports":[{},{"port":true}]}}"#, "bool into Go struct field Port.spec.ports.port of type int32"),
        (#"{"spec":{"ports":{}}}"#, "object into Go struct field WidgetSpec.spec.ports of type []example.Port"),
        (#"{"metadata":{"labels":{"a":1}}}"#, "number into Go struct field ObjectMeta.metadata.labels of type string"),
        (#"{"metadata":{"labels":[]}}"#, "array into Go struct field ObjectMeta.metadata.labels of type map[string]string"),
        (#"{"metadata":[]}"#, "array into Go struct field Widget.metadata of type meta.ObjectMeta"),
        (#"[]"#, "array into Go value of type example.Widget"),
    ])
    func speaksAsGoDoes(json: String, message: String) throws {
        do {
            _ = try normalised(json)
            Issue.record("accepted")
        } catch let error as ObjectDecodingError {
            #expect(error.description == "json: cannot unmarshal " + message)
        }
    }

    @Test func appliesDefaults() throws {
        var (value, _) = try normalised(#"{"spec":{"ports":[{"port":1}],"tags":["a"]}}"#)
        ObjectDecoder.applyDefaults(&value, as: try widget())
        #expect(value["spec"].jsonString == #"{"size":1,"ports":[{"port":1,"protocol":"TCP"}],"tags":["a"]}"#)
        var (zero, _) = try normalised(#"{"spec":{"size":0}}"#)
        ObjectDecoder.applyDefaults(&zero, as: try widget())
        #expect(zero["spec"]["size"] == 0)
    }

    @Test func findsDuplicates() {
        let json = #"{"a":1,"b":{"c":[{"d":1,"d":2},{"d":"\"}","\u0064":1}]},"a":{},"a":3}"#
        #expect(JSONDuplicates.paths(in: Array(json.utf8)) == ["b.c[0].d", "b.c[1].d", "a"])
        #expect(JSONDuplicates.paths(in: Array("{\"a\":".utf8)) == [])
        let places = JSONDuplicates.places(in: Array(json.utf8))
        #expect(["b.c[0].d", "b.c[1].d", "a"].compactMap { places[$0] } == ["b.c[0].d", "b.c[1].d", "a"].compactMap { places[$0] }.sorted())
    }
}
