import Objects
import Schema

/// A small kind with everything that merging and ownership care about.
enum PatchSchema {
    static let text = """
        version example.com/v1 package test.v1
        kind Thing things namespaced
        message ObjectMeta
          1 name: string
          2 namespace: string
          3 labels: {string}
          4 annotations: {string}
          5 finalizers: [string] set merge
          6 uid: string
          7 managedFields: [any]
        message ListMeta
          1 resourceVersion: string
        message Thing
          1 metadata: ObjectMeta!
          2 spec: ThingSpec!
          3 data: {string}
        message ThingSpec
          1 replicas: int32?
          2 containers: [Container] map(name) merge(name)
          3 selector: Selector?
          4 args: [string]
        message Container
          1 name: string
          2 image: string
          3 ports: [Port] map(port,protocol) merge(port)
        message Port
          1 port: int32
          2 protocol: string = "TCP"
          3 name: string
        message Selector atomic
          1 matchLabels: {string}
        """

    static let type: MessageType = {
        guard let catalogue = try? KindCatalogue(schema: text), let kind = catalogue.kind(group: "example.com", version: "v1", kind: "Thing")
        else { return MessageType(name: "broken schema") }
        return kind.type
    }()

    static func value(_ json: String) throws -> Value { try Value(json: json) }

    /// A whole object out of its spec.
    static func thing(_ spec: String, data: String = "{}", metadata: String = #"{"name":"a","uid":"u"}"#) throws -> Value {
        try value(#"{"kind":"Thing","apiVersion":"example.com/v1","metadata":\#(metadata),"spec":\#(spec),"data":\#(data)}"#)
    }
}
