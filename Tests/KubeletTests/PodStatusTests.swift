import ContainerRuntime
@testable import Kubelet
import KubernetesTypes
import Objects
import Testing

@Suite struct PodStatusTests {
    @Test func aPatchSaysWhatChangedAndWhatIsGone() {
        let old: Value = [
            "phase": "Pending", "reason": "x", "podIPs": [["ip": "10.0.0.1"]],
            "conditions": [["type": "Ready", "status": "False", "reason": "NotYet"], ["type": "Other", "status": "True"], ["type": "Gone", "status": "True"]],
        ]
        let new: Value = [
            "phase": "Running", "podIPs": [["ip": "10.0.0.2"]],
            "conditions": [["type": "Ready", "status": "True"], ["type": "Other", "status": "True"]],
        ]
        let wanted: Value = [
            "phase": "Running", "podIPs": [["ip": "10.0.0.2"], ["$patch": "replace"]],
            "conditions": [["type": "Ready", "status": "True", "reason": .null], ["type": "Gone", "$patch": "delete"]], "reason": .null,
        ]
        #expect(StatusPatch.make(from: old, to: new) == wanted)
        #expect(StatusPatch.make(from: new, to: new) == nil)
        #expect(StatusPatch.make(from: [:], to: ["hostIPs": [["ip": "10.0.0.3"]]]) == ["hostIPs": [["ip": "10.0.0.3"]]])
    }

    private func pod(_ spec: Value, name: String = "web-0") -> Pod { Pod(["metadata": ["name": .string(name), "namespace": "ns"], "spec": spec]) }

    @Test func names() throws {
        let plain = PodHostname(pod([:]), clusterDomain: "cluster.local")
        #expect(plain.short == "web-0" && plain.full == nil)
        let full = PodHostname(pod(["hostname": "h", "subdomain": "s", "setHostnameAsFQDN": true]), clusterDomain: "cluster.local")
        #expect(try full.kernelName == "h.s.ns.svc.cluster.local")
        #expect(try PodHostname(pod(["hostname": "h", "subdomain": "s"]), clusterDomain: "cluster.local").kernelName == "h")
        let long = pod(["subdomain": .string(String(repeating: "s", count: 60)), "setHostnameAsFQDN": true])
        #expect(throws: PodSetupError.self) { try PodHostname(long, clusterDomain: "cluster.local").kernelName }
        #expect(PodHostname(pod([:], name: String(repeating: "a", count: 62) + "-b"), clusterDomain: "c").short.count == 62)
    }

    @Test func hostsFiles() {
        let own = HostsFile.text(pod(["hostname": "h", "subdomain": "s"]), addresses: ["10.0.0.1"], hostLines: nil, clusterDomain: "c")
        #expect(own.hasPrefix("# Kubernetes-managed hosts file.\n"))
        #expect(own.contains("10.0.0.1\th.s.ns.svc.c\th\n"))
        let spec: Value = ["hostNetwork": true, "hostAliases": [["ip": "1.2.3.4", "hostnames": ["a", "b"]]]]
        let host = HostsFile.text(pod(spec), addresses: [], hostLines: Array("127.0.0.1 localhost\n".utf8), clusterDomain: "c")
        #expect(!host.hasPrefix("# Kubernetes-managed hosts file.\n") && host.contains("127.0.0.1 localhost\n") && host.hasSuffix("1.2.3.4\ta\tb\n"))
    }

    /// The runtime takes the time of a start when the call for it returns, and that of an end when it comes.
    @Test func noContainerEndsBeforeItBegan() {
        func times(_ started: Int64, _ finished: Int64) -> [String?] {
            let details = ContainerDetails(
                id: "a0", name: "a", attempt: 0, state: .exited, createdAt: 1_000_000_000, startedAt: started * 1_000_000_000, finishedAt: finished * 1_000_000_000, exitCode: 0)
            let terminated = ContainerStatusMaker.state(details)["terminated"]
            return [terminated["startedAt"].string, terminated["finishedAt"].string]
        }
        #expect(times(3, 2) == ["1970-01-01T00:00:02Z", "1970-01-01T00:00:02Z"])
        #expect(times(2, 3) == ["1970-01-01T00:00:02Z", "1970-01-01T00:00:03Z"])
    }

    @Test func aContainerThatWasNeverStartedIsMadeAgainUnderTheSameNumber() {
        let created = ContainerDetails(id: "a0", name: "a", attempt: 0, state: .created, createdAt: 1, startedAt: 0, finishedAt: 0, exitCode: 0)
        var state = PodRuntimeState()
        state.sandboxes = [SandboxSummary(id: "s", attempt: 0, isReady: true, createdAt: 1, labels: [:], annotations: [:])]
        state.containers = [created]
        state.homes = ["a0": "s"]
        for spec in [["containers": [["name": "a"]]], ["initContainers": [["name": "a"]], "containers": [["name": "b"]]]] as [Value] {
            var memory = PodMemory()
            let planner = PodPlanner(
                containers: PodContainers(spec), state: state, probes: ProbeResults(), podName: "p", known: .null, now: Timestamp(seconds: 1))
            #expect(planner.plan(&memory).starts == [PodPlan.Start(name: "a", attempt: 0)])
        }
    }
}

@Suite struct PodResizeTests {
    private func pod(_ cpu: String, status: Value = [:], policy: Value = []) -> Pod {
        Pod([
            "metadata": ["name": "p", "namespace": "ns", "uid": "u"],
            "spec": ["containers": [["name": "c", "resources": ["requests": ["cpu": .string(cpu)]], "resizePolicy": policy]]], "status": status,
        ])
    }

    private var admission: PodAdmission { PodAdmission(node: Node(["status": ["allocatable": ["cpu": "2", "pods": "10"]]]), others: []) }

    @Test func whatFitsIsGranted() {
        var resize = PodResize()
        #expect(resize.settle(pod("1")) { admission } == pod("1"))
        #expect(resize.settle(pod("2")) { admission } == pod("2"))
        #expect(resize.pending == nil)
    }

    @Test func whatDoesNotFitWaitsWithTheOldResources() {
        var resize = PodResize()
        _ = resize.settle(pod("1")) { admission }
        let granted = resize.settle(pod("3")) { admission }
        #expect(granted == pod("1"))
        #expect(resize.pending?.reason == "Infeasible")
        #expect(resize.pending?.message == "Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000")
        let crowded = PodAdmission(node: admission.node, others: [pod("1")])
        _ = resize.settle(pod("2")) { crowded }
        #expect(resize.pending?.reason == "Deferred")
        #expect(resize.settle(pod("2")) { admission } == pod("2"))
        #expect(resize.pending == nil)
    }

    @Test func whatBecomesOfAWishIsTold() {
        var resize = PodResize()
        var told: [PodResize.News] = []
        let crowded = PodAdmission(node: admission.node, others: [pod("1")])
        _ = resize.settle(pod("1"), { admission }, tell: { told.append($0) })
        #expect(told.isEmpty && resize.complete(pod("1")) == nil, "a new pod is not resized")
        for _ in 0..<2 { _ = resize.settle(pod("2"), { crowded }, tell: { told.append($0) }) }
        let two = "{\"containers\":[{\"name\":\"c\",\"resources\":{\"requests\":{\"cpu\":\"2\"}}}]"
        let lack = "Node didn't have enough resource: cpu, requested: 2000, used: 1000, capacity: 2000"
        #expect(told == [.init(type: "Warning", reason: "ResizeDeferred", message: "Pod resize OutOfcpu: \(two),\"error\":\"\(lack)\"}")], "once")
        _ = resize.settle(pod("2"), { admission }, tell: { told.append($0) })
        #expect(told.last == .init(type: "Normal", reason: "ResizeStarted", message: "Pod resize started: \(two)}"))
        #expect(resize.complete(pod("2")) == .init(type: "Normal", reason: "ResizeCompleted", message: "Pod resize completed: \(two)}"))
        #expect(resize.complete(pod("2")) == nil)
    }

    @Test func afterARestartTheStatusSaysWhatWasGranted() {
        let status: Value = [
            "containerStatuses": [["name": "c", "resources": ["requests": ["cpu": "1"]], "state": ["running": ["startedAt": "2020-01-01T00:00:00Z"]]]]
        ]
        var resize = PodResize()
        let granted = resize.settle(pod("3", status: status)) { admission }
        #expect(granted.value["spec"]["containers"][0]["resources"]["requests"]["cpu"].string == "1")
    }

    @Test func policies() {
        let policy: Value = [["resourceName": "memory", "restartPolicy": "RestartContainer"], ["resourceName": "cpu", "restartPolicy": "NotRequired"]]
        let container = pod("1", policy: policy).value["spec"]["containers"][0]
        let changed = PodResize.differences(["requests": ["cpu": "1", "memory": "1Gi"]], ["requests": ["cpu": "1000m", "memory": "2Gi"]])
        #expect(changed == ["memory"])
        #expect(PodResize.needsRestart(container, changed) && !PodResize.needsRestart(container, ["cpu"]))
        #expect(PodResize.isSmaller(["limits": ["cpu": "1"]], than: ["limits": ["cpu": "2"]]))
        #expect(PodResize.isSmaller(["limits": ["cpu": "1"]], than: [:]) && !PodResize.isSmaller([:], than: ["limits": ["cpu": "2"]]))
    }
}
