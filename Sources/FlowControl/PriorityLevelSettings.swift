package import Objects

/// What a PriorityLevelConfiguration says.
package struct PriorityLevelSettings: Sendable, Hashable {
    /// How requests wait that find no seat.
    package struct Queuing: Sendable, Hashable {
        package let queues: Int
        package let handSize: Int
        package let lengthLimit: Int
    }

    package let name: String
    package let uid: String
    package let isExempt: Bool
    package let shares: Int64
    package let lendablePercent: Int64
    /// Nil when a level may borrow whatever there is.
    package let borrowingLimitPercent: Int64?
    /// Nil when what finds no seat is refused.
    package let queuing: Queuing?

    package init(_ object: Value) {
        let spec = object["spec"]
        name = object["metadata"]["name"].string ?? ""
        uid = object["metadata"]["uid"].string ?? ""
        isExempt = spec["type"].string == "Exempt"
        let part = spec[isExempt ? "exempt" : "limited"]
        shares = max(part["nominalConcurrencyShares"].int ?? (isExempt ? 0 : 30), 0)
        lendablePercent = min(max(part["lendablePercent"].int ?? 0, 0), 100)
        borrowingLimitPercent = isExempt ? nil : part["borrowingLimitPercent"].int.map { max($0, 0) }
        let response = part["limitResponse"]
        guard !isExempt, response["type"].string == "Queue" else {
            queuing = nil
            return
        }
        let queues = min(max(response["queuing"]["queues"].int ?? 64, 1), 10_000)
        let hand = min(max(response["queuing"]["handSize"].int ?? 8, 1), queues)
        let limit = min(max(response["queuing"]["queueLengthLimit"].int ?? 50, 1), 1_000_000)
        queuing = Queuing(queues: Int(queues), handSize: Int(hand), lengthLimit: Int(limit))
    }
}
