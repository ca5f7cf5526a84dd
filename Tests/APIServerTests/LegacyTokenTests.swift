import APIClient
import Objects
import Testing

@testable import APIServer

/// Tokens that lie in Secrets: their use is noted, and a declared end is one.
@Suite(.serialized) struct LegacyTokenTests {
    private static let secret = "/api/v1/namespaces/default/secrets/old"

    private func token(_ fixture: ServerFixture) async -> String {
        await fixture.send(
            .create, "/api/v1/namespaces/default/serviceaccounts", ["kind": "ServiceAccount", "apiVersion": "v1", "metadata": ["name": "a"]])
        await fixture.send(
            .create, "/api/v1/namespaces/default/secrets",
            [
                "kind": "Secret", "apiVersion": "v1", "type": "kubernetes.io/service-account-token",
                "metadata": ["name": "old", "annotations": ["kubernetes.io/service-account.name": "a"]],
            ])
        let bound: Value = ["kind": "Secret", "apiVersion": "v1", "name": "old"]
        let answer = await fixture.send(
            .create, "/api/v1/namespaces/default/serviceaccounts/a/token",
            ["kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": ["boundObjectRef": bound]])
        return answer["status"]["token"].string ?? ""
    }

    private func review(_ fixture: ServerFixture, _ token: String) async -> Value {
        await fixture.send(
            .create, "/apis/authentication.k8s.io/v1/tokenreviews",
            ["kind": "TokenReview", "apiVersion": "authentication.k8s.io/v1", "spec": ["token": .string(token)]])["status"]["authenticated"]
    }

    @Test func usesAreNotedByDay() async throws {
        try await ServerFixture.run { fixture in
            let since = await fixture.send(.get, "/api/v1/namespaces/kube-system/configmaps/\(LegacyTokenUses.tracking)")
            #expect(since["data"]["since"].string == LegacyTokenUses.today())
            let token = await token(fixture)
            #expect(await review(fixture, token) == true)
            var label: Value = .null
            for _ in 0..<200 where label.isNull {
                label = await fixture.send(.get, Self.secret)["metadata"]["labels"][LegacyTokenUses.lastUsed]
                if label.isNull { try await Task.sleep(for: .milliseconds(10)) }
            }
            #expect(label.string == LegacyTokenUses.today())
            let revision = await fixture.send(.get, Self.secret)["metadata"]["resourceVersion"]
            #expect(await review(fixture, token) == true)
            #expect(await fixture.send(.get, Self.secret)["metadata"]["resourceVersion"] == revision)
        }
    }

    @Test func whatWasDeclaredInvalidOpensNothing() async throws {
        try await ServerFixture.run { fixture in
            let token = await token(fixture)
            let labels: Value = .object(Members([(LegacyTokenUses.invalidSince, Value.string("2026-01-01"))]))
            await fixture.send(.patch, Self.secret, ["metadata": ["labels": labels]], type: "application/merge-patch+json")
            #expect(await review(fixture, token) != true)
        }
    }
}
