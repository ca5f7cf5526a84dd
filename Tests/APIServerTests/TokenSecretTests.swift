import APIClient
import KubernetesTypes
import Objects
import Testing

@testable import APIServer

@Suite(.serialized) struct TokenSecretTests {
    private func eventually(_ body: () async -> Value?) async -> Value {
        for _ in 0..<200 {
            if let value = await body() { return value }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return .null
    }

    @Test func secretsOfTheTypeGetATokenThatHoldsAsLongAsTheyAreThere() async throws {
        try await ServerFixture.run { fixture in
            await fixture.send(
                .create, "/api/v1/namespaces/default/serviceaccounts",
                ["kind": "ServiceAccount", "apiVersion": "v1", "metadata": ["name": "robot"]])
            let path = "/api/v1/namespaces/default/secrets"
            await fixture.send(
                .create, path,
                [
                    "kind": "Secret", "apiVersion": "v1", "type": "kubernetes.io/service-account-token",
                    "metadata": ["name": "t", "annotations": ["kubernetes.io/service-account.name": "robot"]],
                ])
            let filled = await eventually {
                let secret = await fixture.send(.get, path + "/t")
                return secret["data"]["token"].isNull ? nil : secret
            }
            let token = String(decoding: Base64.decode(filled["data"]["token"].string ?? "") ?? [], as: UTF8.self)
            #expect(!token.isEmpty)
            #expect(filled["data"]["namespace"] == .string(Base64.encode(Array("default".utf8))))
            func user() -> String? {
                let attempt = AuthenticationAttempt(certificate: nil, authorization: "Bearer " + token)
                return (try? fixture.server.chain.authenticator.authenticate(attempt))?.name
            }
            #expect(user() == "system:serviceaccount:default:robot")
            await fixture.send(.delete, "/api/v1/namespaces/default/serviceaccounts/robot")
            let gone = await eventually {
                let answer = await fixture.send(.get, path + "/t")
                return answer["code"] == 404 ? answer : nil
            }
            #expect(gone["code"] == 404)
            #expect(user() == nil)
        }
    }

    @Test func clusterAddressesAreShown() async throws {
        try await ServerFixture.run { fixture in
            let shown = await eventually {
                let list = await fixture.send(.get, "/apis/networking.k8s.io/v1/ipaddresses")
                return list["items"].array.first { $0["spec"]["parentRef"]["name"] == "kubernetes" }
            }
            #expect(shown["metadata"]["labels"]["ipaddress.kubernetes.io/managed-by"] == "ipallocator.k8s.io")
            let service = await fixture.send(.get, "/api/v1/namespaces/default/services/kubernetes")
            #expect(shown["metadata"]["name"] == service["spec"]["clusterIP"])
        }
    }
}
