import AsyncHTTPClient
import Credentials
import Objects
import TestSupport
import Testing

/// What the reference server answered, asked of a server that has no controllers beside it.
@Suite(.serialized, .enabled(if: ReferenceData.root != nil))
struct GoldenReplayTests {
    @Test(arguments: ReferenceData.names("golden"))
    func answersAsRecorded(file: String) async throws {
        let document = try Value(json: #require(ReferenceData.bytes("golden/\(file)")))
        try await ServerFixture.run(listens: true) { fixture in
            let kubeconfig = try #require(fixture.kubeconfig)
            let (client, anonymous) = (try kubeconfig.httpsClient(), try kubeconfig.httpsClient(isAnonymous: true))
            let server = GoldenServer(base: kubeconfig.server, client: client, anonymous: anonymous)
            for (number, scenario) in document["scenarios"].array.enumerated() {
                let name = scenario["name"].string ?? ""
                if GoldenExceptions.names.contains(name) { continue }
                var replay = GoldenReplay(scenario, server, number: number)
                for difference in await replay.differences() {
                    Issue.record("\(name): \(difference)")
                }
            }
            try await client.shutdown()
            try await anonymous.shutdown()
        }
    }
}

/// Scenarios that this test cannot hold; the replay against a whole cluster does.
enum GoldenExceptions {
    static let names: Set<String> = [
        // Controllers take part.
        "crud-defaults-endpoints-mirrored-to-slice", "crud-lists-field-selector-workloads", "crud-verbs-eviction-denied-by-budget",
        "crud-verbs-eviction-allowed-by-budget", "patch-apply-to-the-scale-subresource", "patch-kubectl-taint-and-cordon",
        "patch-kubelet-node-status", "policy-claim-resize-needs-expandable-class", "policy-quota-status-appears",
        "policy-quota-status-subresource-sets-only-status", "policy-discovery-slashes", "policy-node-reads-what-its-pods-use",
        "policy-secret-of-token-type", "validation-pvc-bound-resize-needs-class-that-allows-it",
        // `2.0` and `2` are one number to the reader of the recording.
        "patch-json-custom-resource", "validation-format-numbers",
        // Recorded while another scenario's custom kind was there.
        "policy-discovery-groups", "policy-discovery-aggregated-groups",
    ]
}
