import Synchronization

/// What one request had to ask others, and what they answered.
final class DecisionRound: Sendable {
    /// How often the work of a request is done anew at most.
    static let limit = 64
    @TaskLocal static var current: DecisionRound?

    private struct Question: Hashable {
        let webhook: ObjectIdentifier
        let request: AccessRequest
    }

    private struct State {
        var answers: [Question: AccessDecision] = [:]
        var open: [(webhook: WebhookAuthorizer, question: Question)] = []
    }

    private let state = Mutex(State())

    /// What is known, and "no opinion" for what will be asked.
    static func decision(of webhook: WebhookAuthorizer, _ request: AccessRequest) -> AccessDecision {
        switch webhook.known(request) {
        case .decided(let decision): return decision
        case .open: break
        }
        // Nobody waits here, so nobody can be asked.
        guard let round = current else { return webhook.decisionOnFailure }
        return round.decision(webhook, request)
    }

    private func decision(_ webhook: WebhookAuthorizer, _ request: AccessRequest) -> AccessDecision {
        let question = Question(webhook: ObjectIdentifier(webhook), request: request)
        return state.withLock { state in
            if let answer = state.answers[question] { return answer }
            state.open.append((webhook, question))
            return .noOpinion()
        }
    }

    func run<T: Sendable, E: Error>(_ work: () async throws(E) -> T) async -> Result<T, E> {
        await Self.$current.withValue(self) {
            do throws(E) {
                return .success(try await work())
            } catch {
                return .failure(error)
            }
        }
    }

    /// False when nothing was open.
    func askAll() async -> Bool {
        let open = state.withLock { state in
            defer { state.open = [] }
            return state.open
        }
        if open.isEmpty { return false }
        for (webhook, question) in open {
            if state.withLock({ $0.answers[question] != nil }) { continue }
            let answer = await webhook.ask(question.request)
            state.withLock { $0.answers[question] = answer }
        }
        return true
    }
}
