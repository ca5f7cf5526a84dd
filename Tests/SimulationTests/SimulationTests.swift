import Foundation
import Objects
import Testing

/// The whole control plane in one process and in simulated time: workloads, nodes and components come and go by chance, and when
/// nothing changes any more every object has to satisfy the contract of its controller.
///
/// `SIMULATION_SEED=7` repeats one history, `SIMULATION_ROUNDS=1000` runs as many, `SIMULATION_STEPS` says how long each is.
@Suite(.serialized) struct SimulationTests {
    private static func number(_ name: String) -> UInt64? { ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } }

    /// At once, also when the output goes to a file and the test never ends.
    private static func tell(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// How long a cluster gets to come to rest, in its own time: back-offs of a minute, nodes that are missed for a while.
    private static let patience = Duration.seconds(1200)

    @Test func everythingComesToRestAsItHasToBe() async throws {
        let first = Self.number("SIMULATION_SEED") ?? UInt64.random(in: 0...UInt64(UInt32.max))
        for seed in first..<(first + (Self.number("SIMULATION_ROUNDS") ?? 3)) {
            Self.tell("seed \(seed)")
            let time = SimulatedTime()
            let clock = Task { await time.run() }
            defer { clock.cancel() }
            let problems = try await ClusterTime.$source.withValue(time) { try await round(seed, time) }
            if !problems.isEmpty { Self.tell("seed \(seed): \(problems)") }
            #expect(problems.isEmpty, "SIMULATION_SEED=\(seed)")
        }
    }

    /// A mistake that is made on purpose has to be found: else a quiet simulation would say nothing.
    @Test(arguments: Canary.allCases) func mistakesAreFound(_ canary: Canary) async throws {
        let first = UInt64(1)
        for seed in first..<(first + 6) {
            let time = SimulatedTime()
            let clock = Task { await time.run() }
            defer { clock.cancel() }
            let problems = try await ClusterTime.$source.withValue(time) { try await round(seed, time, canary, patience: .seconds(300)) }
            if !problems.isEmpty { return Self.tell("\(canary): \(problems.prefix(2))") }
        }
        Issue.record("nothing was found of \(canary)")
    }

    private func round(_ seed: UInt64, _ time: SimulatedTime, _ canary: Canary? = nil, patience: Duration = Self.patience) async throws -> [String] {
        let cluster = try await SimulatedCluster(canary: canary)
        var churn = Churn(cluster, seed: seed) { kind in
            if Self.number("SIMULATION_VERBOSE") != nil { Self.tell("at \(time.elapsed): step of kind \(kind)") }
        }
        try await churn.begin()
        for _ in 0..<(Self.number("SIMULATION_STEPS") ?? 40) { try await churn.step() }
        try await churn.settle()
        let ledger = try #require(churn.ledger)
        let contracts = Contracts(client: cluster.client, namespace: Churn.namespace, ledger: ledger)
        let end = time.elapsed + patience
        var problems: [String] = []
        repeat {
            try await ClusterTime.sleep(for: .seconds(5))
            problems = try await contracts.broken()
            if Self.number("SIMULATION_VERBOSE") != nil { Self.tell("at \(time.elapsed): \(problems)") }
        } while !problems.isEmpty && time.elapsed < end
        await cluster.stop()
        return problems
    }
}
