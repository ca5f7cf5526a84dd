import APIClient
import Testing

@Suite struct WorkQueueTests {
    @Test func aKeyIsWorkedOnByOneAtATime() async {
        let queue = WorkQueue()
        queue.add("a")
        queue.add("a")
        #expect(await queue.next() == "a")
        // Added while it is worked on: it comes again, after it is done.
        queue.add("a")
        queue.add("b")
        #expect(await queue.next() == "b")
        queue.done("a")
        #expect(await queue.next() == "a")
        queue.close()
        #expect(await queue.next() == nil)
    }

    @Test func ofSeveralTimesTheEarliestCounts() async throws {
        let queue = WorkQueue()
        let start = ContinuousClock.now
        queue.add("a", after: .seconds(100))
        queue.add("a", after: .milliseconds(30))
        queue.add("a", after: .milliseconds(60))
        #expect(await queue.next() == "a")
        #expect(ContinuousClock.now - start < .seconds(90))
        queue.done("a")
        // The later times are forgotten.
        queue.add("end", after: .milliseconds(200))
        #expect(await queue.next() == "end")
    }

    @Test func failuresComeAgainLater() async {
        let queue = WorkQueue(baseDelay: .milliseconds(10), longestDelay: .milliseconds(50))
        queue.add("a")
        _ = await queue.next()
        let start = ContinuousClock.now
        queue.retry("a")
        queue.done("a")
        #expect(await queue.next() == "a")
        #expect(ContinuousClock.now - start >= .milliseconds(15))
    }
}
