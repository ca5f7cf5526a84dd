import Audit
import Authentication
import KubernetesTypes
import Objects
import Schema
import Synchronization
import Testing

@testable import APIServer

/// A server in memory that decides about images.
private final class Images: ReviewServer {
    let asked = Mutex<[Value]>([])
    private let answer: Value?

    /// Nil for a server that does not answer.
    init(_ answer: Value?) { self.answer = answer }

    func post(_ review: Value, timeout: Duration) async throws(ReviewFailure) -> Value {
        asked.withLock { $0.append(review) }
        guard let answer else { throw ReviewFailure("it is away") }
        return ["status": answer]
    }

    func close() async {}
}

/// What the audit was told.
private final class Events: AuditSink {
    let lines = Mutex<[[UInt8]]>([])

    func write(_ event: [UInt8]) { lines.withLock { $0.append(event) } }
    func close() async {}
}

@Suite struct ImagePolicyTests {
    private func pod(_ images: String...) -> Value {
        [
            "metadata": ["name": "p", "annotations": ["a.image-policy.k8s.io/ticket": "1", "other": "2"]],
            "spec": ["containers": .array(images.map { ["image": .string($0)] })],
        ]
    }

    private func attributes(_ pod: Value, old: Value = .null, subresource: String = "") -> AdmissionAttributes {
        AdmissionAttributes(
            operation: old.isNull ? .create : .update, kind: GroupVersionKind(group: "", version: "v1", kind: "Pod"),
            resource: GroupResource(group: "", resource: "pods"), version: "v1", subresource: subresource, namespace: "default", name: "p",
            object: pod, oldObject: old, user: UserInfo(name: "me"), isDryRun: false, options: .emptyObject,
            requestVersion: GroupVersion(group: "", version: "v1"))
    }

    private func webhook(_ server: Images, allows: Bool = false) throws -> ImagePolicyWebhook {
        let settings = try ImagePolicySettings(["imagePolicy": ["kubeConfigFile": "/x", "defaultAllow": .bool(allows)]])
        return ImagePolicyWebhook(try #require(settings), server: server)
    }

    private func refusal(_ webhook: ImagePolicyWebhook, _ attributes: AdmissionAttributes) async -> String {
        do throws(StatusError) {
            try await webhook.validate(attributes, warnings: RequestNotes())
            return ""
        } catch {
            return error.message
        }
    }

    @Test func imagesAreAskedAboutOnce() async throws {
        let server = Images(["allowed": true])
        let webhook = try webhook(server)
        #expect(await refusal(webhook, attributes(pod("a", "b"))) == "")
        #expect(await refusal(webhook, attributes(pod("a", "b"))) == "")
        let asked = server.asked.withLock { $0 }
        #expect(asked.count == 1)
        #expect(
            asked.first?["spec"] == [
                "containers": [["image": "a"], ["image": "b"]], "namespace": "default", "annotations": ["a.image-policy.k8s.io/ticket": "1"],
            ])
        #expect(await refusal(webhook, attributes(pod("c"), old: pod("c"))) == "")
        #expect(server.asked.withLock { $0.count } == 2, "an update is asked about, whatever it changes")
        var initiated = pod("a")
        initiated["spec"]["initContainers"] = [["image": "first"]]
        #expect(await refusal(webhook, attributes(initiated)) == "")
        #expect(server.asked.withLock { $0.last }?["spec"]["containers"] == [["image": "a"], ["image": "first"]])
    }

    @Test func whatIsDeniedStaysOut() async throws {
        let refusing = try webhook(Images(["allowed": false, "reason": "not signed"]))
        #expect(await refusal(refusing, attributes(pod("a"))) == "pods \"p\" is forbidden: image policy webhook backend denied one or more images: not signed")
        let terse = try webhook(Images(["allowed": false]))
        #expect(await refusal(terse, attributes(pod("a"))) == "pods \"p\" is forbidden: one or more images rejected by webhook backend")
    }

    @Test func withoutAnAnswerTheSettingDecides() async throws {
        #expect(await refusal(try webhook(Images(nil)), attributes(pod("a"))) == "pods \"p\" is forbidden: it is away")
        #expect(await refusal(try webhook(Images(nil), allows: true), attributes(pod("a"))) == "")
    }

    @Test(arguments: [true, false]) func theAuditKnowsOfPodsThatCameInWithoutAnAnswer(_ allows: Bool) async throws {
        let events = Events()
        let policy = try AuditPolicy(["apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": [["level": "Metadata"]]])
        let request = AuditRequest(verb: "create", uri: "/", user: .emptyObject, resource: nil, sourceAddresses: [], userAgent: "")
        let record = try #require(Auditor(policy: policy, sinks: [events]).begin(request, id: "1"))
        let notes = RequestNotes()
        notes.tell(record)
        let webhook = try webhook(Images(nil), allows: allows)
        try? await webhook.validate(attributes(pod("a")), warnings: notes)
        record.complete(code: 201)
        let told = try #require(events.lines.withLock { $0.last })
        let annotations = try Value(json: told)["annotations"]
        #expect(annotations["imagepolicywebhook.image-policy.k8s.io/failed-open"].string == (allows ? "true" : nil))
    }

    @Test func settingsAreChecked() throws {
        #expect(try ImagePolicySettings(.null).map { _ in true } == nil)
        #expect(throws: ConfigurationProblem.self) { try ImagePolicySettings(["imagePolicy": .emptyObject]) }
        #expect(throws: ConfigurationProblem.self) { try ImagePolicySettings(["imagePolicy": ["kubeConfigFile": "/x", "allowTTL": 1801]]) }
        var settings = AdmissionSettings()
        try settings.choose(enable: "ImagePolicyWebhook", disable: "")
        #expect(throws: ConfigurationProblem.self) { try settings.imagePolicy() }
    }
}
