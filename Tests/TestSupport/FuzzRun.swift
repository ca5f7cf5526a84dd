import Glibc

/// Rounds of a test with random input: a number of them in each run of the tests, and as many as a time holds when
/// `MARTLET_FUZZ_SECONDS` says one (`tools/fuzz`). `MARTLET_FUZZ_SEED` repeats a run.
package enum FuzzRun {
    package static func rounds(
        _ count: Int, named name: String = #function, _ body: (inout SeededGenerator) throws -> Void
    ) rethrows {
        var course = Course(count, name)
        while course.goesOn() { try body(&course.random) }
    }

    package static func rounds(
        _ count: Int, named name: String = #function, _ body: (inout SeededGenerator) async throws -> Void
    ) async rethrows {
        var course = Course(count, name)
        while course.goesOn() { try await body(&course.random) }
    }

    private struct Course {
        var random: SeededGenerator
        private let name: String
        private let count: Int
        private let seconds: Double
        private let start = ContinuousClock.now
        private var done = 0

        init(_ count: Int, _ name: String) {
            let seed = variable("MARTLET_FUZZ_SEED") ?? UInt64.random(in: 0...UInt64.max)
            print("\(name): seed \(seed)")
            random = SeededGenerator(seed: seed)
            seconds = variable("MARTLET_FUZZ_SECONDS").map { Double($0) } ?? 0
            self.name = name
            self.count = count
        }

        mutating func goesOn() -> Bool {
            if done < count || start.duration(to: .now) < .seconds(seconds) {
                done += 1
                return true
            }
            if seconds > 0 { print("\(name): \(done) rounds") }
            return false
        }
    }

    private static func variable(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
}
