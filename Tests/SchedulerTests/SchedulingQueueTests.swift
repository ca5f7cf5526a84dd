@testable import Scheduler
import Testing

@Suite struct SchedulingQueueTests {
    private let some = Sample.pod("p").podClass

    @Test func theMoreImportantComeFirst() {
        var queue = SchedulingQueue()
        queue.add("a", priority: 0)
        queue.add("b", priority: 5)
        queue.add("c", priority: 0)
        queue.add("a", priority: 0)
        #expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()] == ["b", "a", "c", nil])
    }

    @Test func failuresWaitForAChange() {
        var queue = SchedulingQueue()
        let start = ContinuousClock.now
        queue.add("a", priority: 0)
        _ = queue.pop()
        queue.failed("a", some, cures: [.nodeChanged], before: queue.moves, now: start)
        _ = queue.release(now: start + .seconds(60))
        #expect(queue.pop() == nil)
        queue.wake(.podPlaced, now: start + .seconds(2))
        #expect(queue.pop() == nil)
        queue.wake(.nodeChanged, now: start + .seconds(2)) { _ in false }
        #expect(queue.pop() == nil)
        queue.wake(.nodeChanged, now: start + .seconds(2))
        #expect(queue.pop() == "a")
    }

    @Test func theHeldBackComeAfterOthersOrInTheirTime() {
        var queue = SchedulingQueue()
        let start = ContinuousClock.now
        queue.add("a", priority: 9)
        _ = queue.pop()
        queue.failed("a", some, cures: [.nodeChanged], before: queue.moves, now: start)
        queue.wake(.nodeChanged, now: start + .milliseconds(100))
        queue.add("b", priority: 0)
        #expect(queue.release(now: start + .milliseconds(200)) == start + .seconds(1))
        #expect(queue.lengths.heldBack == 1)
        // With nothing else to do it need not wait.
        #expect([queue.pop(), queue.pop()] == ["b", "a"])
    }

    @Test func errorsWaitOutTheirTime() {
        var queue = SchedulingQueue()
        let start = ContinuousClock.now
        queue.add("a", priority: 0)
        _ = queue.pop()
        queue.erred("a", now: start)
        #expect(queue.pop() == nil)
        _ = queue.release(now: start + .seconds(1))
        #expect(queue.pop() == "a")
        queue.erred("a", now: start)
        #expect(queue.release(now: start + .seconds(1)) == start + .seconds(2))
    }

    @Test func aChangeDuringTheAttemptIsNotLost() {
        var queue = SchedulingQueue()
        let start = ContinuousClock.now
        queue.add("a", priority: 0)
        _ = queue.pop()
        let before = queue.moves
        queue.wake(.nodeChanged, now: start)
        queue.failed("a", some, cures: [.nodeChanged], before: before, now: start)
        _ = queue.release(now: start + .seconds(1))
        #expect(queue.pop() == "a")
    }

    @Test func afterFiveMinutesAllAreTried() {
        var queue = SchedulingQueue()
        let start = ContinuousClock.now
        queue.add("a", priority: 0)
        _ = queue.pop()
        queue.failed("a", some, cures: [.nodeChanged], before: queue.moves, now: start)
        _ = queue.release(now: start + .seconds(301))
        #expect(queue.pop() == "a")
    }

    @Test func whatIsForgottenDoesNotComeBack() {
        var queue = SchedulingQueue()
        queue.add("a", priority: 0)
        queue.forget("a")
        #expect(queue.pop() == nil && queue.waitingCount == 0 && queue.lengths.active == 0)
    }
}
