package import Audit
import Synchronization

/// What gathers while a request is worked on, besides its answer: warnings, which become headers, and what the audit is
/// to know.
package final class RequestNotes: Sendable {
    /// Made when somebody asks.
    private let id: Mutex<String?>
    private let texts = Mutex<[String]>([])
    private let record = Mutex<AuditRecord?>(nil)
    private let leave = Mutex<(isGone: Bool, actions: [@Sendable () -> Void])>((false, []))
    private let place = Mutex<(schema: String, level: String)?>(nil)

    package init(auditID: String? = nil) {
        id = Mutex(auditID.flatMap { !$0.isEmpty && $0.utf8.count <= 64 ? $0 : nil })
    }

    /// Under which the audit knows the request; the client may choose it (`Audit-ID`).
    package var auditID: String {
        id.withLock { id in
            if let id { return id }
            let new = Naming.uid()
            id = new
            return new
        }
    }

    /// Adds a warning, once.
    package func add(_ text: String) {
        texts.withLock { if !$0.contains(text) { $0.append(text) } }
    }

    package func add(_ more: [String]) {
        for text in more { add(text) }
    }

    package var warnings: [String] { texts.withLock { $0 } }

    /// The flow schema and the priority level of the request, by their UIDs; nil where flow control plays no part.
    var flow: (schema: String, level: String)? {
        get { place.withLock { $0 } }
        set { place.withLock { $0 = newValue } }
    }

    /// Nil when nothing is told of the request.
    package var audit: AuditRecord? { record.withLock { $0 } }

    func tell(_ audit: AuditRecord) { record.withLock { $0 = audit } }

    /// Runs when the client goes away before it has its answer; at once when it has gone.
    func whenGone(_ action: @escaping @Sendable () -> Void) {
        let isGone = leave.withLock { leave in
            if !leave.isGone { leave.actions.append(action) }
            return leave.isGone
        }
        if isGone { action() }
    }

    /// The client does not wait any more.
    func clientIsGone() {
        let actions = leave.withLock { leave in
            defer { leave = (true, []) }
            return leave.actions
        }
        for action in actions { action() }
    }

    /// Says in the audit what a part of the chain decided.
    package func annotate(_ key: String, _ value: String) { audit?.annotate(key, value) }
}
