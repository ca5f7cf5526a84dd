import Glibc

/// Rounds of a test with random input: a number of them in each run of the tests, and as many as a time holds when
/// `MARTLET_FUZZ_SECONDS` says one (`tools/fuzz`). `MARTLET_FUZZ_SEED` repeats a run.
package enum FuzzRun {
    package static func rounds(
        _ count: Int, named name: String = #function, _ body: (inout SeededGenerator) throws -> Void
    ) rethrows {
        let seed = variable("MARTLET_FUZZ_SEED") ?? UInt64.random(in: 0...UInt64.max)
        print("\(name): seed \(seed)")
        let seconds = variable("MARTLET_FUZZ_SECONDS").map { Double($0) } ?? 0
        let start = ContinuousClock.now
        var random = SeededGenerator(seed: seed)
        var done = 0
        while done < count || start.duration(to: .now) < .seconds(seconds) {
            try body(&random)
            done += 1
        }
        if seconds > 0 { print("\(name): \(done) rounds") }
    }

    private static func variable(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
}
