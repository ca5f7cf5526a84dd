import Authorization
import CEL
import Objects
import Policies
import Synchronization
import Webhooks

/// Evaluates the match conditions of webhooks; each set of conditions is compiled once.
final class ExpressionConditions: MatchConditionEvaluator {
    private let context: PolicyContext
    private let compiled = Mutex<[[Value]: MatchConditions]>([:])
    /// More sets than this are not in use; the table begins anew.
    private static let limit = 512

    init(_ context: PolicyContext) { self.context = context }

    func matches(_ conditions: [Value], _ input: MatchConditionInput) async throws(WebhookFailure) -> Bool {
        let compiled = compiled(conditions)
        let outcome = await context.authorizer.settled {
            compiled.outcome(
                request: input.request, object: input.object, oldObject: input.oldObject, decide: context.decide(for: input.user))
        }
        switch outcome {
        case .matches: return true
        case .excluded: return false
        case .failed(let failure): throw WebhookFailure(failure.message)
        }
    }

    private func compiled(_ conditions: [Value]) -> MatchConditions {
        if let known = compiled.withLock({ $0[conditions] }) { return known }
        let made = MatchConditions(conditions)
        compiled.withLock { table in
            if table.count >= Self.limit { table = [:] }
            table[conditions] = made
        }
        return made
    }
}
