import APIClient
import KubernetesTypes
import Objects
import Testing

@testable import Scheduler

/// Pods whose volumes are made before they are bound count on their node meanwhile.
@Suite struct ReservationTests {
    private func core(_ pods: Pod...) -> SchedulerCore {
        var core = SchedulerCore(SchedulerConfiguration())
        for name in ["a", "b"] { core.take(.node(Sample.node(name))) }
        for pod in pods { core.take(.waiting(pod, PodSignature(pod))) }
        core.settle(now: ClusterTime.now)
        return core
    }

    /// One that shares a node with none of its kind.
    private func loner(_ name: String) -> Pod {
        Pod([
            "metadata": ["name": .string(name), "namespace": "default", "uid": .string(name), "labels": ["app": "db"]],
            "spec": [
                "containers": [["name": "c", "image": "registry/image:1"]],
                "affinity": ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [
                    ["topologyKey": "kubernetes.io/hostname", "labelSelector": ["matchLabels": ["app": "db"]]],
                ]]],
            ],
        ])
    }

    private func next(_ core: inout SchedulerCore) throws -> SchedulerCore.Waiting {
        let next = core.next(now: ClusterTime.now)
        let pod = try #require(next)
        core.reconsider(pod)
        return pod
    }

    private func chosen(_ action: SchedulerCore.Action) -> String? { if case .choose(_, let node) = action { node } else { nil } }
    private func bound(_ action: SchedulerCore.Action) -> String? { if case .bind(_, let node) = action { node } else { nil } }
    private func fails(_ action: SchedulerCore.Action) -> Bool { if case .fail = action { true } else { false } }

    @Test func twoThatWaitForVolumesDoNotChooseTheSameNode() throws {
        var core = core(loner("0"), loner("1"))
        let first = try next(&core)
        let oneAction = core.decide(first, own: nil, isFinal: false, now: ClusterTime.now)
        let one = try #require(chosen(oneAction))
        let second = try next(&core)
        let otherAction = core.decide(second, own: nil, isFinal: false, now: ClusterTime.now)
        let other = try #require(chosen(otherAction))
        #expect(Set([one, other]) == ["a", "b"])
        // The volume is there: the pod goes where it is, though it counted there itself.
        core.reconsider(first)
        let only: SchedulerState.OwnFilter = { node, _ in node.name == one ? nil : .fixed("not there") }
        let last = core.decide(first, own: only, isFinal: true, now: ClusterTime.now)
        #expect(bound(last) == one)
    }

    /// What makes the volume may be faster than who says that the pod waits for it.
    @Test(arguments: [true, false]) func noChangeOfVolumesIsMissed(_ isEarly: Bool) throws {
        var core = core(loner("0"))
        let pod = try next(&core)
        let action = core.decide(pod, own: nil, isFinal: false, now: ClusterTime.now)
        #expect(chosen(action) != nil)
        if isEarly {
            core.take(.storageChanged)
            core.settle(now: ClusterTime.now)
        }
        core.take(.deferred(key: "default/0"))
        core.settle(now: ClusterTime.now)
        let later = ClusterTime.now + .seconds(5)
        _ = core.queue.release(now: later)
        let woken = core.next(now: later)
        #expect((woken != nil) == isEarly)
        if isEarly { return }
        core.take(.storageChanged)
        core.settle(now: later)
        let last = core.next(now: later)
        #expect(last != nil)
    }

    @Test func aPlaceThatIsGivenUpIsFree() throws {
        var core = core(loner("0"), loner("1"))
        let first = try next(&core)
        let oneAction = core.decide(first, own: nil, isFinal: false, now: ClusterTime.now)
        let one = try #require(chosen(oneAction))
        core.reconsider(first)
        let none: SchedulerState.OwnFilter = { _, _ in .fixed("not there") }
        let refused = core.decide(first, own: none, isFinal: false, now: ClusterTime.now)
        #expect(fails(refused))
        #expect(core.state.placement(of: first.info.uid) == nil)
        let only: SchedulerState.OwnFilter = { node, _ in node.name == one ? nil : .fixed("not there") }
        let second = try next(&core)
        let last = core.decide(second, own: only, isFinal: false, now: ClusterTime.now)
        #expect(chosen(last) == one)
    }

    @Test func aPodThatGoesTakesItsPlaceAlong() throws {
        var core = core(loner("0"))
        let first = try next(&core)
        let action = core.decide(first, own: nil, isFinal: false, now: ClusterTime.now)
        #expect(chosen(action) != nil)
        #expect(core.state.placement(of: first.info.uid) != nil)
        core.take(.gone(first.pod))
        #expect(core.state.placement(of: first.info.uid) == nil)
        #expect(core.waiting.isEmpty)
    }
}
