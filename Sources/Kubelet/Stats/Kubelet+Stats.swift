import APIClient
import ContainerRuntime
import KubernetesTypes
import Objects
import Synchronization

/// What the kubelet's server tells about use.
extension Kubelet {
    /// Folder of the runtime's images; that of the pods when the runtime does not say.
    func imageFolder() async -> (path: String, bytes: Int64) {
        guard let found = try? await runtime.imageFilesystem(), !found.path.isEmpty else { return (settings.root, 0) }
        return found
    }

    /// What the node and its pods use now. `withDisks` costs a question to the runtime.
    func usage(withDisks: Bool) async -> (node: NodeUsage, pods: [PodUsage]) {
        let images = withDisks ? await imageFolder() : (settings.root, 0)
        let disks = withDisks ? (try? await runtime.containerDisks()) ?? [:] : [:]
        let now = Timestamp.now()
        let running = allRecords.map { ($0.pod, $0.state) }.filter { !$0.1.running.isEmpty }
            .sorted { ($0.0.namespace, $0.0.name) < ($1.0.namespace, $1.0.name) }
        return rates.withLock { rates in
            var node = NodeUsage.read(root: settings.root, images: images.0, &rates, now: now)
            node.imageBytes = images.1
            let reader = UsageReader(settings: settings, disks: disks, now: now)
            let pods = running.compactMap { reader.pod($0.0, $0.1, &rates) }
            rates.keep(Set(["/", "/kubepods"] + pods.flatMap { [$0.cgroup] + $0.containers.map(\.cgroup) }))
            return (node, pods)
        }
    }

    func statsSummary(isBrief: Bool) async -> Value {
        let (node, pods) = await usage(withDisks: !isBrief)
        let volumes = isBrief ? VolumeStats(settings: settings, drivers: [:]) : await volumeStats()
        return StatsSummary(settings: settings, now: .now(), isBrief: isBrief, volumes: volumes).value(node: node, pods: pods)
    }

    func resourceMetrics() async -> ResourceMetrics {
        let (node, pods) = await usage(withDisks: false)
        return ResourceMetrics(node: node, pods: pods, now: .now())
    }

    /// The kubelet's own figures.
    var ownMetrics: String {
        var text = MetricsText()
        let records = allRecords
        text.begin("kubelet_node_name", .gauge, "[ALPHA] The node's name. The count is always 1.")
        text.add([("node", settings.nodeName)], 1)
        text.begin("kubernetes_build_info", .gauge, "[BETA] A metric with a constant '1' value labeled by versions of the build.")
        text.add([("major", "1"), ("minor", "36"), ("git_version", "v1.36.2"), ("platform", "linux/\(ImageBuilder.architecture)")], 1)
        text.single("kubelet_running_pods", .gauge, "[BETA] Number of pods that have a running pod sandbox", Double(records.count { $0.state.sandbox != nil }))
        text.begin("kubelet_running_containers", .gauge, "[BETA] Number of containers currently running")
        let states: [(ContainerRuntime.ContainerState, String)] = [(.created, "created"), (.exited, "exited"), (.running, "running"), (.unknown, "unknown")]
        for (state, name) in states {
            text.add([("container_state", name)], Double(records.reduce(0) { $0 + $1.state.containers.count { $0.state == state } }))
        }
        text.single("kubelet_desired_pods", .gauge, "[ALPHA] The number of pods the kubelet is being instructed to run.", Double(pods.list().count + statics.uids.count))
        let evictions = self.evictions.counts
        text.begin("kubelet_evictions", .counter, "[BETA] Cumulative number of pod evictions by eviction signal")
        for (signal, count) in evictions.sorted(by: { $0.key < $1.key }) { text.add([("eviction_signal", signal)], Double(count)) }
        let own = ProcessUsage.read()
        CertificateMetrics.write(&text)
        text.single("process_cpu_seconds_total", .counter, "[STABLE] Total user and system CPU time spent in seconds.", own.cpuSeconds)
        text.single("process_resident_memory_bytes", .gauge, "[STABLE] Resident memory size in bytes.", Double(own.residentBytes))
        text.single("process_start_time_seconds", .gauge, "[STABLE] Start time of the process since unix epoch in seconds.", own.started)
        text.single("process_open_fds", .gauge, "[STABLE] Number of open file descriptors.", Double(own.openFiles))
        return text.text
    }

    /// How often probes were made, by what they found.
    var probeMetrics: String {
        var text = MetricsText()
        text.begin("prober_probe_total", .counter, "[BETA] Cumulative number of a liveness, readiness or startup probe for a container by result.")
        for record in allRecords {
            let pod = record.pod
            for (key, count) in record.prober.counts.sorted(by: { ($0.key.container, $0.key.kind, $0.key.result) < ($1.key.container, $1.key.kind, $1.key.result) }) {
                text.add(
                    [
                        ("container", key.container), ("namespace", pod.namespace), ("pod", pod.name), ("pod_uid", pod.uid), ("probe_type", key.kind),
                        ("result", key.result),
                    ], Double(count))
            }
        }
        return text.text
    }

    /// The document at `/configz`.
    var configuration: Value {
        [
            "kubeletconfig": [
                "enableServer": true, "address": .string(settings.listenAddress), "port": Value(settings.port), "clusterDomain": .string(settings.clusterDomain),
                "clusterDNS": settings.clusterDNS.isEmpty ? [] : [.string(settings.clusterDNS)], "maxPods": Value(settings.maximumPods),
                "podCIDR": .string(settings.podCIDR), "staticPodPath": .string(settings.staticPodFolder), "cgroupDriver": "cgroupfs",
                "nodeStatusUpdateFrequency": "10s", "nodeStatusReportFrequency": "5m0s", "nodeLeaseDurationSeconds": 40,
                "containerLogMaxSize": "10Mi", "containerLogMaxFiles": 5, "serializeImagePulls": false, "failSwapOn": false,
                "imageGCHighThresholdPercent": Value(settings.imageGarbage.highPercent), "imageGCLowThresholdPercent": Value(settings.imageGarbage.lowPercent),
                "evictionHard": EvictionThreshold.map(settings.evictionThresholds), "evictionPressureTransitionPeriod": "5m0s",
                "authentication": ["anonymous": ["enabled": false], "webhook": ["enabled": true]], "authorization": ["mode": "Webhook"],
            ]
        ]
    }
}
