/// The tables of `/debug/api_priority_and_fairness/`.
extension FlowController {
    /// One line a level.
    package var levelTable: String {
        var lines = [["PriorityLevelName", "ActiveQueues", "IsIdle", "IsQuiescing", "WaitingRequests", "ExecutingRequests", "DispatchedRequests", "RejectedRequests", "TimedoutRequests", "CancelledRequests"]]
        let (levels, counts, _, _) = seen
        for level in levels {
            let figures = level.figures
            let own = counts.filter { $0.level == level.name }.map(\.current)
            let active = level.queues.summary.count { $0.waiting + $0.executing > 0 }
            func refused(_ reasons: [FlowSchemaCount.Refusal]) -> Int {
                own.reduce(0) { sum, count in sum + reasons.reduce(0) { $0 + (count.refused[$1] ?? 0) } }
            }
            let isIdle = figures.executing + figures.waiting == 0
            let isPlain = level.settings.isExempt || level.settings.queuing == nil
            lines.append([
                level.name, isPlain ? "<none>" : String(active), String(isIdle), "false", String(figures.waiting),
                String(figures.executing), String(own.reduce(0) { $0 + $1.dispatched }), String(refused([.full, .noSeat])),
                String(refused([.timeOut])), "0",
            ])
        }
        return Self.table(lines)
    }

    /// One line a queue.
    package var queueTable: String {
        var lines = [["PriorityLevelName", "Index", "PendingRequests", "ExecutingRequests", "SeatsInUse", "NextDispatchR", "InitialSeatsSum", "MaxSeatsSum", "TotalWorkSum"]]
        for level in seen.levels where !level.settings.isExempt && level.settings.queuing != nil {
            for queue in level.queues.summary {
                lines.append([
                    level.name, String(queue.queue), String(queue.waiting), String(queue.executing), String(queue.executingSeats),
                    "\(Self.rounded(queue.nextStart))ss", String(queue.waiting), String(queue.waiting), "\(Self.rounded(queue.waitingWork))ss",
                ])
            }
        }
        return Self.table(lines)
    }

    /// One line a request that waits.
    package var requestTable: String {
        var lines = [["PriorityLevelName", "FlowSchemaName", "QueueIndex", "RequestIndexInQueue", "FlowDistingsher", "ArriveTime", "InitialSeats", "FinalSeats", "AdditionalLatency", "StartTime"]]
        for level in seen.levels {
            let waits = level.waits
            var places: [Int: Int] = [:]
            for (queue, id) in level.queues.waitingIDs {
                guard let wait = waits[id] else { continue }
                let place = places[queue, default: 0]
                places[queue] = place + 1
                let waited = (ContinuousClock.now - wait.arrived)
                lines.append([
                    level.name, wait.schema.schema, String(queue), String(place), "", "\(waited) ago", String(wait.width.seats),
                    String(wait.width.finalSeats), "\(Self.rounded(wait.width.finalSeconds))s", "",
                ])
            }
        }
        return Self.table(lines)
    }

    private static func rounded(_ number: Double) -> Double { (number * 1e8).rounded() / 1e8 }

    /// Columns that begin below each other.
    private static func table(_ lines: [[String]]) -> String {
        let count = lines.first?.count ?? 0
        let widths = (0..<count).map { column in lines.map { $0[column].utf8.count }.max() ?? 0 }
        return lines.map { line in
            zip(line, widths).map { cell, width in cell + "," + String(repeating: " ", count: width - cell.utf8.count + 1) }.joined()
        }.joined(separator: "\n") + "\n"
    }
}
