@testable import Scheduler
import Testing

@Suite struct SchedulerInboxTests {
    /// A timer that was not needed any more ended the next wait, which made a timer, and so on for ever.
    @Test func aWaitThatEndedEarlyDoesNotEndTheNext() async throws {
        let inbox = SchedulerInbox()
        let begun = ContinuousClock.now
        for _ in 0..<20 {
            inbox.put(.storageChanged)
            await inbox.wait(until: begun + .seconds(60))
            _ = inbox.takeAll()
        }
        try await Task.sleep(for: .milliseconds(50))
        let again = ContinuousClock.now
        await inbox.wait(until: again + .milliseconds(200))
        #expect(ContinuousClock.now - again >= .milliseconds(190))
    }

    @Test func itIsWokenByTimeAndByClosing() async {
        let inbox = SchedulerInbox()
        await inbox.wait(until: .now + .milliseconds(20))
        inbox.close()
        await inbox.wait(until: nil)
        #expect(inbox.isClosed)
    }
}
