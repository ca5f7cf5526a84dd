import Objects
import Schema
import Testing

struct SchemaParserTests {
    static let text = """
        # Two packages.
        version v1 package meta
        message ObjectMeta
          1 name: string
          2 labels: {string}
        message ListMeta
          1 resourceVersion: string

        version example.com/v1 package example
        import meta
        kind Widget widgets namespaced short=w,wi categories=all
          subresource status verbs=get,patch
          subresource scale autoscaling/v1.Scale verbs=get
        body Options
        message Widget
          1 metadata: ObjectMeta!
          2 spec: WidgetSpec!
        message WidgetSpec
          1 size: int32? = 1
          2 ports: [Port] map(port,protocol) merge(port)
          3 source: Source inline
          5 tags: [string] set
          4 ratio: double
        message Source
          1 path: string required
          2 limits: {quantity} atomic
        message Port atomic
          1 port: int32! required
          2 protocol: string = "TCP"
        message Options
          1 force: bool?
        """

    @Test func readsKinds() throws {
        let catalogue = try KindCatalogue(schema: Self.text)
        let widget = try #require(catalogue.kind(group: "example.com", version: "v1", resource: "widgets"))
        #expect(widget.id.kind == "Widget")
        #expect(widget.singular == "widget")
        #expect(widget.shortNames == ["w", "wi"])
        #expect(widget.isNamespaced)
        #expect(widget.verbs.count == 8)
        #expect(widget.subresources.map(\.name) == ["status", "scale"])
        #expect(widget.subresources[1].kind == GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale"))
        #expect(catalogue.groups == [KindCatalogue.Group(name: "example.com", versions: ["v1"])])
        #expect(catalogue.kinds.map(\.id.kind) == ["Widget", "WidgetList", "Options"])
    }

    @Test func readsFields() throws {
        let catalogue = try KindCatalogue(schema: Self.text)
        let spec = try #require(catalogue.message(named: "example.WidgetSpec"))
        #expect(spec.fields.map(\.name) == ["size", "ports", "path", "limits", "tags", "ratio"])
        #expect(spec.wireFields.map(\.name) == ["size", "ports", "source", "ratio", "tags"])
        #expect(spec.field("size")?.presence == .optional)
        #expect(spec.field("size")?.defaultValue == 1)
        #expect(spec.field("path")?.isRequired == true)
        guard case .list(let ports) = spec.field("ports")?.type else { return #expect(Bool(false)) }
        #expect(ports.topology == .map(keys: ["port", "protocol"]))
        #expect(ports.patch == PatchStrategy(merges: true, mergeKey: "port"))
        #expect(spec.mayDefault)
        #expect(catalogue.message(named: "meta.ObjectMeta")?.mayDefault == false)
        #expect(catalogue.message(named: "example.Port")?.isAtomic == true)
    }

    @Test(arguments: [
        ("message X", SchemaError.Code.misplaced, 1),
        ("version v1 package p\nmessage X\n  1 a: Y", .unknownType, 3),
        ("version v1 package p\nmessage X\n  z a: string", .badNumber, 3),
        ("version v1 package p\nmessage X\n  1 a: string = [", .badDefault, 3),
        ("version v1 package p\nmessage X\nmessage X", .duplicate, 3),
        ("version v1 package p\nkind X xs shiny=1", .badLine, 2),
    ])
    func saysWhatIsWrong(text: String, code: SchemaError.Code, line: Int) {
        do {
            _ = try KindCatalogue(schema: text)
            Issue.record("accepted")
        } catch {
            #expect(error.code == code)
            #expect(error.line == line)
        }
    }
}
