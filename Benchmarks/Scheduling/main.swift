// Prints how fast the scheduler is, in the cases of upstream's scheduler_perf, against an API in memory that takes everything.
//
//     scheduling-benchmark [--only NAME] [--scale PERCENT]

import APIClient
import Glibc
import Logging
import Objects
import Scheduler

struct Measurement {
    let podsPerSecond: Double
    /// Seconds of processors for each pod, with the API in memory: what a busy machine does not change.
    let processorSeconds: Double
    /// From a pod's creation to its binding, when pods come one by one.
    let median: Duration
    let worstOfHundred: Duration
}

struct SchedulingRun {
    let example: SchedulingCase
    let scale: Int

    private func scaled(_ count: Int) -> Int { count * scale / 100 }

    func measure() async -> Measurement {
        let transport = MemoryTransport()
        for index in 0..<scaled(example.nodes) {
            var node = Template.node(index)
            example.node(index, &node)
            transport.put("nodes", node)
        }
        for name in ["default", "sched-0", "sched-1"] { transport.put("namespaces", ["metadata": ["name": .string(name)]]) }
        example.prepare(transport, scaled(example.nodes))
        var logger = Logger(label: "benchmark")
        logger.logLevel = .error
        let scheduler = PodScheduler(transport: transport, logger: logger)
        let running = Task { await scheduler.run() }
        let initial = scaled(example.initialPods)
        for index in 0..<initial { transport.put("pods", example.initial(index)) }
        await until(transport, initial)
        let hopeless = scaled(example.hopeless)
        for index in 0..<hopeless { transport.put("pods", Template.pod("hopeless-\(index)", cpu: "100", priority: 5)) }
        while transport.refused < hopeless { try? await Task.sleep(for: .milliseconds(2)) }
        let count = scaled(example.pods)
        let pods = (0..<count).map(example.measured)
        let beside = example.beside.map { make in
            Task {
                var index = 0
                while !Task.isCancelled {
                    transport.put("pods", make(index))
                    index += 1
                    try? await Task.sleep(for: .milliseconds(200))
                }
            }
        }
        let churn = example.hasChurn ? Task { await self.churn(transport) } : nil
        let begun = ContinuousClock.now, used = Self.processorSeconds
        for (index, pod) in pods.enumerated() {
            example.companion(transport, index)
            transport.put("pods", pod)
        }
        await until(transport, initial + count)
        let time = ContinuousClock.now - begun, processors = Self.processorSeconds - used
        let latencies = await latencies(transport)
        churn?.cancel()
        beside?.cancel()
        running.cancel()
        await running.value
        return Measurement(
            podsPerSecond: Double(count) / time.seconds, processorSeconds: processors / Double(count), median: latencies[latencies.count / 2], worstOfHundred: latencies[latencies.count * 99 / 100])
    }

    /// What this process has used of processors.
    private static var processorSeconds: Double {
        var used = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        return Double(used.tv_sec) + Double(used.tv_nsec) / 1e9
    }

    private func until(_ transport: MemoryTransport, _ count: Int) async {
        while transport.bound < count { try? await Task.sleep(for: .milliseconds(2)) }
    }

    /// Pods that come one after the other, two hundred a second.
    private func latencies(_ transport: MemoryTransport) async -> [Duration] {
        var begun: [String: ContinuousClock.Instant] = [:]
        let before = transport.bound
        for index in 0..<200 {
            var pod = Template.pod("single-\(index)", cpu: "10m", memory: "10Mi", priority: 100)
            if example.name != "preemption", example.hasSingles {
                example.companion(transport, 1_000_000 + index)
                pod = example.measured(1_000_000 + index)
            }
            begun[pod["metadata"]["name"].string ?? ""] = .now
            transport.put("pods", pod)
            try? await Task.sleep(for: .milliseconds(5))
        }
        while transport.bound < before + 200 { try? await Task.sleep(for: .milliseconds(2)) }
        return begun.compactMap { name, start in transport.boundAt(name).map { $0 - start } }.sorted()
    }

    /// Nodes, pods and services that come and go.
    private func churn(_ transport: MemoryTransport) async {
        var round = 0
        while !Task.isCancelled {
            round += 1
            var node = Template.node(1_000_000 + round)
            node["status"]["allocatable"]["cpu"] = "0"
            transport.put("nodes", node)
            transport.put("pods", Template.pod("churn-\(round)", cpu: "100", priority: 10))
            transport.put("services", ["metadata": ["name": .string("s\(round)"), "namespace": "default"], "spec": ["selector": ["a": "b"]]])
            try? await Task.sleep(for: .milliseconds(200))
            transport.remove("nodes", "node-\(1_000_000 + round)")
            transport.remove("pods", "default/churn-\(round)")
            transport.remove("services", "default/s\(round)")
        }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
    var milliseconds: Double { seconds * 1000 }
}

extension Double {
    func text(_ digits: Int) -> String {
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        let whole = Int((self * factor).rounded())
        if digits == 0 { return String(whole) }
        let fraction = String(whole % Int(factor))
        return "\(whole / Int(factor))." + String(repeating: "0", count: max(digits - fraction.count, 0)) + fraction
    }
}

/// Prints a line at once, also into a pipe.
func show(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}

var only: String?
var scale = 100
var arguments = CommandLine.arguments.dropFirst()
while let flag = arguments.popFirst() {
    guard let value = arguments.popFirst() else { break }
    if flag == "--only" { only = value }
    if flag == "--scale" { scale = Int(value) ?? 100 }
}
for example in SchedulingCases.all where only == nil || example.name == only {
    let result = await SchedulingRun(example: example, scale: scale).measure()
    let compared = example.threshold > 0 ? "; upstream asks for \(Int(example.threshold)): \((result.podsPerSecond / example.threshold).text(1)) x" : ""
    show(
        "scheduling, \(example.name): \(result.podsPerSecond.text(0)) pods/s\(compared); \((1 / result.processorSeconds).text(0)) pods for a second of a processor; creation to binding, one by one: "
            + "p50 \(result.median.milliseconds.text(2)) ms, p99 \(result.worstOfHundred.milliseconds.text(2)) ms")
}
