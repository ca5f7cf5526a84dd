import ContainerRuntime
@testable import Kubelet
import Objects
import Testing

@Suite struct PodPlanTests {
    private let now = Timestamp(seconds: 1_000_000)
    private let sandbox = SandboxSummary(id: "s", attempt: 0, isReady: true, createdAt: 1, labels: [:], annotations: [:])

    private func container(_ name: String, _ state: ContainerState, exitCode: Int64 = 0, attempt: Int = 0, finished: Int64 = 999_990) -> ContainerDetails {
        ContainerDetails(
            id: name + String(attempt), name: name, attempt: attempt, state: state, createdAt: 1, startedAt: 2,
            finishedAt: state == .exited ? finished * 1_000_000_000 : 0, exitCode: exitCode)
    }

    private func state(_ containers: [ContainerDetails], ready: Bool = true) -> PodRuntimeState {
        var state = PodRuntimeState()
        state.sandboxes = [SandboxSummary(id: "s", attempt: 0, isReady: ready, createdAt: 1, labels: [:], annotations: [:])]
        state.containers = containers
        for details in containers { state.homes[details.id] = "s" }
        return state
    }

    private func plan(
        _ spec: Value, _ state: PodRuntimeState, probes: ProbeResults = ProbeResults(), _ memory: inout PodMemory
    ) -> PodPlan {
        PodPlanner(containers: PodContainers(spec), state: state, probes: probes, podName: "p", known: .null, now: now).plan(&memory)
    }

    private func plan(_ spec: Value, _ state: PodRuntimeState) -> PodPlan {
        var memory = PodMemory()
        return plan(spec, state, &memory)
    }

    private let two: Value = ["containers": [["name": "a"], ["name": "b"]]]
    private let withInit: Value = ["initContainers": [["name": "i"], ["name": "side", "restartPolicy": "Always"]], "containers": [["name": "a"]]]

    private var startingOver: Value {
        var spec = withInit
        spec["restartPolicy"] = "Never"
        spec["containers"] = [
            ["name": "a", "restartPolicyRules": [["action": "RestartAllContainers", "exitCodes": ["operator": "In", "values": [42]]]]], ["name": "b"],
        ]
        return spec
    }

    @Test func aContainersEndCanHaveThePodStartOver() {
        var memory = PodMemory()
        let ended = container("a", .exited, exitCode: 42)
        let first = plan(startingOver, state([container("i", .exited), container("side", .running, attempt: 2), ended, container("b", .running)]), &memory)
        #expect(first.stops.map(\.name).sorted() == ["b", "side"] && first.removals.isEmpty && !first.isComplete)
        #expect(memory.isRestartingAll)
        let second = plan(
            startingOver, state([container("i", .exited), container("side", .exited, attempt: 2), ended, container("b", .exited, exitCode: 137)]), &memory)
        #expect(second.stops.isEmpty && second.starts.isEmpty && !second.isComplete)
        #expect(second.removals.sorted() == ["a0", "b0", "i0", "side2"])
        // What the runtime forgot is counted on.
        let third = plan(startingOver, state([]), &memory)
        #expect(third.starts == [.init(name: "i", attempt: 1)] && !memory.isRestartingAll)
        let fourth = plan(startingOver, state([container("i", .exited, attempt: 1)]), &memory)
        #expect(fourth.starts == [.init(name: "side", attempt: 3)])
    }

    @Test func whoeverHasThePodStartOverAgainWaits() {
        var memory = PodMemory()
        let ended = state([container("i", .exited), container("side", .exited), container("a", .exited, exitCode: 42, finished: 999_999), container("b", .exited)])
        #expect(!plan(startingOver, ended, &memory).removals.isEmpty)
        let again = plan(startingOver, ended, &memory)
        #expect(again.removals.isEmpty && again.wake != nil)
        #expect(memory.waiting["a"]?.reason == "CrashLoopBackOff")
    }

    @Test func otherExitCodesDoNotHaveThePodStartOver() {
        let ended = state([container("i", .exited), container("side", .exited), container("a", .exited, exitCode: 1), container("b", .exited)])
        #expect(plan(startingOver, ended).isComplete)
        // The first rule that speaks of an exit code counts.
        var spec = startingOver
        spec["containers"][0]["restartPolicyRules"] = [
            ["action": "Restart", "exitCodes": ["operator": "NotIn", "values": [1]]], ["action": "RestartAllContainers", "exitCodes": ["operator": "In", "values": [42]]],
        ]
        #expect(plan(spec, state([container("i", .exited), container("side", .running), container("a", .exited, exitCode: 42), container("b", .running)])).starts.map(\.name) == ["a"])
    }

    @Test func aNewPodGetsASandboxAndItsContainers() {
        let plan = plan(two, PodRuntimeState())
        #expect(plan.needsSandbox)
        #expect(plan.starts.map(\.name) == ["a", "b"])
    }

    @Test func initContainersRunOneAfterTheOther() {
        #expect(plan(withInit, PodRuntimeState()).starts.map(\.name) == ["i"])
        #expect(plan(withInit, state([container("i", .running)])).starts.isEmpty)
        #expect(plan(withInit, state([container("i", .exited)])).starts.map(\.name) == ["side"])
        #expect(plan(withInit, state([container("i", .exited), container("side", .running)])).starts.map(\.name) == ["a"])
    }

    @Test func aSidecarHoldsUpOthersUntilItHasStarted() {
        var spec = withInit
        spec["initContainers"][1]["startupProbe"] = ["exec": [:]]
        var memory = PodMemory()
        let running = state([container("i", .exited), container("side", .running)])
        #expect(plan(spec, running, &memory).starts.isEmpty)
        var probes = ProbeResults()
        probes.isStarted["side"] = true
        #expect(plan(spec, running, probes: probes, &memory).starts.map(\.name) == ["a"])
    }

    @Test(arguments: [("Always", 0 as Int64, true), ("Always", 1, true), ("OnFailure", 0, false), ("OnFailure", 1, true), ("Never", 1, false)])
    func restartsByPolicy(policy: String, exitCode: Int64, restarts: Bool) {
        var spec = two
        spec["restartPolicy"] = .string(policy)
        let plan = plan(spec, state([container("a", .exited, exitCode: exitCode), container("b", .running)]))
        #expect(plan.starts.map(\.name) == (restarts ? ["a"] : []))
        #expect(!plan.isComplete)
    }

    @Test func aPodIsCompleteWhenAllHaveEnded() {
        var spec = two
        spec["restartPolicy"] = "OnFailure"
        #expect(plan(spec, state([container("a", .exited), container("b", .exited)])).isComplete)
        // Also when the sandbox is gone: nothing is started again.
        #expect(plan(spec, state([container("a", .exited), container("b", .exited)], ready: false)).isComplete)
    }

    @Test func aFailedInitEndsAPodThatNeverRestarts() {
        var spec = withInit
        spec["restartPolicy"] = "Never"
        #expect(plan(spec, state([container("i", .exited, exitCode: 1)])).isComplete)
        #expect(!plan(withInit, state([container("i", .exited, exitCode: 1)])).isComplete)
    }

    @Test func theSecondRestartWaits() {
        var memory = PodMemory()
        let crashed = state([container("a", .exited, exitCode: 1, finished: 999_999), container("b", .running)])
        #expect(plan(two, crashed, &memory).starts == [.init(name: "a", attempt: 1)])
        let again = state([container("a", .exited, exitCode: 1, attempt: 1, finished: 1_000_000), container("b", .running)])
        let plan = plan(two, again, &memory)
        #expect(plan.starts.isEmpty)
        #expect(memory.waiting["a"]?.reason == "CrashLoopBackOff")
        #expect(plan.wake == Timestamp(seconds: 1_000_010))
    }

    @Test func aFailedProbeStopsTheContainer() {
        var memory = PodMemory()
        var probes = ProbeResults()
        probes.failed["a0"] = .init(probe: "liveness", grace: 3)
        let plan = plan(two, state([container("a", .running), container("b", .running)]), probes: probes, &memory)
        #expect(plan.stops.map(\.id) == ["a0"])
        #expect(plan.stops.first?.grace == 3)
    }

    @Test func aLostSandboxEndsItsContainersAndStartsAnew() {
        let plan = plan(two, state([container("a", .running), container("b", .exited)], ready: false))
        #expect(plan.needsSandbox)
        #expect(plan.stops.map(\.name) == ["a"])
        #expect(plan.starts == [.init(name: "a", attempt: 1), .init(name: "b", attempt: 1)])
    }

    @Test func rulesOfAContainerComeFirst() {
        let container: Value = [
            "restartPolicy": "Never", "restartPolicyRules": [["action": "Restart", "exitCodes": ["operator": "In", "values": [42]]]],
        ]
        #expect(RestartRule.restarts(container, exitCode: 42, podPolicy: "Always"))
        #expect(!RestartRule.restarts(container, exitCode: 1, podPolicy: "Always"))
    }
}

@Suite struct BackoffTests {
    @Test func doublesUpToFiveMinutes() {
        var backoff = Backoff()
        var pauses: [Int64] = []
        for step in 0..<7 {
            backoff.grow(now: Timestamp(seconds: Int64(step)))
            pauses.append(backoff.pause)
        }
        #expect(pauses == [10, 20, 40, 80, 160, 300, 300])
    }

    @Test func tenQuietMinutesForgive() {
        var backoff = Backoff()
        backoff.grow(now: Timestamp(seconds: 0))
        backoff.grow(now: Timestamp(seconds: 1))
        #expect(backoff.end(after: Timestamp(seconds: 1), now: Timestamp(seconds: 2)) == Timestamp(seconds: 21))
        #expect(backoff.end(after: Timestamp(seconds: 1), now: Timestamp(seconds: 22)) == nil)
        backoff.grow(now: Timestamp(seconds: 700))
        #expect(backoff.pause == 10)
    }
}

@Suite struct ProbeCounterTests {
    @Test func decidesAtItsThresholds() {
        var counter = ProbeCounter(successThreshold: 2, failureThreshold: 3)
        #expect([counter.success(), counter.success()] == [.undecided, .up])
        #expect([counter.failure(), counter.failure(), counter.failure()] == [.undecided, .undecided, .down])
        _ = counter.failure()
        #expect(counter.success() == .undecided)
    }
}
