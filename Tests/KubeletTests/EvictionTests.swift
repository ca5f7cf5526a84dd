@testable import Kubelet
import KubernetesTypes
import Objects
import Testing

@Suite struct EvictionTests {
    private let now = Timestamp(seconds: 1_000_000)

    private func pod(_ name: String, priority: Int64 = 0, _ spec: Value = [:]) -> Pod {
        var spec = spec
        spec["priority"] = .int(priority)
        return Pod(["metadata": ["name": .string(name), "namespace": "ns", "uid": .string(name)], "spec": spec])
    }

    private func candidate(_ name: String, used: Int64, requested: Int64, priority: Int64 = 0) -> EvictionCandidate {
        EvictionCandidate(pod: pod(name, priority: priority), used: used, requested: requested, containers: [("c", used, requested)])
    }

    @Test func thresholdsAreRead() {
        #expect(EvictionThreshold.parse("memory.available<100Mi, nodefs.available<10%")?.map(\.text) == ["100Mi", "10%"])
        for bad in ["memory<1", "memory.available=1", "memory.available<x", "nodefs.available<101%"] { #expect(EvictionThreshold.parse(bad) == nil, "\(bad)") }
        #expect(EvictionThreshold.standard.count == 5)
    }

    @Test func pressureOutlivesItsCause() throws {
        var pressure = NodePressure(try #require(EvictionThreshold.parse("memory.available<100,nodefs.available<10%")))
        let short = EvictionObservation([.memory: .init(available: 99, capacity: 1000), .disk: .init(available: 99, capacity: 1000)])
        #expect(pressure.observe(short, now: now).map(\.signal) == [.memory, .disk])
        let fine = EvictionObservation([.memory: .init(available: 500, capacity: 1000), .disk: .init(available: 500, capacity: 1000)])
        #expect(pressure.observe(fine, now: now + .seconds(10)).isEmpty)
        #expect(pressure.conditions(now: now + .seconds(10)) == ["MemoryPressure", "DiskPressure"])
        #expect(pressure.conditions(now: now + .seconds(301)).isEmpty)
    }

    @Test func thoseBeyondTheirRequestsGoFirst() {
        let all = [
            candidate("within", used: 900, requested: 1000, priority: -5), candidate("little", used: 20, requested: 10),
            candidate("much", used: 500, requested: 10), candidate("important", used: 900, requested: 10, priority: 100),
            candidate("critical", used: 5000, requested: 0, priority: 2_000_000_000),
        ]
        #expect(EvictionRanking.order(all, for: .memory).map(\.pod.name) == ["much", "little", "important", "within"])
    }

    @Test func storageLimits() {
        let limited = pod("p", ["containers": [["name": "c", "resources": ["limits": ["ephemeral-storage": "1Ki"]]]], "volumes": [["name": "v", "emptyDir": ["sizeLimit": "2Ki"]]]])
        #expect(StorageLimits.concerns(limited) && !StorageLimits.concerns(pod("q", ["containers": [["name": "c"]]])))
        #expect(StorageLimits.violation(limited, folders: ["v": 100], containers: ["c": 100]) == nil)
        #expect(StorageLimits.violation(limited, folders: ["v": 4096], containers: [:]) == "Usage of EmptyDir volume \"v\" exceeds the limit \"2Ki\". ")
        #expect(StorageLimits.violation(limited, folders: [:], containers: ["c": 4096])?.hasPrefix("Pod ephemeral local storage usage exceeds") == true)
    }

    @Test func imagesThatWereUsedLeastLatelyGoFirst() {
        func image(_ id: String, seen: Int64, used: Int64, size: Int64 = 100) -> ImageGarbage.Entry {
            .init(id: id, size: size, firstSeen: now + .seconds(-seen), lastUsed: now + .seconds(-used))
        }
        let all = [image("new", seen: 10, used: 9000), image("late", seen: 9000, used: 10), image("old", seen: 9000, used: 8000), image("mid", seen: 9000, used: 500)]
        #expect(ImageGarbage.choose(all, bytes: 150, minimumAge: 120, now: now).map(\.id) == ["old", "mid"])
        #expect(ImageGarbage.choose(all, bytes: 0, minimumAge: 120, now: now).isEmpty)
    }

    @Test func metricsAreEscapedAndTyped() {
        var text = MetricsText()
        text.begin("m", .gauge, "Help.")
        text.add([("a", "x\"y\\z\n")], 1.5, milliseconds: 12)
        text.add([], 3)
        #expect(text.text == "# HELP m Help.\n# TYPE m gauge\nm{a=\"x\\\"y\\\\z\\n\"} 1.5 12\nm 3\n")
    }

    @Test func networksLeaveOutTheLoopback() {
        let usage = NetworkUsage(lines: [
            "Inter-|   Receive   |  Transmit", " face |bytes packets errs", "    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
            "  eth0: 100 2 3 4 5 6 7 8 200 10 11 12 13 14 15 16",
        ])
        #expect(usage.interfaces == [.init(name: "eth0", received: 100, receiveErrors: 3, sent: 200, sendErrors: 11)])
    }

    @Test func ratesNeedTime() {
        var rates = CPURates()
        func usage(_ nanoseconds: Int64) -> CgroupUsage {
            var usage = CgroupUsage()
            usage.cpuNanoseconds = nanoseconds
            return usage
        }
        #expect(rates.rate("a", usage(10_000), started: now + .seconds(-10), now: now) == 1000)
        #expect(rates.rate("a", usage(99_000), started: nil, now: now + .seconds(1)) == 1000)
        #expect(rates.rate("a", usage(30_000), started: nil, now: now + .seconds(10)) == 2000)
    }
}

@Suite struct SimulatedPodTests {
    private let now = Timestamp(seconds: 1_000_000)

    @Test func podsRunAndThoseOfJobsEnd() {
        var pod = Pod(["metadata": ["name": "p", "namespace": "ns", "uid": "u"], "spec": ["containers": [["name": "c", "image": "i"]], "restartPolicy": "Never"]])
        func step(_ time: Timestamp) -> SimulatedPod.Step { SimulatedPod.step(pod, hostAddress: "1.1.1.1", address: "2.2.2.2", lifetime: 5, now: time) }
        guard case .write(let status) = step(now) else { return #expect(Bool(false)) }
        #expect(status["phase"].string == "Running" && status["podIP"].string == "2.2.2.2")
        pod.value["status"] = status
        #expect(step(now) == .rest(nil))
        pod.value["metadata"]["ownerReferences"] = [["kind": "Job", "name": "j", "uid": "j", "apiVersion": "batch/v1"]]
        #expect(step(now + .seconds(2)) == .rest(3))
        guard case .write(let end) = step(now + .seconds(5)) else { return #expect(Bool(false)) }
        #expect(end["phase"].string == "Succeeded")
        pod.value["metadata"]["deletionTimestamp"] = "2020-01-01T00:00:00Z"
        #expect(step(now) == .remove)
    }

    @Test func taintsAreRead() {
        #expect(SimulatedNodeSettings.taint("a=b:NoSchedule") == ["key": "a", "effect": "NoSchedule", "value": "b"])
        #expect(SimulatedNodeSettings.taint("a:NoExecute") == ["key": "a", "effect": "NoExecute"])
        #expect(SimulatedNodeSettings.taint("a=b") == nil && SimulatedNodeSettings.taint(":NoSchedule") == nil)
    }
}
