import Aggregation
import Authentication
import ComponentMetrics
import Credentials
import HTTPServing
import Objects
import Synchronization

/// Who a client certificate stands for: its holder, or, of a front proxy, whoever the proxy asks for.
final class CertificateAuthenticator: Sendable {
    private static let memoryLimit = 1024

    private let certificates: Mutex<ClientCertificates>
    private let allowedNames: [String]
    /// How long the certificates that are shown still hold; upstream's bounds.
    let expiration = Histogram(bounds: [
        0, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800, 2_592_000, 7_776_000, 15_552_000, 31_104_000,
    ])
    /// Certificates that were seen; connections show the same one with each request.
    private let known = Mutex<[[UInt8]: ClientCertificate]>([:])

    /// `allowedNames` are the common names of front proxies; any will do when there are none.
    init(_ certificates: ClientCertificates, allowedNames: [String]) {
        self.certificates = Mutex(certificates)
        self.allowedNames = allowedNames
    }

    /// Knows clients and front proxies by other authorities from now on.
    func replace(_ certificates: ClientCertificates) {
        self.certificates.withLock { $0 = certificates }
        known.withLock { $0 = [:] }
    }

    /// Adds what is measured to a registry.
    func register(_ registry: MetricRegistry) {
        registry.add("client_certificates") { [expiration] writer in
            let name = "apiserver_client_certificate_expiration_seconds"
            writer.begin(name, .histogram, "The remaining lifetime of the certificates by which requests were made.")
            writer.histogram(name, [], expiration.bounds, expiration.current)
        }
    }

    /// Nil when the certificate stands for nobody: whoever shows it is not even anonymous.
    func user(_ der: [UInt8], _ headers: RequestHeaders) -> UserInfo? {
        guard let certificate = certificate(der) else { return nil }
        // A connection may be older than what it was made with.
        let rest = certificate.identity.notAfter - Timestamp.now().seconds
        expiration.observe(Double(max(rest, 0)))
        guard rest > 0 else { return nil }
        if certificate.isFrontProxy, let user = proxied(certificate, headers) { return user }
        guard certificate.isClient else { return nil }
        return UserInfo(
            name: certificate.identity.commonName,
            groups: certificate.identity.organizations + [UserInfo.authenticatedGroup],
            extra: ["authentication.kubernetes.io/credential-id": ["X509SHA256=\(certificate.fingerprint)"]])
    }

    private func certificate(_ der: [UInt8]) -> ClientCertificate? {
        if let seen = known.withLock({ $0[der] }) { return seen }
        guard let read = certificates.withLock({ $0 }).read(der) else { return nil }
        known.withLock { known in
            if known.count >= Self.memoryLimit { known = [:] }
            known[der] = read
        }
        return read
    }

    private func proxied(_ certificate: ClientCertificate, _ headers: RequestHeaders) -> UserInfo? {
        if !allowedNames.isEmpty, !allowedNames.contains(certificate.identity.commonName) { return nil }
        guard let name = headers[FrontProxyHeaders.user], !name.isEmpty else { return nil }
        var extra: [String: [String]] = [:]
        for (header, value) in headers.prefixed(FrontProxyHeaders.extraPrefix) {
            let key = String(header.dropFirst(FrontProxyHeaders.extraPrefix.count))
            extra[PercentCoding.decode(key[...]) ?? key, default: []].append(value)
        }
        var groups = headers.all(FrontProxyHeaders.group)
        if !groups.contains(UserInfo.authenticatedGroup), name != UserInfo.anonymous.name { groups.append(UserInfo.authenticatedGroup) }
        return UserInfo(name: name, uid: headers[FrontProxyHeaders.uid] ?? "", groups: groups, extra: extra)
    }
}
