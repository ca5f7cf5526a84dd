package import ComponentMetrics

extension FlowController {
    /// What the levels and schemas tell of themselves, under the names of Kubernetes.
    package func collect(_ writer: inout MetricWriter) {
        let (levels, counts, _, fraction) = seen
        let current = counts.map { ($0, $0.current) }
        func labels(_ count: FlowSchemaCount) -> [(String, String)] { [("priority_level", count.level), ("flow_schema", count.schema)] }
        let prefix = "apiserver_flowcontrol_"
        writer.begin(prefix + "dispatched_requests_total", .counter, "Requests that were let go.")
        for (count, now) in current { writer.sample(prefix + "dispatched_requests_total", labels(count), now.dispatched) }
        writer.begin(prefix + "rejected_requests_total", .counter, "Requests that were refused, by reason.")
        for (count, now) in current {
            for refusal in FlowSchemaCount.Refusal.allCases {
                guard let number = now.refused[refusal] else { continue }
                writer.sample(prefix + "rejected_requests_total", labels(count) + [("reason", refusal.rawValue)], number)
            }
        }
        let gauges: [(String, String, (FlowSchemaCount.Counts) -> Int)] = [
            ("current_inqueue_requests", "Requests that wait.", { $0.waiting }),
            ("current_inqueue_seats", "Seats of the requests that wait.", { $0.waitingSeats }),
            ("current_executing_requests", "Requests that are worked on.", { $0.executing }),
            ("current_executing_seats", "Seats of the requests that are worked on.", { $0.executingSeats }),
        ]
        for (name, help, value) in gauges {
            writer.begin(prefix + name, .gauge, help)
            for (count, now) in current { writer.sample(prefix + name, labels(count), value(now)) }
        }
        writer.begin(prefix + "request_wait_duration_seconds", .histogram, "Seconds that requests waited.")
        for (count, now) in current {
            writer.histogram(
                prefix + "request_wait_duration_seconds", labels(count) + [("execute", "true")], FlowSchemaCount.waitBounds, now.waits)
            if now.refused.isEmpty { continue }
            writer.histogram(
                prefix + "request_wait_duration_seconds", labels(count) + [("execute", "false")], FlowSchemaCount.waitBounds,
                now.refusedWaits)
        }
        writer.begin(prefix + "request_execution_seconds", .histogram, "Seconds that requests were worked on.")
        for (count, now) in current {
            writer.histogram(
                prefix + "request_execution_seconds", labels(count) + [("type", "regular")], FlowSchemaCount.executionBounds, now.executions)
        }
        collect(levels, &writer)
        writer.begin(prefix + "seat_fair_frac", .gauge, "The fraction of what they want that levels get.")
        writer.sample(prefix + "seat_fair_frac", [], fraction)
    }

    private func collect(_ levels: [PriorityLevel], _ writer: inout MetricWriter) {
        let prefix = "apiserver_flowcontrol_"
        let figures = levels.map { ($0.name, $0.figures) }
        let gauges: [(String, String, (PriorityLevel.Figures) -> Double)] = [
            ("nominal_limit_seats", "The seats that a level has by its shares.", { Double($0.bounds.nominal) }),
            ("lower_limit_seats", "The seats that a level never lends.", { Double($0.bounds.lowest) }),
            ("upper_limit_seats", "The most seats that a level may have.", { Double($0.bounds.highest) }),
            ("current_limit_seats", "The seats that a level has now.", { Double($0.limit) }),
            ("demand_seats_high_watermark", "The most seats that were wanted in the last period.", { $0.high }),
            ("demand_seats_average", "The seats that were wanted in the last period.", { $0.mean }),
            ("demand_seats_stdev", "How the seats that were wanted varied.", { $0.deviation }),
            ("demand_seats_smoothed", "The seats that were wanted lately.", { $0.smoothed }),
            ("target_seats", "The seats that a level should have.", { $0.target }),
        ]
        for (name, help, value) in gauges {
            writer.begin(prefix + name, .gauge, help)
            for (level, figure) in figures { writer.sample(prefix + name, [("priority_level", level)], value(figure)) }
        }
    }
}
