import Objects

/// What a kubelet said at `/metrics/resource`: counters and gauges of its node and its containers.
struct UsageSample: Sendable, Equatable {
    struct Usage: Sendable, Equatable {
        var cpuSeconds: Double?
        var memoryBytes: Double?
        /// Milliseconds since the epoch, of the processor's counter.
        var time: Int64 = 0
    }

    struct ContainerName: Sendable, Hashable {
        let namespace: String
        let pod: String
        let container: String
    }

    var node = Usage()
    var containers: [ContainerName: Usage] = [:]

    /// Reads the lines of the document that matter; others are passed over. `now` stands in where a line has no time.
    init(_ text: String, now: Int64) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let parsed = Self.parse(line) else { continue }
            let time = parsed.time ?? now
            switch parsed.name {
            case "node_cpu_usage_seconds_total":
                node.cpuSeconds = parsed.value
                node.time = time
            case "node_memory_working_set_bytes": node.memoryBytes = parsed.value
            case "container_cpu_usage_seconds_total", "container_memory_working_set_bytes":
                let name = ContainerName(namespace: parsed.labels["namespace"] ?? "", pod: parsed.labels["pod"] ?? "", container: parsed.labels["container"] ?? "")
                if parsed.name == "container_cpu_usage_seconds_total" {
                    containers[name, default: Usage()].cpuSeconds = parsed.value
                    containers[name, default: Usage()].time = time
                } else {
                    containers[name, default: Usage()].memoryBytes = parsed.value
                }
            default: break
            }
        }
    }

    private static func parse(_ line: Substring) -> (name: Substring, labels: [String: String], value: Double, time: Int64?)? {
        var labels: [String: String] = [:]
        let name: Substring
        var rest: Substring
        if let open = line.firstIndex(of: "{"), let close = line.lastIndex(of: "}"), open < close {
            name = line[..<open]
            rest = line[line.index(after: close)...]
            // Names of namespaces, pods and containers have neither quotes nor commas.
            for pair in line[line.index(after: open)..<close].split(separator: ",") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                if parts.count == 2 { labels[String(parts[0])] = parts[1].filter { $0 != "\"" } }
            }
        } else {
            guard let space = line.firstIndex(of: " ") else { return nil }
            name = line[..<space]
            rest = line[space...]
        }
        rest = rest.drop { $0 == " " }
        let numbers = rest.split(separator: " ")
        guard let first = numbers.first, let value = Double(first) else { return nil }
        return (name, labels, value, numbers.count > 1 ? Int64(numbers[1]) : nil)
    }
}

/// The last two samples of a node, between which the use of processors is measured.
struct UsageWindow: Sendable {
    private(set) var last: UsageSample?
    private(set) var previous: UsageSample?

    mutating func add(_ sample: UsageSample) {
        // The kubelet measures in steps of its own: what it said before once more is no new sample.
        if let last, last.node.time == sample.node.time, sample.node.cpuSeconds != nil {
            self.last = sample
            return
        }
        previous = last
        last = sample
    }

    struct Measured: Sendable, Equatable {
        let cpuNanos: Int64
        let memoryBytes: Int64
        let time: Int64
        let window: Int64
    }

    var node: Measured? { last.flatMap { last in previous.flatMap { Self.measure($0.node, last.node) } } }

    func container(_ name: UsageSample.ContainerName) -> Measured? {
        guard let now = last?.containers[name], let before = previous?.containers[name] else { return nil }
        return Self.measure(before, now)
    }

    private static func measure(_ before: UsageSample.Usage, _ now: UsageSample.Usage) -> Measured? {
        guard let first = before.cpuSeconds, let second = now.cpuSeconds, let memory = now.memoryBytes, now.time > before.time, second >= first else { return nil }
        let seconds = Double(now.time - before.time) / 1000
        let nanos = (second - first) / seconds * 1e9
        guard nanos.isFinite, nanos < 9e15, memory.isFinite, memory >= 0, memory < 9e18 else { return nil }
        return Measured(cpuNanos: Int64(nanos), memoryBytes: Int64(memory), time: now.time, window: now.time - before.time)
    }
}
