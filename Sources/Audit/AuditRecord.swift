package import Objects
import Synchronization

/// One request on its way, as the audit sees it. Its events go out as its stages are reached.
package final class AuditRecord: Sendable {
    private struct State {
        var impersonated: Value?
        var constraint: String?
        var annotations: [(key: String, value: String)] = []
        var request: Value?
        var isComplete = false
        /// The name of an object that is made, where the path has none.
        var name = ""
    }

    private let id: String
    private let request: AuditRequest
    private let decision: AuditPolicy.Decision
    private let received = Timestamp.now()
    private let sinks: [any AuditSink]
    private let state = Mutex(State())

    init(_ request: AuditRequest, _ decision: AuditPolicy.Decision, id: String, sinks: [any AuditSink]) {
        self.request = request
        self.decision = decision
        self.id = id
        self.sinks = sinks
    }

    /// Whether what was sent is told too, and whether the answer is.
    package var tellsRequest: Bool { decision.level >= .request }
    package var tellsResponse: Bool { decision.level >= .requestResponse }

    /// Says as whom the user acts, and by which constrained right.
    package func impersonate(_ user: Value, constraint: String? = nil) {
        state.withLock { ($0.impersonated, $0.constraint) = (user, constraint) }
    }

    /// Adds what a part of the chain decided (`authorization.k8s.io/decision`). The first value of a key stays.
    package func annotate(_ key: String, _ value: String) {
        state.withLock { state in
            if !state.annotations.contains(where: { $0.key == key }) { state.annotations.append((key, value)) }
        }
    }

    /// Keeps what was sent.
    package func send(_ value: Value) {
        guard tellsRequest else { return }
        state.withLock { $0.request = value }
    }

    /// Says what an object that is made is called.
    package func concern(_ name: String) { state.withLock { $0.name = name } }

    package func begin() { emit(.requestReceived, status: nil, response: nil) }

    /// A stream has begun.
    package func respond(code: Int) { emit(.responseStarted, status: Self.status(code), response: nil) }

    /// The request is over. `failure` is the `Status` of what went wrong, `response` the answer.
    package func complete(code: Int, failure: Value? = nil, response: Value? = nil) {
        let isFirst = state.withLock { state in
            defer { state.isComplete = true }
            return !state.isComplete
        }
        guard isFirst else { return }
        var status = Self.status(code)
        if let failure {
            for key in ["status", "message", "reason", "details"] where !failure[key].isNull { status[key] = failure[key] }
        }
        emit(.responseComplete, status: status, response: tellsResponse ? response ?? failure : nil)
    }

    private static func status(_ code: Int) -> Value { ["metadata": .emptyObject, "code": .int(Int64(code))] }

    private func emit(_ stage: AuditStage, status: Value?, response: Value?) {
        guard !decision.omittedStages.contains(stage) else { return }
        let (impersonated, constraint, annotations, sent, name) = state.withLock {
            ($0.impersonated, $0.constraint, $0.annotations, $0.request, $0.name)
        }
        var event: Value = [
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": .string(decision.level.text), "auditID": .string(id),
            "stage": .string(stage.rawValue), "requestURI": .string(request.uri), "verb": .string(request.verb), "user": request.user,
        ]
        if let impersonated { event["impersonatedUser"] = impersonated }
        if let constraint { event["authenticationMetadata"] = ["impersonationConstraint": .string(constraint)] }
        event["sourceIPs"] = Value(request.sourceAddresses)
        if !request.userAgent.isEmpty { event["userAgent"] = .string(request.userAgent) }
        if let resource = request.resource { event["objectRef"] = Self.reference(resource, sent ?? response, name) }
        if let status { event["responseStatus"] = status }
        if stage != .requestReceived, let sent { event["requestObject"] = shown(sent) }
        if let response { event["responseObject"] = shown(response) }
        event["requestReceivedTimestamp"] = .string(received.microText)
        event["stageTimestamp"] = .string(Timestamp.now().microText)
        if !annotations.isEmpty {
            event["annotations"] = .object(Members(annotations.map { ($0.key, Value.string($0.value)) }))
        }
        let line = event.json
        for sink in sinks { sink.write(line) }
    }

    private static func reference(_ resource: AuditRequest.Resource, _ object: Value?, _ made: String) -> Value {
        var reference = Value.emptyObject
        reference["resource"] = .string(resource.resource)
        if !resource.namespace.isEmpty { reference["namespace"] = .string(resource.namespace) }
        let name = resource.name.isEmpty ? object?["metadata"]["name"].string ?? made : resource.name
        if !name.isEmpty { reference["name"] = .string(name) }
        if let uid = object?["metadata"]["uid"].string, !uid.isEmpty { reference["uid"] = .string(uid) }
        if !resource.group.isEmpty { reference["apiGroup"] = .string(resource.group) }
        reference["apiVersion"] = .string(resource.version)
        if let version = object?["metadata"]["resourceVersion"].string, !version.isEmpty { reference["resourceVersion"] = .string(version) }
        if !resource.subresource.isEmpty { reference["subresource"] = .string(resource.subresource) }
        return reference
    }

    private func shown(_ value: Value) -> Value {
        var value = Redaction.withoutSecrets(value, resource: request.resource?.resource ?? "", request.resource?.subresource ?? "")
        if decision.omitsManagedFields {
            value["metadata"].remove("managedFields")
            if case .array(let items) = value["items"] {
                value["items"] = .array(items.map { item in
                    var item = item
                    item["metadata"].remove("managedFields")
                    return item
                })
            }
        }
        return value
    }
}
