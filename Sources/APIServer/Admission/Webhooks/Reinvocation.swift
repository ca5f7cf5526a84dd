import Objects

/// What happened to an object on its way through the mutating steps: after a webhook changed it, the steps run a second
/// time, and of the webhooks those that asked for it.
struct Reinvocation: Sendable {
    /// Whether a webhook changed the object in the first round.
    var isNeeded = false
    var isSecondRound = false
    /// The object as the last webhook of the first round left it.
    var output = Value.null
    /// Webhooks that saw the object and want to see it again when it changes later.
    private var seen: Set<String> = []
    /// Webhooks that are to be called again.
    private(set) var due: Set<String> = []

    /// A webhook that may be reinvoked has been called.
    mutating func called(_ webhook: String) { seen.insert(webhook) }

    /// The object changed: those that saw it before see it again.
    mutating func changed() {
        due.formUnion(seen)
        seen = []
    }

    /// Whether the webhook is called in this round.
    func isCalled(_ webhook: String) -> Bool { !isSecondRound || due.contains(webhook) }
}
