import Credentials
import KubernetesTypes
import Objects

/// The signers that every cluster has, and what each signs: pure rules.
enum BuiltInSigner: String, CaseIterable {
    case client = "kubernetes.io/kube-apiserver-client"
    case kubeletClient = "kubernetes.io/kube-apiserver-client-kubelet"
    case kubeletServing = "kubernetes.io/kubelet-serving"
    case legacy = "kubernetes.io/legacy-unknown"

    static let nodePrefix = "system:node:"
    private static let nodes = ["system:nodes"]

    /// Why the request is not signed; nil when it may be.
    func problem(_ request: SigningRequest, usages: Set<String>) -> String? {
        switch self {
        case .client:
            if !usages.contains("client auth") { return "usages did not include client auth" }
            let others = usages.subtracting(["client auth", "digital signature", "key encipherment"])
            return others.isEmpty ? nil : "usages are not permitted: \(others.sorted().joined(separator: ", "))"
        case .kubeletClient:
            if request.organizations != Self.nodes { return "organization in subject is not system:nodes" }
            if !request.dnsNames.isEmpty || !request.addresses.isEmpty { return "subject alternative names are not allowed" }
            if !request.commonName.hasPrefix(Self.nodePrefix) { return "subject common name does not begin with system:node: " }
            return Self.fits(usages, "client auth") ? nil : "usages did not match [client auth digital signature key encipherment]"
        case .kubeletServing:
            if request.organizations != Self.nodes { return "organization in subject is not system:nodes" }
            if request.dnsNames.isEmpty && request.addresses.isEmpty { return "DNS or IP subjectAltName is required" }
            if !request.commonName.hasPrefix(Self.nodePrefix) { return "subject common name does not begin with system:node: " }
            return Self.fits(usages, "server auth") ? nil : "usages did not match [digital signature key encipherment server auth]"
        case .legacy: return nil
        }
    }

    private static func fits(_ usages: Set<String>, _ purpose: String) -> Bool {
        usages == [purpose, "digital signature"] || usages == [purpose, "digital signature", "key encipherment"]
    }
}

/// What a CertificateSigningRequest says, read from its object.
struct CertificateWish {
    let object: CertificateSigningRequest
    let signer: BuiltInSigner
    let usages: Set<String>

    /// Nil for a request to somebody else's signer.
    init?(_ object: CertificateSigningRequest) {
        guard let signer = BuiltInSigner(rawValue: object.value["spec"]["signerName"].string ?? "") else { return nil }
        self.object = object
        self.signer = signer
        usages = Set(object.value["spec"]["usages"].strings)
    }

    func has(_ condition: String) -> Bool {
        object.value["status"]["conditions"].array.contains { $0["type"].string == condition && $0["status"].string == "True" }
    }

    var hasCertificate: Bool { !(object.value["status"]["certificate"].string ?? "").isEmpty }

    /// Throws when it is no request, or not signed with its own key.
    func request() throws -> SigningRequest {
        let bytes = Base64.decode(object.value["spec"]["request"].string ?? "") ?? []
        return try SigningRequest(pem: String(decoding: bytes, as: UTF8.self))
    }
}
