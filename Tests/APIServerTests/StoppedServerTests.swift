import KubernetesTypes
import Objects
import Schema
import Storage
import Strategies
import Testing

@testable import APIServer

/// Nobody waits for what will not come any more.
@Suite struct StoppedServerTests {
    @Test func waitersOfAClosedCacheGo() async {
        let applied = AppliedRevision()
        applied.advance(to: 5)
        async let early: Void = applied.wait(for: 9)
        try? await Task.sleep(for: .milliseconds(20))
        applied.close()
        await early
        await applied.wait(for: 10)
        #expect(applied.current == 5)
    }

    @Test(.timeLimit(.minutes(1))) func patientWaitersOfAClosedCacheGoAtOnce() async {
        let applied = AppliedRevision()
        applied.advance(to: 5)
        async let early = applied.wait(for: 9, atMost: .seconds(600))
        try? await Task.sleep(for: .milliseconds(20))
        applied.close()
        #expect(await !early)
        #expect(await !applied.wait(for: 10, atMost: .seconds(600)))
        #expect(await applied.wait(for: 5, atMost: .seconds(600)))
    }

    @Test func aWatchOfAClosedCacheEnds() throws {
        let kind = GroupVersionKind(group: "", version: "v1", kind: "ConfigMap")
        let codec = ObjectCodec(kind: kind, strategy: StrategyTable.strategy(for: GroupResource(group: "", resource: "configmaps")))
        let cache = WatchCache(prefix: "/registry/configmaps/", codec: codec, applied: AppliedRevision())
        let before = try #require(cache.watch(ObjectFilter(), from: .after(0)))
        #expect(!before.take().isClosed)
        cache.closeWatchers()
        #expect(before.take().isClosed)
        let after = try #require(cache.watch(ObjectFilter(), from: .after(0)))
        #expect(after.take().isClosed)
        #expect(cache.watcherCount == 0)
    }
}
