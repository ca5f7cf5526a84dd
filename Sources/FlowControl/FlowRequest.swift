/// What decides into which flow a request falls.
package struct FlowRequest: Sendable {
    package var user: String
    package var groups: [String]
    package var verb: String
    package var isResourceRequest: Bool
    package var apiGroup = ""
    /// With the subresource, where there is one: `pods/status`.
    package var resource = ""
    /// Empty for what is of the whole cluster.
    package var namespace = ""
    package var path = ""

    package init(user: String, groups: [String], verb: String, isResourceRequest: Bool) {
        self.user = user
        self.groups = groups
        self.verb = verb
        self.isResourceRequest = isResourceRequest
    }
}

/// How much of a priority level a request takes: seats while it is worked on, and afterwards those that its watchers cost.
package struct RequestWidth: Sendable, Hashable {
    package var seats: Int
    package var finalSeats: Int
    /// Seconds for which the final seats are taken.
    package var finalSeconds: Double

    package init(seats: Int = 1, finalSeats: Int = 0, finalSeconds: Double = 0) {
        self.seats = seats
        self.finalSeats = finalSeats
        self.finalSeconds = finalSeconds
    }

    /// A list of so many objects: a seat for each hundred.
    package static func list(of objects: Int, maximumSeats: Int) -> RequestWidth {
        RequestWidth(seats: min(max((objects + objectsPerSeat - 1) / objectsPerSeat, 1), max(maximumSeats, 1)))
    }

    /// A write that so many watchers hear of: a seat for each ten of them, for five milliseconds; longer when that
    /// would be more seats than one request may have.
    package static func write(watchers: Int, maximumSeats: Int) -> RequestWidth {
        guard watchers >= watchersPerSeat else { return RequestWidth() }
        let wanted = (watchers + watchersPerSeat - 1) / watchersPerSeat
        let seats = min(wanted, max(maximumSeats, 1))
        return RequestWidth(finalSeats: seats, finalSeconds: Double(wanted) * secondsPerSeat / Double(seats))
    }

    package static let maximumSeats = 10
    private static let objectsPerSeat = 100
    private static let watchersPerSeat = 10
    private static let secondsPerSeat = 0.005

    /// Seat-seconds of a request whose work takes `seconds`.
    func work(_ seconds: Double) -> Double { Double(seats) * seconds + Double(finalSeats) * finalSeconds }
}
