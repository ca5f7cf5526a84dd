@testable import Controllers
import Objects
import Testing

@Suite struct StorageAndTokenTests {
    private static let now = Timestamp("2026-06-01T00:00:00Z") ?? Timestamp(seconds: 0)

    typealias Row = (labels: [String: String], created: String, since: String, step: LegacyTokenCleaner.Step)

    @Test(arguments: [
        ([:], "2026-05-01", "2020-01-01", .nothing), ([:], "2020-01-01", "2026-01-01", .nothing), ([:], "2020-01-01", "2025-01-01", .invalidate),
        (["kubernetes.io/legacy-token-last-used": "2026-05-01"], "2020-01-01", "2020-01-01", .nothing),
        (["kubernetes.io/legacy-token-last-used": "2024-05-01"], "2020-01-01", "2020-01-01", .invalidate),
        (["kubernetes.io/legacy-token-invalid-since": "2026-05-01"], "2020-01-01", "2020-01-01", .nothing),
        (["kubernetes.io/legacy-token-invalid-since": "2025-05-01"], "2020-01-01", "2020-01-01", .delete),
        (["kubernetes.io/legacy-token-invalid-since": "2025-05-01", "kubernetes.io/legacy-token-last-used": "2026-05-20"], "2020-01-01", "2020-01-01", .nothing),
    ] as [Row]) func legacyTokens(_ row: Row) throws {
        let since = try #require(LegacyTokenCleaner.day(row.since))
        #expect(LegacyTokenCleaner.step(row.labels, created: LegacyTokenCleaner.day(row.created), since: since, now: Self.now) == row.step)
    }

    @Test func attachmentsHaveTheNameThatKubeletsLookFor() {
        // sha256 of "handledrivernode".
        let name = AttachWork.name(handle: "handle", driver: "driver", node: "node")
        #expect(name.count == 68 && name.hasPrefix("csi-") && name == AttachWork.name(handle: "handled", driver: "river", node: "node"))
    }
}
