import Audit
import Foundation
import Logging
import Objects
import Synchronization
import Testing

/// Keeps events in memory.
private final class Kept: AuditSink {
    private let lines = Mutex<[[UInt8]]>([])

    func write(_ event: [UInt8]) { lines.withLock { $0.append(event) } }
    func close() async {}
    var events: [Value] { lines.withLock { $0 }.compactMap { try? Value(json: $0) } }
}

@Suite struct AuditEventTests {
    private func record(_ policy: String, _ resource: String, _ sink: Kept, sub: String = "") throws -> AuditRecord? {
        let policy = try AuditPolicy(try YAML.parse("apiVersion: audit.k8s.io/v1\nkind: Policy\n" + policy))
        let request = AuditRequest(
            verb: "create", uri: "/api/v1/namespaces/default/\(resource)?dryRun=All", user: ["username": "jane"],
            resource: AuditRequest.Resource(
                group: "", version: "v1", resource: resource, subresource: sub, namespace: "default", name: ""),
            sourceAddresses: ["10.0.0.1"], userAgent: "kubectl/v1")
        return Auditor(policy: policy, sinks: [sink]).begin(request, id: "id-1")
    }

    @Test func tellsTheStagesOfARequest() throws {
        let sink = Kept()
        let record = try #require(try record("rules: [{level: RequestResponse}]", "configmaps", sink))
        record.send(["metadata": ["name": "a"], "data": ["x": "y"]])
        record.annotate("authorization.k8s.io/decision", "allow")
        record.annotate("authorization.k8s.io/decision", "forbid")
        record.complete(code: 201, response: ["kind": "ConfigMap", "metadata": ["name": "a", "uid": "u"]])
        record.complete(code: 500)
        let events = sink.events
        #expect(events.map { $0["stage"].string } == ["RequestReceived", "ResponseComplete"])
        let last = try #require(events.last)
        #expect(last["auditID"].string == "id-1" && last["level"].string == "RequestResponse")
        #expect(last["responseStatus"]["code"].int == 201)
        #expect(last["requestObject"]["data"]["x"].string == "y")
        #expect(last["responseObject"]["metadata"]["uid"].string == "u")
        #expect(last["objectRef"]["name"].string == "a" && last["objectRef"]["apiVersion"].string == "v1")
        #expect(last["annotations"]["authorization.k8s.io/decision"].string == "allow")
        #expect(last["requestURI"].string?.hasSuffix("?dryRun=All") == true)
    }

    @Test func omitsStagesManagedFieldsAndBodies() throws {
        let sink = Kept()
        let policy = "omitStages: [RequestReceived]\nomitManagedFields: true\nrules: [{level: Request}]"
        let record = try #require(try record(policy, "configmaps", sink))
        record.send(["metadata": ["name": "a", "managedFields": [["manager": "m"]]]])
        record.complete(code: 201, response: ["kind": "ConfigMap"])
        let events = sink.events
        #expect(events.count == 1)
        #expect(events[0]["requestObject"]["metadata"]["managedFields"].isNull && events[0]["responseObject"].isNull)
    }

    @Test func neverTellsASecret() throws {
        let sink = Kept()
        let secrets = try #require(try record("rules: [{level: RequestResponse}]", "secrets", sink))
        secrets.send(["stringData": ["password": "hunter2"]])
        secrets.complete(
            code: 200,
            response: [
                "items": [[
                    "metadata": ["annotations": ["kubectl.kubernetes.io/last-applied-configuration": "{hunter2}"]],
                    "data": ["password": "aHVudGVyMg=="],
                ]]
            ])
        let tokens = try #require(try record("rules: [{level: RequestResponse}]", "serviceaccounts", sink, sub: "token"))
        tokens.send(["spec": ["audiences": ["x"]]])
        tokens.complete(code: 201, response: ["status": ["token": "eyJhbGciOi"]])
        let text = sink.events.map(\.jsonString).joined()
        for secret in ["hunter2", "aHVudGVyMg", "eyJhbGciOi"] { #expect(!text.contains(secret)) }
        #expect(text.contains("password"))
    }

    @Test func putsLargeLogsAside() async throws {
        let folder = NSTemporaryDirectory() + "martlet-audit-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var logger = Logger(label: "audit")
        logger.logLevel = .critical
        let log = try AuditLog(path: folder + "/audit.log", limits: AuditLog.Limits(size: 1000, files: 3), logger: logger)
        for number in 0..<100 {
            log.write(Array(#"{"number":\#(number),"filler":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}"#.utf8))
            try await Task.sleep(for: .milliseconds(2))
        }
        await log.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names.count == 4 && names.contains("audit.log"), "\(names)")
        let newest = try String(contentsOfFile: folder + "/audit.log", encoding: .utf8)
        #expect(newest.contains("\"number\":99"))
        let mode = try FileManager.default.attributesOfItem(atPath: folder + "/audit.log")[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }
}
