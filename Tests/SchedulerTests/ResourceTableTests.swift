import KubernetesTypes
import Objects
@testable import Scheduler
import Testing

/// What pods ask for, whether nodes have it, and how much nodes are liked for what is left.
@Suite struct ResourceTableTests {
    private static func container(_ requests: [String: String], sidecar: Bool = false) -> Value {
        var container: Value = ["name": "c", "image": "i", "resources": ["requests": Value(requests)]]
        if sidecar { container["restartPolicy"] = "Always" }
        return container
    }

    typealias Sum = (name: String, spec: Value, cpu: Int64, memory: Int64)

    static let sums: [Sum] = [
        ("nothing", ["containers": [container([:])]], 0, 0),
        ("one", ["containers": [container(["cpu": "250m", "memory": "64"])]], 250, 64),
        ("two add up", ["containers": [container(["cpu": "250m"]), container(["cpu": "1"])]], 1250, 0),
        ("init is less", ["initContainers": [container(["cpu": "100m"])], "containers": [container(["cpu": "250m"])]], 250, 0),
        ("init is more", ["initContainers": [container(["cpu": "500m"])], "containers": [container(["cpu": "250m"])]], 500, 0),
        ("inits do not add up", ["initContainers": [container(["cpu": "300m"]), container(["cpu": "200m"])], "containers": [container(["cpu": "250m"])]], 300, 0),
        ("sidecar adds", ["initContainers": [container(["cpu": "100m"], sidecar: true)], "containers": [container(["cpu": "250m"])]], 350, 0),
        ("sidecar before init", ["initContainers": [container(["cpu": "100m"], sidecar: true), container(["cpu": "400m"])], "containers": [container(["cpu": "250m"])]], 500, 0),
        ("sidecar after init", ["initContainers": [container(["cpu": "400m"]), container(["cpu": "100m"], sidecar: true)], "containers": [container(["cpu": "250m"])]], 400, 0),
        ("overhead", ["containers": [container(["cpu": "250m"])], "overhead": ["cpu": "50m", "memory": "10"]], 300, 10),
        ("the pod's own", ["containers": [container(["cpu": "250m", "memory": "5"])], "resources": ["requests": ["cpu": "1"]]], 1000, 5),
        ("the pod's own and overhead", ["containers": [container(["cpu": "250m"])], "resources": ["requests": ["cpu": "1"]], "overhead": ["cpu": "1"]], 2000, 0),
        ("each by itself", ["initContainers": [container(["cpu": "1", "memory": "1"])], "containers": [container(["cpu": "1m", "memory": "9"])]], 1000, 9),
        ("rounded up", ["containers": [container(["cpu": "100u", "memory": "1m"])]], 1, 1),
    ]

    @Test(arguments: sums.indices) func sum(_ index: Int) {
        let row = Self.sums[index]
        let total = ResourceVector(podSpec: row.spec)
        #expect(total.milliCPU == row.cpu && total.memory == row.memory, "\(row.name)")
    }

    @Test(arguments: [
        ([[:]], 100, 200 << 20), ([["cpu": "50m"]], 50, 200 << 20), ([["memory": "10"]], 100, 10), ([["cpu": "0"]], 0, 200 << 20),
        ([[:], [:]], 200, 400 << 20), ([["cpu": "1"], [:]], 1100, 400 << 20), ([["cpu": "1", "memory": "1"]], 1000, 1),
    ] as [([[String: String]], Int64, Int64)]) func whatCountsForScores(_ containers: [[String: String]], _ cpu: Int64, _ memory: Int64) {
        let pod = Sample.pod("p") { $0["containers"] = .array(containers.map { Self.container($0) }) }
        #expect(pod.podClass.scoredCPU == cpu && pod.podClass.scoredMemory == memory)
    }

    typealias Fit = (requests: [String: String], reasons: [String])

    /// The node has 4 processors, 8 GiB, 10 GiB of disk, 2 of example.org/gpu; half of each is used, and of 3 pods there is 1.
    @Test(arguments: [
        ([:], []), (["cpu": "2"], []), (["cpu": "2001m"], ["Insufficient cpu"]), (["memory": "4Gi"], []), (["memory": "4097Mi"], ["Insufficient memory"]),
        (["ephemeral-storage": "5Gi"], []), (["ephemeral-storage": "6Gi"], ["Insufficient ephemeral-storage"]), (["example.org/gpu": "1"], []),
        (["example.org/gpu": "2"], ["Insufficient example.org/gpu"]), (["example.org/none": "1"], ["Insufficient example.org/none"]),
        (["example.org/none": "0"], []), (["hugepages-2Mi": "2Mi"], ["Insufficient hugepages-2Mi"]), (["cpu": "0", "memory": "0"], []),
        (["cpu": "3", "memory": "5Gi"], ["Insufficient cpu", "Insufficient memory"]),
        (["cpu": "3", "example.org/gpu": "2", "example.org/none": "1"], ["Insufficient cpu", "Insufficient example.org/gpu", "Insufficient example.org/none"]),
        (["cpu": "5"], ["Insufficient cpu"]),
    ] as [Fit]) func fits(_ row: Fit) {
        var state = Sample.state(Self.half("n"))
        state.place(Self.user, on: "n")
        let pod = Sample.pod("p") { $0["containers"] = [Self.container(row.requests)] }
        #expect(state.refusals(of: pod)["n"]?.reasons ?? [] == row.reasons)
    }

    private static let user = Sample.pod("user") {
        $0["containers"] = [container(["cpu": "2", "memory": "4Gi", "ephemeral-storage": "5Gi", "example.org/gpu": "1"])]
    }

    private static func half(_ name: String) -> NodeInfo {
        Sample.node(name, pods: "3") {
            $0["status"]["allocatable"]["ephemeral-storage"] = "10Gi"
            $0["status"]["allocatable"]["example.org/gpu"] = "2"
        }
    }

    @Test(arguments: [(0, "0", true), (0, "1", false), (1, "1", true), (1, "2", false), (2, "2", true), (110, "110", true)] as [(Int, String, Bool)])
    func podsAreCounted(_ there: Int, _ limit: String, _ isFull: Bool) {
        var state = Sample.state(Sample.node("n", pods: limit))
        for index in 0..<there { state.place(Sample.pod("p\(index)"), on: "n") }
        #expect((state.refusals(of: Sample.pod("q"))["n"]?.reasons == ["Too many pods"]) == isFull)
    }

    // MARK: scores

    typealias Score = (strategy: FitScoring.Strategy, used: Int64, limit: Int64, score: Int64)

    private static let bins = FitScoring.Strategy.ratio([.init(utilization: 0, score: 0), .init(utilization: 100, score: 10)])
    private static let spread = FitScoring.Strategy.ratio([.init(utilization: 0, score: 10), .init(utilization: 100, score: 0)])
    private static let peak = FitScoring.Strategy.ratio([.init(utilization: 20, score: 2), .init(utilization: 50, score: 10), .init(utilization: 90, score: 0)])

    static let scores: [Score] = [
        (.leastAllocated, 0, 4, 100), (.leastAllocated, 1, 4, 75), (.leastAllocated, 2, 4, 50), (.leastAllocated, 4, 4, 0), (.leastAllocated, 5, 4, 0),
        (.leastAllocated, 1, 3, 66), (.mostAllocated, 0, 4, 0), (.mostAllocated, 1, 4, 25), (.mostAllocated, 4, 4, 100), (.mostAllocated, 5, 4, 100),
        (.mostAllocated, 1, 3, 33), (bins, 0, 4, 0), (bins, 1, 4, 25), (bins, 4, 4, 100), (bins, 9, 4, 100), (spread, 0, 4, 100), (spread, 1, 4, 75), (spread, 4, 4, 0),
        (peak, 0, 100, 20), (peak, 20, 100, 20), (peak, 35, 100, 60), (peak, 50, 100, 100), (peak, 70, 100, 50), (peak, 90, 100, 0), (peak, 100, 100, 0),
    ]

    @Test(arguments: scores.indices) func strategy(_ index: Int) {
        let row = Self.scores[index]
        #expect(FitScoring(strategy: row.strategy).score(row.used, row.limit) == row.score, "\(row)")
    }

    typealias Local = (name: String, pod: [String: String], there: [String: String], score: Int64)

    /// On a node of 4 processors and 8 GiB: what is free, and how even it is, each from 0 to 100.
    @Test(arguments: [
        ("nothing asked", [:], [:], 97), ("a quarter of both", ["cpu": "1", "memory": "2Gi"], [:], 75 + 100),
        ("all of both", ["cpu": "4", "memory": "8Gi"], [:], 0 + 100), ("half of one", ["cpu": "2", "memory": "0"], [:], 75 + 75),
        ("all of one", ["cpu": "4", "memory": "0"], [:], 50 + 50), ("evens out", ["memory": "4Gi", "cpu": "0"], ["cpu": "2", "memory": "0"], 50 + 100),
        ("on top", ["cpu": "1", "memory": "2Gi"], ["cpu": "1", "memory": "2Gi"], 50 + 100),
    ] as [Local]) func ofOneNode(_ row: Local) {
        var state = Sample.state(Sample.node("n"))
        if !row.there.isEmpty { state.place(Sample.pod("x") { $0["containers"] = [Self.container(row.there)] }, on: "n") }
        let pod = Sample.pod("p") { $0["containers"] = [Self.container(row.pod)] }
        #expect(state.localScore(pod.podClass, 0, SchedulingProfile()) == row.score, "\(row.name)")
    }

    @Test(arguments: [
        ([1, 1, 1], [100, 100, 100]), ([0, 0, 0], [0, 0, 0]), ([0, 5, 10], [0, 50, 100]), ([1, 3], [33, 100]),
    ] as [([Int64], [Int64])]) func normalized(_ values: [Int64], _ wanted: [Int64]) { #expect(SchedulerState.normalized(values) == wanted) }

    @Test(arguments: [
        ([0, 0], [100, 100]), ([0, 5, 10], [100, 50, 0]), ([3, 3], [0, 0]), ([1, 3], [67, 0]),
    ] as [([Int64], [Int64])]) func reversed(_ values: [Int64], _ wanted: [Int64]) { #expect(SchedulerState.reversed(values) == wanted) }

    @Test(arguments: [
        ([0, 0], [0, 0]), ([-10, 0, 10], [0, 50, 100]), ([7, 7], [0, 0]), ([1, 4], [0, 100]), ([-5, 5, 15], [0, 50, 100]),
    ] as [([Int64], [Int64])]) func stretched(_ values: [Int64], _ wanted: [Int64]) { #expect(SchedulerState.stretched(values) == wanted) }

    @Test(arguments: [
        ([0, 0], [false, false], [100, 100]), ([0, 10], [false, false], [100, 0]), ([2, 4], [false, false], [100, 50]), ([0, 10, 5], [true, false, false], [0, 50, 100]),
        ([3, 3], [false, false], [100, 100]),
    ] as [([Double], [Bool], [Int64])]) func roomy(_ values: [Double], _ ignored: [Bool], _ wanted: [Int64]) {
        #expect(SchedulerState.roomy(values, ignored) == wanted)
    }

    // MARK: ports

    typealias Ports = (there: Value, wanted: Value, conflicts: Bool)

    @Test(arguments: [
        (["hostPort": 80], ["hostPort": 80], true), (["hostPort": 80], ["hostPort": 81], false), (["hostPort": 80], ["containerPort": 80], false),
        (["hostPort": 80, "protocol": "UDP"], ["hostPort": 80], false), (["hostPort": 80, "protocol": "UDP"], ["hostPort": 80, "protocol": "UDP"], true),
        (["hostPort": 80, "protocol": "SCTP"], ["hostPort": 80, "protocol": "UDP"], false),
        (["hostPort": 80, "hostIP": "127.0.0.1"], ["hostPort": 80, "hostIP": "127.0.0.1"], true),
        (["hostPort": 80, "hostIP": "127.0.0.1"], ["hostPort": 80, "hostIP": "127.0.0.2"], false),
        (["hostPort": 80, "hostIP": "127.0.0.1"], ["hostPort": 80], true), (["hostPort": 80], ["hostPort": 80, "hostIP": "127.0.0.1"], true),
        (["hostPort": 80, "hostIP": "0.0.0.0"], ["hostPort": 80, "hostIP": "127.0.0.1"], true), (["hostPort": 0], ["hostPort": 0], false),
    ] as [Ports]) func hostPorts(_ row: Ports) {
        func pod(_ name: String, _ port: Value) -> PodInfo { Sample.pod(name) { $0["containers"] = [["name": "c", "ports": [port]]] } }
        var state = Sample.state(Sample.node("n"))
        state.place(pod("a", row.there), on: "n")
        #expect((state.decide(pod("b", row.wanted)).node == nil) == row.conflicts)
    }
}
