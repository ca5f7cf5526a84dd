import Audit
import Authentication
import KubernetesTypes
import Objects
import Schema

/// The course of one request, for those who watch: the metrics and the audit.
struct RequestCourse: Sendable {
    private let meter: RequestMetrics.Meter
    private let metrics: RequestMetrics
    private let audit: AuditRecord?

    init(_ request: ServerRequest, _ notes: RequestNotes, _ chain: RequestChain, _ metrics: RequestMetrics) {
        let info = request.info
        let kind = chain.dispatcher.kinds.kind(group: info.group, version: info.version, resource: info.resource)
        self.metrics = metrics
        meter = metrics.begin(request, isServed: kind != nil)
        audit = chain.auditor?.begin(Self.auditRequest(request), id: notes.auditID)
        guard let audit else { return }
        notes.tell(audit)
        if audit.tellsRequest, !request.body.isEmpty || request.value != nil, let sent = try? chain.dispatcher.decoder.tree(request).value {
            audit.send(sent)
        }
    }

    static func auditRequest(_ request: ServerRequest) -> AuditRequest {
        let info = request.info
        let resource = info.isResourceRequest
            ? AuditRequest.Resource(
                group: info.group, version: info.version, resource: info.resource, subresource: info.subresource,
                namespace: info.namespace, name: info.name) : nil
        return AuditRequest(
            verb: info.verb, uri: request.rawQuery.map { request.path + "?" + $0 } ?? request.path, user: request.user.value,
            resource: resource, sourceAddresses: request.remoteAddress.isEmpty ? [] : [request.remoteAddress],
            userAgent: request.headers["user-agent"] ?? "")
    }

    func end(_ error: StatusError) {
        metrics.end(meter, status: error.code, bytes: 0)
        audit?.complete(code: error.code, failure: error.status)
    }

    func end(status: Int, bytes: Int, _ answer: Answer? = nil) {
        metrics.end(meter, status: status, bytes: bytes)
        guard let audit else { return }
        audit.complete(code: status, response: audit.tellsResponse ? answer.flatMap(Self.value) : nil)
    }

    /// The answer goes on for as long as the client listens.
    func becomesStream() {
        metrics.streams(meter, status: 200)
        audit?.respond(code: 200)
    }

    func endStream() {
        metrics.end(meter, status: 0, bytes: 0)
        audit?.complete(code: 200)
    }

    static func value(_ answer: Answer) -> Value? {
        switch answer {
        case .object(_, let object, _): return object.value
        case .value(_, let value): return value
        case .list(let list):
            return [
                "kind": .string(list.kind.description.listKind), "apiVersion": .string(list.kind.groupVersion.description),
                "metadata": ["resourceVersion": .string(String(list.revision))], "items": .array(list.objects.map(\.value)),
            ]
        default: return nil
        }
    }
}
