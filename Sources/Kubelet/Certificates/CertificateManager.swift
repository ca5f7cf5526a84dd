package import APIClient
package import Credentials
import KubernetesTypes
package import Logging
import Objects
import Schema
import Synchronization

/// Asks the cluster for a certificate of this node (CertificateSigningRequest), and for the next one long before it ends.
///
/// The certificate lies with its key in one file, so that a restart goes on with it.
package final class CertificateManager: Sendable {
    package enum Purpose: String, Sendable {
        /// By which the kubelet shows itself to the API server.
        case client
        /// Which the kubelet's own server shows.
        case server
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let patience = Duration.seconds(900)
    /// Where requests are approved without anybody's help, the answer is there at once.
    private static let shortestPoll = Duration.milliseconds(100)
    private static let longestPoll = Duration.seconds(2)
    private static let pause = Duration.seconds(10)

    private let purpose: Purpose
    private let nodeName: String
    private let addresses: [String]
    private let path: String
    private let client: APIClient
    private let logger: Logger
    private let end = Mutex<Int64>(0)

    /// `folder` is where the certificate is kept; `transport` is who asks.
    package init(
        _ purpose: Purpose, nodeName: String, addresses: [String], folder: String, transport: any APITransport, logger: Logger
    ) {
        self.purpose = purpose
        self.nodeName = nodeName
        self.addresses = addresses
        self.logger = logger
        path = "\(folder)/kubelet-\(purpose.rawValue)-current.pem"
        client = APIClient(transport: transport, fieldManager: "kubelet")
    }

    /// The certificate of before, while it holds.
    package func stored() -> KeyPair? {
        guard let text = (try? PrivateFile.read(path)) ?? nil, let pair = Self.pair(text),
            let identity = CertificateIdentity(pem: pair.certificate), identity.notAfter > Timestamp.now().seconds
        else { return nil }
        return pair
    }

    /// A certificate and its key in one text.
    package static func pair(_ text: String) -> KeyPair? {
        guard let end = text.firstRange(of: "-----END CERTIFICATE-----") else { return nil }
        let certificate = String(text[..<end.upperBound]) + "\n"
        let key = String(text[end.upperBound...].drop { $0.isNewline })
        return key.contains("PRIVATE KEY-----") ? KeyPair(certificate: certificate, key: key) : nil
    }

    /// Asks for a certificate and waits until somebody has signed it. Throws why there is none.
    package func request() async throws -> KeyPair {
        var wanted = CertificateRequest(commonName: "system:node:\(nodeName)")
        wanted.organizations = ["system:nodes"]
        if purpose == .server {
            wanted.dnsNames = [nodeName]
            wanted.addresses = addresses
        }
        let made = try SigningRequest.make(wanted)
        let signer = purpose == .client ? "kubernetes.io/kube-apiserver-client-kubelet" : "kubernetes.io/kubelet-serving"
        let body: Value = [
            "kind": "CertificateSigningRequest", "apiVersion": "certificates.k8s.io/v1", "metadata": ["generateName": "csr-"],
            "spec": [
                "request": .string(Base64.encode(Array(made.certificate.utf8))), "signerName": .string(signer),
                "usages": ["digital signature", purpose == .client ? "client auth" : "server auth"],
            ],
        ]
        let resource = APIRequest.path(GroupVersion(group: "certificates.k8s.io", version: "v1"), "certificatesigningrequests")
        let name = try await client.post(body, to: resource)["metadata"]["name"].string ?? ""
        let pair = KeyPair(certificate: try await signed(name), key: made.key)
        try PrivateFile.write(pair.certificate + pair.key, to: path)
        return pair
    }

    private func signed(_ name: String) async throws -> String {
        let begun = ContinuousClock.now
        var pause = Self.shortestPoll
        while ContinuousClock.now - begun < Self.patience {
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPoll)
            let status = try await client.get(CertificateSigningRequest.self, "", name).value["status"]
            for condition in status["conditions"].array where ["Denied", "Failed"].contains(condition["type"].string ?? "") {
                throw Failure(description: "the certificate signing request \(name) was \(condition["type"].string ?? ""): \(condition["message"].string ?? "")")
            }
            if let text = status["certificate"].string, let bytes = Base64.decode(text) { return String(decoding: bytes, as: UTF8.self) }
        }
        throw Failure(description: "nobody signed the certificate signing request \(name)")
    }

    /// Keeps a certificate that holds until cancelled; `install` gets each new one. `current` is the one in use, nil for none.
    package func run(_ current: KeyPair?, install: @escaping @Sendable (KeyPair) async throws -> Void) async {
        var identity = current.flatMap { CertificateIdentity(pem: $0.certificate) }
        CertificateMetrics.tell(purpose) { [weak self] in (self?.end.withLock { $0 } ?? 0) - Timestamp.now().seconds }
        while !Task.isCancelled {
            end.withLock { $0 = identity?.notAfter ?? 0 }
            if let identity {
                // Certificates are valid from some minutes before they were made.
                let begin = identity.notBefore + CertificateAuthority.backdating
                let lifetime = Double(identity.notAfter - begin)
                let moment = begin + Int64(lifetime * Double.random(in: 0.7...0.9))
                let rest = moment - Timestamp.now().seconds
                if rest > 0 { try? await Task.sleep(for: .seconds(rest)) }
                if Task.isCancelled { return }
            }
            let begun = ContinuousClock.now
            do {
                let pair = try await request()
                try await install(pair)
                CertificateMetrics.rotated(purpose, after: identity.map { Timestamp.now().seconds - $0.notBefore } ?? 0)
                identity = CertificateIdentity(pem: pair.certificate)
                logger.info(
                    "a certificate was signed for this node",
                    metadata: ["purpose": "\(purpose.rawValue)", "seconds": "\((ContinuousClock.now - begun).components.seconds)"])
            } catch {
                if Task.isCancelled { return }
                CertificateMetrics.failed(purpose)
                logger.error("no certificate was signed for this node", metadata: ["purpose": "\(purpose.rawValue)", "reason": "\(error)"])
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}
