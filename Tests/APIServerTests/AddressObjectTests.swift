import APIClient
import KubernetesTypes
import Objects
import Testing

@testable import APIServer

@Suite(.serialized) struct AddressObjectTests {
    private func eventually(_ body: () async -> Value?) async -> Value {
        for _ in 0..<200 {
            if let value = await body() { return value }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return .null
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
