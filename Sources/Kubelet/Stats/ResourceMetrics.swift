import ContainerRuntime
import KubernetesTypes
import Objects

/// The documents at `/metrics/resource` and `/metrics/cadvisor`.
struct ResourceMetrics {
    let node: NodeUsage
    let pods: [PodUsage]
    let now: Timestamp

    private var milliseconds: Int64 { now.seconds * 1000 + Int64(now.nanoseconds) / 1_000_000 }
    private typealias Labels = [(String, String)]

    private func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }

    private func labels(_ pod: PodUsage) -> Labels { [("namespace", pod.pod.namespace), ("pod", pod.pod.name)] }

    /// What the resource metrics API is made of.
    var resources: String {
        var text = MetricsText()
        func each(_ name: String, _ kind: MetricsText.Kind, _ help: String, _ value: (PodUsage.Container) -> Double) {
            text.begin(name, kind, help)
            for pod in pods {
                for container in pod.containers { text.add([("container", container.name)] + labels(pod), value(container), milliseconds: milliseconds) }
            }
        }
        each("container_cpu_usage_seconds_total", .counter, "[STABLE] Cumulative cpu time consumed by the container in core-seconds") {
            seconds($0.usage.cpuNanoseconds)
        }
        each("container_memory_working_set_bytes", .gauge, "[STABLE] Current working set of the container in bytes") { Double($0.usage.workingSet) }
        text.begin("container_start_time_seconds", .gauge, "[STABLE] Start time of the container since unix epoch in seconds")
        for pod in pods {
            for container in pod.containers { text.add([("container", container.name)] + labels(pod), seconds(container.details.startedAt)) }
        }
        each("container_swap_usage_bytes", .gauge, "[ALPHA] Current amount of the container swap usage in bytes") { Double($0.usage.swap) }
        let usage = node.usage
        text.single("node_cpu_usage_seconds_total", .counter, "[STABLE] Cumulative cpu time consumed by the node in core-seconds", seconds(usage.cpuNanoseconds), milliseconds: milliseconds)
        text.single("node_memory_working_set_bytes", .gauge, "[STABLE] Current working set of the node in bytes", Double(usage.workingSet), milliseconds: milliseconds)
        text.single("node_swap_usage_bytes", .gauge, "[ALPHA] Current swap usage of the node in bytes", Double(node.swapUsed), milliseconds: milliseconds)
        text.begin("pod_cpu_usage_seconds_total", .counter, "[STABLE] Cumulative cpu time consumed by the pod in core-seconds")
        for pod in pods { text.add(labels(pod), seconds(pod.usage.cpuNanoseconds), milliseconds: milliseconds) }
        text.begin("pod_memory_working_set_bytes", .gauge, "[STABLE] Current working set of the pod in bytes")
        for pod in pods { text.add(labels(pod), Double(pod.usage.workingSet), milliseconds: milliseconds) }
        text.begin("pod_swap_usage_bytes", .gauge, "[ALPHA] Current amount of the pod swap usage in bytes")
        for pod in pods { text.add(labels(pod), Double(pod.usage.swap), milliseconds: milliseconds) }
        text.single("resource_scrape_error", .gauge, "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise", 0)
        return text.text
    }

    // MARK: cAdvisor

    /// Every group with the labels that it has there: the machine, pods, containers.
    private var groups: [(labels: Labels, usage: CgroupUsage, disk: Int64?, started: Double)] {
        func labels(_ id: String, _ container: String = "", _ image: String = "", _ name: String = "", _ pod: Pod? = nil) -> Labels {
            [
                ("container", container), ("id", id), ("image", image), ("name", name), ("namespace", pod?.namespace ?? ""),
                ("pod", pod?.name ?? ""),
            ]
        }
        var all: [(labels: Labels, usage: CgroupUsage, disk: Int64?, started: Double)] = [(labels("/"), node.usage, nil, Double(node.booted.seconds))]
        for pod in pods {
            all.append((labels(pod.cgroup, "", "", "", pod.pod), pod.usage, nil, Double(pod.started?.seconds ?? 0)))
            for container in pod.containers {
                let details = container.details
                all.append((labels(container.cgroup, container.name, details.image, details.id, pod.pod), container.usage, container.disk?.bytes, seconds(details.startedAt)))
            }
        }
        return all
    }

    var cadvisor: String {
        var text = MetricsText()
        let groups = groups
        func each(_ name: String, _ kind: MetricsText.Kind, _ help: String, extra: Labels = [], _ value: (CgroupUsage) -> Double) {
            text.begin(name, kind, help)
            for group in groups { text.add(group.labels + extra, value(group.usage), milliseconds: milliseconds) }
        }
        text.single("machine_cpu_cores", .gauge, "Number of logical CPU cores.", Double(MachineFacts.read().processors))
        text.single("machine_memory_bytes", .gauge, "Amount of memory installed on the machine.", Double(node.memoryCapacity))
        each("container_cpu_usage_seconds_total", .counter, "Cumulative cpu time consumed in seconds.", extra: [("cpu", "total")]) { seconds($0.cpuNanoseconds) }
        each("container_memory_usage_bytes", .gauge, "Current memory usage in bytes, including all memory regardless of when it was accessed") { Double($0.memory) }
        each("container_memory_working_set_bytes", .gauge, "Current working set in bytes.") { Double($0.workingSet) }
        each("container_memory_rss", .gauge, "Size of RSS in bytes.") { Double($0.residentSet) }
        each("container_memory_swap", .gauge, "Container swap usage in bytes.") { Double($0.swap) }
        each("container_processes", .gauge, "Number of processes running inside the container.") { Double($0.processes) }
        text.begin("container_fs_usage_bytes", .gauge, "Number of bytes that are consumed by the container on this filesystem.")
        for group in groups { if let disk = group.disk { text.add(group.labels, Double(disk), milliseconds: milliseconds) } }
        text.begin("container_start_time_seconds", .gauge, "Start time of the container since unix epoch in seconds.")
        for group in groups { text.add(group.labels, group.started, milliseconds: milliseconds) }
        addNetworks(&text)
        return text.text
    }

    private func addNetworks(_ text: inout MetricsText) {
        func each(_ name: String, _ help: String, _ value: (NetworkUsage.Interface) -> Int64) {
            text.begin(name, .counter, help)
            for pod in pods {
                for interface in pod.network?.interfaces ?? [] {
                    let own: Labels = [("id", pod.cgroup), ("interface", interface.name), ("namespace", pod.pod.namespace), ("pod", pod.pod.name)]
                    text.add(own, Double(value(interface)), milliseconds: milliseconds)
                }
            }
        }
        each("container_network_receive_bytes_total", "Cumulative count of bytes received") { $0.received }
        each("container_network_receive_errors_total", "Cumulative count of errors encountered while receiving") { $0.receiveErrors }
        each("container_network_transmit_bytes_total", "Cumulative count of bytes transmitted") { $0.sent }
        each("container_network_transmit_errors_total", "Cumulative count of errors encountered while transmitting") { $0.sendErrors }
    }
}
