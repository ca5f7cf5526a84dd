import APIClient
import AsyncHTTPClient
import Credentials
import KubernetesTypes
import Objects
import Schema
import TestSupport
import Testing

@testable import APIServer

/// Every kind that can be created goes through a server that listens in all its encodings: POST as protobuf, GET as JSON, PUT
/// as YAML, GET as protobuf.
@Suite(.serialized, .enabled(if: ReferenceData.root != nil))
struct EncodingRoundTripTests {
    private static let protobuf = "application/vnd.kubernetes.protobuf"
    private static let agent = ("user-agent", "tests/1")

    @Test func everyKindKeepsItsValue() async throws {
        var config = RuntimeConfig()
        try config.set("api/all=true")
        let earlier = EarlierVersions.wanted(config, in: .builtIn)
        let kinds = (KindCatalogue.builtIn.kinds + earlier).filter { $0.verbs.contains("create") }
        #expect(kinds.filter { $0.id.version.contains("beta") || $0.id.version.contains("alpha") }.count == 15)
        try await ServerFixture.run(listens: true, runtimeConfig: "api/all=true") { fixture in
            let kubeconfig = try #require(fixture.kubeconfig)
            let client = try kubeconfig.httpsClient()
            let server = GoldenServer(base: kubeconfig.server, client: client, anonymous: client)
            let account: Value = ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default"]]
            await fixture.send(.create, "/api/v1/namespaces/default/serviceaccounts", account)
            var request = CertificateRequest(commonName: "u")
            request.isClient = true
            let certificate = try SigningRequest.make(request).certificate
            var stored = 0
            defer { client.shutdown { _ in } }
            for kind in kinds {
                let name = "\(kind.id.version)-\(kind.id.group.isEmpty ? "core" : kind.id.group)"
                let minimal = SampleObjects.minimal(kind, name: "minimal-" + name, certificateRequest: certificate)
                if try await pass(minimal, needed: minimal, kind, server) { stored += 1 }
                let needed = SampleObjects.minimal(kind, name: "full-" + name, certificateRequest: certificate)
                guard let full = SampleObjects.full(kind, over: needed) else { continue }
                _ = try await pass(full, needed: needed, kind, server)
            }
            #expect(stored > 50, "\(stored)")
        }
    }

    /// Whether the object was stored. Fields that are not needed are taken away until it is valid.
    private func pass(_ sample: Value, needed: Value, _ kind: KindDescription, _ server: GoldenServer) async throws -> Bool {
        let root = kind.id.group.isEmpty ? "/api/\(kind.id.version)" : "/apis/\(kind.id.group)/\(kind.id.version)"
        let path = root + (kind.isNamespaced ? "/namespaces/default/" : "/") + kind.resource
        var object = sample
        var answer: Value = .null
        for round in 0..<300 {
            let body = ProtobufEnvelope.encode(object, as: kind.type)
            answer = await server.send("POST", path, [Self.agent, ("content-type", Self.protobuf)], body)
            guard answer["status"].int == 422 else { break }
            let before = object
            let causes = answer["body"]["details"]["causes"].array.compactMap { $0["field"].string }
            // What does not help is taken away with what is around it.
            for depth in 0..<6 where object == before {
                for cause in causes.reversed() { CausePath(cause).remove(from: &object, up: depth) }
                object = SampleObjects.overlaid(object, needed)
            }
            if object == before || round == 299 { break }
        }
        // A pod that is to be bound is not there.
        if kind.resource == "bindings" { return false }
        guard answer["status"].int == 201 else {
            Issue.record("\(kind.id): \(answer["status"].jsonString) \(answer["body"].jsonString) for \(object.jsonString)")
            return false
        }
        guard kind.verbs.contains("get") else { return false }
        let name = answer["body"]["metadata"]["name"].string ?? ""
        try await compare(answer["body"], kind, path + "/" + name, server)
        _ = await server.send("DELETE", path + "/" + name, [Self.agent])
        return true
    }

    private func compare(_ created: Value, _ kind: KindDescription, _ path: String, _ server: GoldenServer) async throws {
        for attempt in 0..<20 {
            let json = await server.send("GET", path, [Self.agent, ("accept", "application/json")])["body"]
            // The server itself may have written the status since.
            let isUntouched = json["metadata"]["resourceVersion"] == created["metadata"]["resourceVersion"]
            #expect(isUntouched ? created == json : created["spec"] == json["spec"], "\(kind.id) as created")
            let yaml = await server.send("GET", path, [Self.agent, ("accept", "application/yaml")])["body"].string ?? ""
            let put = await server.send("PUT", path, [Self.agent, ("content-type", "application/yaml")], Array(yaml.utf8))
            let text = await server.send("GET", path, [Self.agent, ("accept", Self.protobuf)])["body"].string ?? ""
            let envelope = try ProtobufEnvelope(#require(Base64.decode(String(text.dropFirst("base64:".count)))))
            let decoded = try envelope.object(as: kind.type)
            let isSettled = put["status"].int != 409 && decoded["metadata"]["resourceVersion"] == json["metadata"]["resourceVersion"]
            if !isSettled, attempt < 19 {
                try await Task.sleep(for: .milliseconds(50))
                continue
            }
            #expect(put["status"].int == 200, "\(kind.id): \(put["body"].jsonString)")
            // What was changed by nothing keeps its revision.
            #expect(put["body"] == json, "\(kind.id): \(put["body"].jsonString) was \(json.jsonString)")
            #expect(decoded == json, "\(kind.id): \(decoded.jsonString) is not \(json.jsonString)")
            return
        }
    }
}
