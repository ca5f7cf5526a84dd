@testable import APIServer
import Testing

@Suite struct UsageWindowTests {
    private func sample(_ cpu: String, _ memory: String, at time: Int64) -> UsageSample {
        UsageSample(
            """
            # HELP node_cpu_usage_seconds_total text
            node_cpu_usage_seconds_total \(cpu) \(time)
            node_memory_working_set_bytes \(memory) \(time)
            container_cpu_usage_seconds_total{container="c",namespace="n",pod="p"} \(cpu) \(time)
            container_memory_working_set_bytes{container="c",namespace="n",pod="p"} \(memory) \(time)
            container_start_time_seconds{container="c",namespace="n",pod="p"} 5
            broken{
            scrape_error 0
            """, now: 7)
    }

    @Test func usageIsMeasuredBetweenTwoSamples() {
        var window = UsageWindow()
        window.add(sample("10", "2048", at: 1000))
        #expect(window.node == nil)
        window.add(sample("11.5", "4096", at: 4000))
        let wanted = UsageWindow.Measured(cpuNanos: 500_000_000, memoryBytes: 4096, time: 4000, window: 3000)
        #expect(window.node == wanted)
        #expect(window.container(.init(namespace: "n", pod: "p", container: "c")) == wanted)
        #expect(window.container(.init(namespace: "n", pod: "p", container: "d")) == nil)
        // The same moment once more is no new sample.
        window.add(sample("11.5", "4096", at: 4000))
        #expect(window.node == wanted)
    }

    @Test func aCounterThatBeganAnewSaysNothing() {
        var window = UsageWindow()
        window.add(sample("10", "1", at: 1000))
        window.add(sample("1", "1", at: 2000))
        #expect(window.node == nil)
        window.add(sample("2", "1", at: 3000))
        #expect(window.node?.cpuNanos == 1_000_000_000)
    }
}
