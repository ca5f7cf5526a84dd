import ComponentMetrics
import Synchronization

/// The authorizers of a server, in order. The first opinion counts; without one the answer is no.
///
/// What is in force can be replaced while requests are under way.
package struct AuthorizerChain: Authorizer {
    /// One authorizer, as metrics name it.
    package struct Member: Sendable {
        enum Work: Sendable {
            case local(any Authorizer)
            case remote(WebhookAuthorizer)
        }

        let work: Work
        let allowed: Counter?
        let denied: Counter?

        /// `type` and `name` are the labels of metrics; without them nothing is counted.
        package init(_ authorizer: any Authorizer, type: String = "", name: String = "") {
            self.init(.local(authorizer), type, name)
        }

        package init(_ webhook: WebhookAuthorizer, name: String) { self.init(.remote(webhook), "Webhook", name) }

        private init(_ work: Work, _ type: String, _ name: String) {
            self.work = work
            allowed = type.isEmpty ? nil : AuthorizationMetrics.decisions.with([type, name, "allowed"])
            denied = type.isEmpty ? nil : AuthorizationMetrics.decisions.with([type, name, "denied"])
        }
    }

    private final class Members: Sendable {
        let list: Mutex<[Member]>
        /// Whether some of them have to ask others.
        let asksOthers: Atomic<Bool>

        init(_ members: [Member]) {
            list = Mutex(members)
            asksOthers = Atomic(Self.areRemote(members))
        }

        func replace(_ members: [Member]) {
            list.withLock { $0 = members }
            asksOthers.store(Self.areRemote(members), ordering: .releasing)
        }

        private static func areRemote(_ members: [Member]) -> Bool {
            members.contains { if case .remote = $0.work { true } else { false } }
        }
    }

    private let members: Members

    package init(_ members: [Member]) { self.members = Members(members) }

    package init(_ authorizers: [any Authorizer]) { self.init(authorizers.map { Member($0) }) }

    /// Puts other authorizers in force.
    package func replace(_ new: [Member]) { members.replace(new) }

    /// Whether a decision may have to wait: it has to be made within `settled` then.
    package var asksOthers: Bool { members.asksOthers.load(ordering: .acquiring) }

    package func decide(_ request: AccessRequest) -> AccessDecision {
        var reasons: [String] = []
        for member in members.list.withLock({ $0 }) {
            let decision: AccessDecision
            switch member.work {
            case .local(let authorizer): decision = authorizer.decide(request)
            case .remote(let webhook): decision = DecisionRound.decision(of: webhook, request)
            }
            switch decision {
            case .allow:
                member.allowed?.increment()
                return decision
            case .deny:
                member.denied?.increment()
                return decision
            case .noOpinion(let reason): if !reason.isEmpty { reasons.append(reason) }
            }
        }
        return .noOpinion(reason: reasons.joined(separator: "\n"))
    }

    package func allows(_ request: AccessRequest) -> Bool {
        if case .allow = decide(request) { return true }
        return false
    }

    /// Runs work that asks for decisions again and again until everybody who had to be asked has answered.
    ///
    /// Decisions are asked for in the middle of expressions and rules that cannot wait. They are told "no opinion" for what is
    /// not known yet, their outcome is thrown away, the question goes out, and they run anew. So the work must do nothing
    /// that cannot be done twice.
    package func settled<T: Sendable, E: Error>(_ work: () async throws(E) -> T) async throws(E) -> T {
        guard asksOthers else { return try await work() }
        let round = DecisionRound()
        var outcome = await round.run(work)
        for _ in 0..<DecisionRound.limit {
            if await !round.askAll() { break }
            outcome = await round.run(work)
        }
        return try outcome.get()
    }
}
