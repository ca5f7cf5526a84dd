import ComponentMetrics
import Testing

@Suite struct MetricWriterTests {
    private func text(_ write: (inout MetricWriter) -> Void) -> String {
        var writer = MetricWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func writesCountersWithTheirLabels() {
        let family = MetricFamily("requests_total", "How many.", labels: ["verb", "code"]) { Counter() }
        family.with(["GET", "200"]).increment(by: 3)
        family.with(["GET", "200"]).increment()
        family.with(["a\"b\\c\nd", "404"]).increment()
        #expect(
            text { $0.write(family) } == """
                # HELP requests_total How many.
                # TYPE requests_total counter
                requests_total{verb="GET",code="200"} 4
                requests_total{verb="a\\"b\\\\c\\nd",code="404"} 1

                """)
    }

    @Test func countsHistogramsUpwards() {
        let family = MetricFamily("seconds", "How long.", labels: []) { Histogram(bounds: [0.1, 1]) }
        for value in [0.05, 0.1, 0.5, 7] { family.with([]).observe(value) }
        #expect(
            text { $0.write(family) } == """
                # HELP seconds How long.
                # TYPE seconds histogram
                seconds_bucket{le="0.1"} 2
                seconds_bucket{le="1"} 3
                seconds_bucket{le="+Inf"} 4
                seconds_sum 7.65
                seconds_count 4

                """)
    }

    @Test func boundsTheCombinationsOfLabels() {
        let family = MetricFamily("many", "Too many.", labels: ["name"]) { Counter() }
        for number in 0..<5000 { family.with(["\(number)"]).increment() }
        let lines = text { $0.write(family) }.split(separator: "\n")
        #expect(lines.count == 2 + 2001)
        #expect(lines.contains("many{name=\"other\"} 3000"))
    }

    @Test func knowsTheProcess() {
        let lines = text { ProcessMetrics.collect(&$0) }.split(separator: "\n")
        let resident = lines.first { $0.hasPrefix("process_resident_memory_bytes ") }.flatMap { Double($0.split(separator: " ")[1]) }
        #expect((resident ?? 0) > 1_000_000)
        let start = lines.first { $0.hasPrefix("process_start_time_seconds ") }.flatMap { Double($0.split(separator: " ")[1]) }
        #expect((start ?? 0) > 1_600_000_000)
    }

    @Test func aCollectorOfTheSameNameTakesTheOldPlace() {
        let registry = MetricRegistry()
        registry.add("a") { $0.sample("old", [], 1) }
        registry.add("a") { $0.sample("new", [], 2) }
        #expect(String(decoding: registry.scrape(), as: UTF8.self) == "new 2\n")
    }
}
