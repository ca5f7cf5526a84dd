import Credentials
import HTTPServing
import Kubelet
import Logging
import Objects
import Synchronization

/// The certificate of a kubelet whose cluster's authority is in the same process.
struct KubeletIdentity: Sendable {
    let pki: ClusterPKI
    let certificates: CertificateKeeper
    let nodeName: String
    let addresses: [String]
    let logger: Logger

    /// What the kubelet's server shows; the keeper sees to it that it never gets old.
    func make() throws -> ListenerIdentity {
        let issue: @Sendable () throws -> KeyPair = { [pki, nodeName, addresses] in try pki.kubeletServing(node: nodeName, addresses: addresses) }
        let first = try issue()
        let shown = ShownCertificate(first)
        let identity = try ListenerIdentity(
            certificate: first.certificate, key: first.key, clientAuthorities: pki.authority.certificate)
        pki.authority.onRenewal { [pki, logger] in
            do {
                try identity.replace(clientAuthorities: pki.authority.certificate)
            } catch {
                logger.error("the kubelet cannot take up the renewed authority", metadata: ["reason": "\(error)"])
            }
        }
        try certificates.add(
            CertificateKeeper.Entry(name: "kubelet", issue: issue) { pair in
                try identity.replace(certificate: pair.certificate, key: pair.key)
                shown.replace(pair)
            }, current: first)
        CertificateMetrics.tell(.server) { shown.remaining }
        return identity
    }
}

/// Since when and until when the certificate holds that the kubelet's server shows, for its metrics.
private final class ShownCertificate: Sendable {
    private let identity: Mutex<CertificateIdentity?>

    init(_ pair: KeyPair) { identity = Mutex(CertificateIdentity(pem: pair.certificate)) }

    /// Seconds; negative when it has ended.
    var remaining: Int64 { (identity.withLock { $0?.notAfter } ?? 0) - Timestamp.now().seconds }

    func replace(_ pair: KeyPair) {
        let before = identity.withLock { identity in
            defer { identity = CertificateIdentity(pem: pair.certificate) }
            return identity
        }
        CertificateMetrics.rotated(.server, after: before.map { Timestamp.now().seconds - $0.notBefore } ?? 0)
    }
}
