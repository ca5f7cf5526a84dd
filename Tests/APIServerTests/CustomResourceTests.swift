import APIClient
import Authentication
import Credentials
import KubernetesTypes
import Objects
import Schema
import Testing

@testable import APIServer

@Suite(.serialized) struct CustomResourceTests {
    private static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    private static let widgets = "/apis/example.com/v1/namespaces/default/widgets"

    private static func definition() throws -> Value {
        try Value(
            json: """
                {"kind":"CustomResourceDefinition","apiVersion":"apiextensions.k8s.io/v1","metadata":{"name":"widgets.example.com"},
                "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},"versions":[
                {"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","properties":{
                "spec":{"type":"object","required":["size"],"properties":{"size":{"type":"integer","minimum":1},"mode":{"type":"string","default":"auto","enum":["auto","fast"]}}},
                "status":{"type":"object","properties":{"phase":{"type":"string"}}}}}},
                "additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size"}]}]}}
                """)
    }

    private func widget(_ name: String, _ spec: Value) -> Value {
        ["kind": "Widget", "apiVersion": "example.com/v1", "metadata": ["name": .string(name)], "spec": spec]
    }

    private func define(_ fixture: ServerFixture) async throws {
        await fixture.send(.create, Self.definitions, try Self.definition())
        for _ in 0..<200 {
            if fixture.raw("GET", Self.widgets).0 == 200 { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the kind is not served")
    }

    @Test func refusedStatusesAreNamedByWhatIsInThem() async throws {
        try await ServerFixture.run { fixture in
            try await define(fixture)
            await fixture.send(.create, Self.widgets, widget("a", ["size": 2]))
            let answer = await fixture.send(
                .patch, Self.widgets + "/a/status", ["status": ["phase": 7]], type: "application/merge-patch+json")
            let cause = answer["details"]["causes"][0]
            #expect(cause["field"] == "status.phase")
            #expect(cause["message"] == "Invalid value: \"integer\": phase in body must be of type string: \"integer\"")
            let scale = await fixture.send(.get, Self.widgets + "/a/scale", .null)
            #expect(scale["message"] == "widgets.example.com \"a\" not found")
        }
    }

    @Test func objectsAreDefaultedPrunedAndChecked() async throws {
        try await ServerFixture.run { fixture in
            try await define(fixture)
            var wanted = widget("a", ["size": 2, "unknown": 1])
            wanted["status"] = ["phase": "no"]
            let created = await fixture.send(.create, Self.widgets, wanted)
            #expect(created["spec"] == ["size": 2, "mode": "auto"])
            #expect(created["status"] == .null)
            #expect(created["metadata"]["generation"] == 1)
            let bad = await fixture.send(.create, Self.widgets, widget("b", ["size": 0, "mode": "slow"]))
            #expect(Set(bad["details"]["causes"].array.compactMap { $0["field"].string }) == ["spec.size", "spec.mode"])
            #expect(await fixture.send(.create, Self.widgets, widget("c", .emptyObject))["details"]["causes"][0]["field"] == "spec.size")
            let status = await fixture.send(
                .patch, Self.widgets + "/a/status", ["status": ["phase": "Ready"], "spec": ["size": 9]], type: "application/merge-patch+json")
            #expect(status["status"]["phase"] == "Ready")
            #expect(status["spec"]["size"] == 2)
            let (_, table) = fixture.raw("GET", Self.widgets, headers: [("accept", "application/json;as=Table;g=meta.k8s.io;v=v1")])
            #expect(table["rows"][0]["cells"] == ["a", 2])
        }
    }

    @Test func aDefinitionIsServedOnlyWithAnAuthorityThatCanBeRead() async throws {
        try await ServerFixture.run { fixture in
            func condition(_ type: String) -> Value {
                let all = fixture.raw("GET", Self.definitions + "/widgets.example.com").1["status"]["conditions"].array
                return all.first { $0["type"].string == type } ?? .null
            }
            func hook(_ bundle: String) -> Value {
                let client: Value = ["service": ["namespace": "a", "name": "b"], "caBundle": .string(Base64.encode(Array(bundle.utf8)))]
                return ["strategy": "Webhook", "webhook": ["clientConfig": client, "conversionReviewVersions": ["v1"]]]
            }
            func patch(_ bundle: String) async -> Value {
                await fixture.send(
                    .patch, Self.definitions + "/widgets.example.com", ["spec": ["conversion": hook(bundle)]],
                    type: "application/merge-patch+json")
            }
            var definition = try Self.definition()
            definition["spec"]["conversion"] = hook("\n")
            #expect(await fixture.send(.create, Self.definitions, definition)["kind"] == "CustomResourceDefinition")
            for _ in 0..<200 where condition("Established").isNull { try await Task.sleep(for: .milliseconds(10)) }
            #expect(condition("Established")["status"] == "False")
            #expect(condition("Established")["reason"] == "InvalidCABundle")
            #expect(fixture.raw("GET", Self.widgets).0 == 404)
            // What is not served yet may be written as it likes.
            #expect(await patch("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")["kind"] == "CustomResourceDefinition")
            let pem = try CertificateAuthority(commonName: "a").pem.certificate
            #expect(await patch(pem)["kind"] == "CustomResourceDefinition")
            for _ in 0..<200 where condition("Established")["status"] != "True" { try await Task.sleep(for: .milliseconds(10)) }
            #expect(condition("Established")["reason"] == "InitialNamesAccepted")
            let refused = await patch("no certificate")
            #expect(refused["code"] == 422)
            #expect(refused["details"]["causes"][0]["field"] == "spec.conversion.webhookClientConfig.caBundle")
            #expect((refused["message"].string ?? "").hasSuffix("unable to load root certificates: unable to parse bytes as PEM block"))
            #expect(await patch("")["kind"] == "CustomResourceDefinition", "the system's authorities are trusted")
        }
    }

    @Test func rulesAreHeldAgainstNewObjectsAndAgainstChanges() async throws {
        try await ServerFixture.run { fixture in
            var definition = try Self.definition()
            var versions = definition["spec"]["versions"].array
            versions[0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["x-kubernetes-validations"] = [
                ["rule": "self.size < 10", "message": "too large"], ["rule": "self.size >= oldSelf.size", "message": "may only grow", "fieldPath": ".size"],
            ]
            definition["spec"]["versions"] = .array(versions)
            await fixture.send(.create, Self.definitions, definition)
            for _ in 0..<200 where fixture.raw("GET", Self.widgets).0 != 200 { try await Task.sleep(for: .milliseconds(10)) }
            let bad = await fixture.send(.create, Self.widgets, widget("a", ["size": 12]))
            #expect(bad["details"]["causes"][0]["message"] == "Invalid value: too large")
            #expect(await fixture.send(.create, Self.widgets, widget("a", ["size": 5]))["kind"] == "Widget")
            let merge = "application/merge-patch+json"
            let smaller = await fixture.send(.patch, Self.widgets + "/a", ["spec": ["size": 4]], type: merge)
            #expect(smaller["details"]["causes"][0]["field"] == "spec.size")
            #expect(await fixture.send(.patch, Self.widgets + "/a", ["spec": ["size": 6]], type: merge)["spec"]["size"] == 6)
        }
    }

    /// kubectl sends the kind of patch that the document names.
    @Test func documentsOfferThePatchesThatCustomKindsTake() async throws {
        try await ServerFixture.run { fixture in
            try await define(fixture)
            func types(_ path: String, _ item: String) -> [String] {
                fixture.raw("GET", "/openapi/v3/" + path).1["paths"][item]["patch"]["requestBody"]["content"].members.map(\.key)
            }
            let custom = types("apis/example.com/v1", Self.widgets.replacing("default", with: "{namespace}") + "/{name}")
            #expect(custom == ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"])
            let builtIn = types("api/v1", "/api/v1/namespaces/{namespace}/pods/{name}")
            #expect(builtIn == custom + ["application/strategic-merge-patch+json"])
        }
    }

    /// What a definition says of its schema is told on in one piece, with its texts and limits.
    @Test func documentsTellOfSchemasAsTheyAreStated() async throws {
        try await ServerFixture.run { fixture in
            try await define(fixture)
            for (path, schemas) in [("/openapi/v2", "definitions"), ("/openapi/v3/apis/example.com/v1", "components")] {
                let document = fixture.raw("GET", path).1[schemas]
                let schema = (schemas == "components" ? document["schemas"] : document)["com.example.v1.Widget"]
                let mode = schema["properties"]["spec"]["properties"]["mode"]
                #expect(mode == ["type": "string", "default": "auto", "enum": ["auto", "fast"]])
                #expect(schema["properties"]["spec"]["required"] == ["size"])
                #expect(schema["properties"]["metadata"]["description"] == "Standard object's metadata.")
                #expect(schema["x-kubernetes-group-version-kind"] == [["group": "example.com", "kind": "Widget", "version": "v1"]])
            }
        }
    }

    @Test func versionTwoLeavesOutWhatItCannotSay() throws {
        let stated = try Value(
            json: """
                {"type":"object","properties":{"a":{"type":"object","nullable":true,"properties":{"b":{"type":"string"}}},
                "c":{"type":"array","x-kubernetes-preserve-unknown-fields":true,"items":{"type":"string"}},
                "d":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"spec":{"anyOf":[{"type":"string"}]}}}},
                "required":["a","c"]}
                """)
        let id = GroupVersionKind(group: "example.com", version: "v1", kind: "Widget")
        let two = CustomKindSchema(version: .two, metadata: ["$ref": "m"]).schema(stated, id, selectableFields: [])
        #expect(two["properties"]["a"] == .emptyObject)
        #expect(two["properties"]["c"] == ["x-kubernetes-preserve-unknown-fields": true])
        #expect(two["required"] == ["c"])
        #expect(two["properties"]["d"]["properties"].members.map(\.key) == ["apiVersion", "kind", "metadata", "spec"])
        #expect(two["properties"]["d"]["required"] == ["kind", "apiVersion"])
        #expect(two["properties"]["d"]["properties"]["spec"] == .emptyObject)
        let three = CustomKindSchema(version: .three, metadata: ["$ref": "m"]).schema(stated, id, selectableFields: ["spec.a"])
        #expect(three["properties"]["a"] == stated["properties"]["a"])
        #expect(three["x-kubernetes-selectable-fields"] == [["fieldPath": "spec.a"]])
        var open = stated
        open["x-kubernetes-preserve-unknown-fields"] = true
        let bare = CustomKindSchema(version: .two, metadata: ["$ref": "m"]).schema(open, id, selectableFields: [])
        #expect(bare.members.map(\.key) == ["type", "x-kubernetes-group-version-kind"])
    }

    /// What lies in the store is read by the schema of today.
    @Test func objectsFollowTheirSchema() async throws {
        try await ServerFixture.run { fixture in
            try await define(fixture)
            await fixture.send(.create, Self.widgets, widget("a", ["size": 2]))
            let path = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/color"
            await fixture.send(
                .patch, Self.definitions + "/widgets.example.com",
                [["op": "add", "path": .string(path), "value": ["type": "string", "default": "red"]]], type: "application/json-patch+json")
            for _ in 0..<200 where fixture.raw("GET", Self.widgets + "/a").1["spec"]["color"] != "red" {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(fixture.raw("GET", Self.widgets + "/a").1["spec"] == ["size": 2, "mode": "auto", "color": "red"])
            await fixture.send(
                .patch, Self.definitions + "/widgets.example.com", [["op": "remove", "path": .string(path)]], type: "application/json-patch+json")
            for _ in 0..<200 where fixture.raw("GET", Self.widgets + "/a").1["spec"].contains("color") {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(fixture.raw("GET", Self.widgets).1["items"][0]["spec"] == ["size": 2, "mode": "auto"])
        }
    }

    @Test func discoveryNamesCustomKindsInFull() async throws {
        try await ServerFixture.run { fixture in
            try await define(fixture)
            let headers = [("accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")]
            let groups = fixture.raw("GET", "/apis", headers: headers).1["items"].array
            let resource = groups.first { $0["metadata"]["name"] == "example.com" }?["versions"][0]["resources"][0] ?? .null
            let kind: Value = ["group": "example.com", "version": "v1", "kind": "Widget"]
            #expect(resource["responseKind"] == kind)
            #expect(resource["subresources"][0]["responseKind"] == kind)
        }
    }

    @Test func reviewsHaveNoTable() {
        func hasTable(_ method: String, _ path: String) -> Bool {
            ServerRequest(
                method: method, path: path, rawQuery: nil, headers: RequestHeaders([]), body: [], user: UserInfo(name: "a", groups: [])
            ).info.hasTable
        }
        #expect(!hasTable("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"))
        #expect(!hasTable("POST", "/api/v1/namespaces/a/pods/b/eviction"))
        #expect(hasTable("GET", "/api/v1/namespaces/a/pods/b"))
        let accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
        #expect(Representation.negotiate(accept: accept, allowsTransform: true, allowsTable: false) == nil)
        #expect(Representation.negotiate(accept: accept + ",application/json", allowsTransform: true, allowsTable: false)?.transform == Representation.Transform.none)
    }

    @Test func rulesThatDoNotCompileAreRefused() async throws {
        try await ServerFixture.run { fixture in
            var definition = try Self.definition()
            var versions = definition["spec"]["versions"].array
            versions[0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["x-kubernetes-validations"] = [["rule": "self.nope == 1"]]
            definition["spec"]["versions"] = .array(versions)
            let refused = await fixture.send(.create, Self.definitions, definition)
            #expect(refused["code"] == 422)
            #expect(refused["details"]["causes"][0]["message"].string?.hasSuffix("undefined field 'nope'\n | self.nope == 1\n | ....^") == true)
        }
    }

    @Test func aDefinitionGoesWithItsObjects() async throws {
        try await ServerFixture.run { fixture in
            try await define(fixture)
            await fixture.send(.create, Self.widgets, widget("a", ["size": 1]))
            let marked = await fixture.send(.delete, Self.definitions + "/widgets.example.com")
            #expect(marked["metadata"]["finalizers"].strings.contains(CustomResourceService.finalizer))
            for _ in 0..<300 {
                if fixture.raw("GET", Self.widgets).0 == 404, fixture.raw("GET", Self.definitions + "/widgets.example.com").0 == 404 { return }
                try await Task.sleep(for: .milliseconds(10))
            }
            Issue.record("the definition or its kind is still there")
        }
    }

    @Test func namesInUseAreRefused() async throws {
        try await ServerFixture.run { fixture in
            try await define(fixture)
            var other = try Self.definition()
            other["metadata"]["name"] = "gadgets.example.com"
            other["spec"]["names"]["plural"] = "gadgets"
            await fixture.send(.create, Self.definitions, other)
            for _ in 0..<200 {
                let stored = await fixture.send(.get, Self.definitions + "/gadgets.example.com")
                if let reason = stored["status"]["conditions"][0]["reason"].string {
                    #expect(reason == "ListKindConflict")
                    #expect(fixture.raw("GET", "/apis/example.com/v1/namespaces/default/gadgets").0 == 404)
                    return
                }
                try await Task.sleep(for: .milliseconds(10))
            }
            Issue.record("no condition")
        }
    }

    @Test(arguments: [
        (".spec.size", #"{"spec":{"size":3}}"#, "3"), (".items[0].a", #"{"items":[{"a":"x"}]}"#, #""x""#),
        (".items[*].a", #"{"items":[{"b":1},{"a":"x"}]}"#, #""x""#),
        (#".status.conditions[?(@.type=="Ready")].status"#, #"{"status":{"conditions":[{"type":"Ready","status":"True"}]}}"#, #""True""#),
        (#".metadata.annotations.example\.com/a"#, #"{"metadata":{"annotations":{"example.com/a":"v"}}}"#, #""v""#), (".a.b", #"{"a":1}"#, nil),
    ])
    func columnPaths(_ path: String, _ object: String, _ expected: String?) throws {
        #expect(JSONPath.first(JSONPath.steps(path), in: try Value(json: object))?.jsonString == expected)
    }
}
