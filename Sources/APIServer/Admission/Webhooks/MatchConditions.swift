import Authentication
import Objects
import Webhooks

/// Evaluates the CEL expressions that say whether a webhook is called at all.
protocol MatchConditionEvaluator: Sendable {
    /// Whether all conditions hold. Throws why one cannot be decided, unless another one is false.
    func matches(_ conditions: [Value], _ input: MatchConditionInput) async throws(WebhookFailure) -> Bool
}

/// What the expressions see.
struct MatchConditionInput: Sendable {
    /// The request of the review.
    let request: Value
    let object: Value
    let oldObject: Value
    let user: UserInfo
}
