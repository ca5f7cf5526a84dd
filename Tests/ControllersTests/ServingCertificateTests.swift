@testable import Controllers
import Credentials
import KubernetesTypes
import Objects
import Testing

@Suite struct ServingCertificateApproverTests {
    private func request(_ node: String, names: [String], addresses: [String]) throws -> SigningRequest {
        var wanted = CertificateRequest(commonName: "system:node:" + node)
        wanted.organizations = ["system:nodes"]
        wanted.dnsNames = names
        wanted.addresses = addresses
        return try SigningRequest(pem: SigningRequest.make(wanted).certificate)
    }

    private func object(from user: String, groups: [String] = ["system:nodes", "system:authenticated"]) -> CertificateSigningRequest {
        var object = CertificateSigningRequest(name: "csr-1")
        object.value["spec"] = ["username": .string(user), "groups": Value(groups)]
        return object
    }

    private func node(_ name: String, _ address: String) -> Node {
        Sample.node(name) { $0["status"]["addresses"] = [["type": "InternalIP", "address": .string(address)], ["type": "Hostname", "address": .string(name)]] }
    }

    @Test(arguments: [
        ("a", ["a"], ["192.0.2.1"], true), ("a", [], ["192.0.2.1"], true), ("a", ["a"], [], true),
        // Another's address, or one that the API does not know; another's name; a name that is nobody's.
        ("a", ["a"], ["192.0.2.2"], false), ("a", ["a"], ["192.0.2.9"], false), ("a", ["b"], ["192.0.2.1"], false),
        ("a", ["kubernetes.default.svc"], ["192.0.2.1"], false), ("c", ["c"], ["192.0.2.3"], false),
        // Two nodes that say the same address.
        ("d", ["d"], ["192.0.2.2"], false),
    ]) func onlyWhatIsTheNodesOwn(_ name: String, _ names: [String], _ addresses: [String], _ expected: Bool) throws {
        let nodes = [node("a", "192.0.2.1"), node("b", "192.0.2.2"), node("d", "192.0.2.2")]
        let request = try request(name, names: names, addresses: addresses)
        #expect(ServingCertificateApprover.isRight(request, object(from: "system:node:" + name), nodes) == expected)
    }

    @Test func onlyTheNodeItselfMayAsk() throws {
        let request = try request("a", names: ["a"], addresses: ["192.0.2.1"]), nodes = [node("a", "192.0.2.1")]
        #expect(!ServingCertificateApprover.isRight(request, object(from: "system:node:b"), nodes))
        #expect(!ServingCertificateApprover.isRight(request, object(from: "system:node:a", groups: ["system:authenticated"]), nodes))
    }
}
