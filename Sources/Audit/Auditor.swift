/// Watches requests by a policy and tells the sinks of them.
package final class Auditor: Sendable {
    private let policy: AuditPolicy
    private let sinks: [any AuditSink]

    package init(policy: AuditPolicy, sinks: [any AuditSink]) {
        self.policy = policy
        self.sinks = sinks
    }

    /// The record of a request that has just come; nil when nothing is to be told of it. `id` is what the client said in
    /// `Audit-ID`, if it did.
    package func begin(_ request: AuditRequest, id: String) -> AuditRecord? {
        let decision = policy.decide(request)
        guard decision.level > .none else { return nil }
        let record = AuditRecord(request, decision, id: id, sinks: sinks)
        record.begin()
        return record
    }

    package func close() async { for sink in sinks { await sink.close() } }
}
