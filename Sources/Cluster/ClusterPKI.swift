package import Credentials
import Objects

/// The authority, certificates and keys of a cluster, kept under `pki/` of its data directory.
package struct ClusterPKI: Sendable {
    package let authority: RenewableAuthority
    package let serving: KeyPair
    package let admin: KeyPair
    package let kubeletClient: KeyPair
    /// Whose clients may say for whom they ask; an authority of its own, so that no other certificate can.
    package let frontProxyAuthority: RenewableAuthority
    package let frontProxyClient: KeyPair
    package static let frontProxyName = "front-proxy-client"
    package static let kubeletClientName = "kube-apiserver-kubelet-client"
    /// PEM of the key that signs service account tokens.
    package let tokenKey: String
    private let names: ServingNames
    private let lifetime: Duration
    private let authorityLifetime: Duration

    /// What the API server is called by.
    private struct ServingNames: Sendable {
        let dnsNames: [String]
        let addresses: [String]
    }

    /// Reads what is there and makes what is missing. Certificates hold for `lifetime`, authorities for `authorityLifetime`.
    /// `alternativeNames` are further names and addresses by which clients know the API server.
    package init(
        directory: String, nodeName: String, addresses: [String], alternativeNames: [String] = [], clusterDomain: String,
        lifetime: Duration = CertificateRequest.usualLifetime, authorityLifetime: Duration = CertificateAuthority.usualLifetime
    ) throws {
        self.lifetime = lifetime
        self.authorityLifetime = authorityLifetime
        try PrivateFile.makeFolder(directory)
        let authority = try Self.authority(directory, "ca", commonName: "martlet-ca", authorityLifetime)
        self.authority = RenewableAuthority(authority)
        let frontProxies = try Self.authority(directory, "front-proxy-ca", commonName: "front-proxy-ca", authorityLifetime)
        frontProxyAuthority = RenewableAuthority(frontProxies)
        if let stored = try PrivateFile.read("\(directory)/service-account.key") {
            tokenKey = stored
        } else {
            tokenKey = try ServiceAccountTokenIssuer.newKey()
            try PrivateFile.write(tokenKey, to: "\(directory)/service-account.key")
        }
        let names = ServingNames(
            dnsNames: [
                "localhost", nodeName, "kubernetes", "kubernetes.default", "kubernetes.default.svc",
                "kubernetes.default.svc.\(clusterDomain)",
            ] + alternativeNames.filter { NetworkAddress($0) == nil },
            addresses: addresses + alternativeNames.filter { NetworkAddress($0) != nil && !addresses.contains($0) })
        self.names = names
        serving = try Self.serving(authority, names, lifetime)
        kubeletClient = try Self.kubeletClient(authority, lifetime)
        frontProxyClient = try Self.frontProxyClient(frontProxies, lifetime)
        admin = try Self.kept(directory, "admin", Self.administrator(lifetime: lifetime), authority)
    }

    // MARK: new ones in the place of those that the process began with

    package func newServing() throws -> KeyPair { try Self.serving(authority.current, names, lifetime) }
    package func newKubeletClient() throws -> KeyPair { try Self.kubeletClient(authority.current, lifetime) }
    package func newFrontProxyClient() throws -> KeyPair { try Self.frontProxyClient(frontProxyAuthority.current, lifetime) }
    package func newAdministrator() throws -> KeyPair { try authority.current.issue(Self.administrator(lifetime: lifetime)) }
    package func newAuthority() throws -> KeyPair { try authority.current.renewed(lifetime: authorityLifetime).pem }
    package func newFrontProxyAuthority() throws -> KeyPair { try frontProxyAuthority.current.renewed(lifetime: authorityLifetime).pem }

    private static func serving(_ authority: CertificateAuthority, _ names: ServingNames, _ lifetime: Duration) throws -> KeyPair {
        var server = CertificateRequest(commonName: "kube-apiserver")
        server.isServer = true
        server.dnsNames = names.dnsNames
        server.addresses = names.addresses
        server.lifetime = lifetime
        return try authority.issue(server)
    }

    private static func kubeletClient(_ authority: CertificateAuthority, _ lifetime: Duration) throws -> KeyPair {
        // In no group: what it may do to kubelets is what its binding to `system:kubelet-api-admin` allows.
        var kubelet = CertificateRequest(commonName: kubeletClientName)
        kubelet.isClient = true
        kubelet.lifetime = lifetime
        return try authority.issue(kubelet)
    }

    private static func frontProxyClient(_ authority: CertificateAuthority, _ lifetime: Duration) throws -> KeyPair {
        var proxy = CertificateRequest(commonName: frontProxyName)
        proxy.isClient = true
        proxy.lifetime = lifetime
        return try authority.issue(proxy)
    }

    static func administrator(lifetime: Duration) -> CertificateRequest {
        var admin = CertificateRequest(commonName: "kubernetes-admin")
        admin.organizations = ["system:masters"]
        admin.isClient = true
        admin.lifetime = lifetime
        return admin
    }

    /// A certificate for a component.
    package func client(_ commonName: String, organizations: [String] = []) throws -> KeyPair {
        var request = CertificateRequest(commonName: commonName)
        request.organizations = organizations
        request.isClient = true
        request.lifetime = lifetime
        return try authority.current.issue(request)
    }

    /// A serving certificate for a kubelet.
    package func kubeletServing(node: String, addresses: [String]) throws -> KeyPair {
        var request = CertificateRequest(commonName: "system:node:\(node)")
        request.organizations = ["system:nodes"]
        request.isServer = true
        request.dnsNames = [node]
        request.addresses = addresses
        request.lifetime = lifetime
        return try authority.current.issue(request)
    }

    private static func authority(
        _ directory: String, _ name: String, commonName: String, _ lifetime: Duration
    ) throws -> CertificateAuthority {
        if let stored = try pair(directory, name) {
            let known = try CertificateAuthority(stored)
            guard let identity = CertificateIdentity(pem: stored.certificate), CertificateKeeper.isDue(identity, now: Timestamp.now().seconds)
            else { return known }
            let renewed = try known.renewed(lifetime: lifetime)
            try store(renewed.pem, directory, name)
            return renewed
        }
        let made = try CertificateAuthority(commonName: commonName, lifetime: lifetime)
        try store(made.pem, directory, name)
        return made
    }

    static func pair(_ directory: String, _ name: String) throws -> KeyPair? {
        guard let certificate = try PrivateFile.read("\(directory)/\(name).crt"), let key = try PrivateFile.read("\(directory)/\(name).key")
        else { return nil }
        return KeyPair(certificate: certificate, key: key)
    }

    static func store(_ pair: KeyPair, _ directory: String, _ name: String) throws {
        try PrivateFile.write(pair.key, to: "\(directory)/\(name).key")
        try PrivateFile.write(pair.certificate, to: "\(directory)/\(name).crt", mode: 0o644)
    }

    /// Kept between starts, since users hold copies of it; made anew when less than a third of its life is left.
    private static func kept(
        _ directory: String, _ name: String, _ request: CertificateRequest, _ authority: CertificateAuthority
    ) throws -> KeyPair {
        if let stored = try pair(directory, name), let identity = CertificateIdentity(pem: stored.certificate),
            !CertificateKeeper.isDue(identity, now: Timestamp.now().seconds)
        {
            return stored
        }
        let made = try authority.issue(request)
        try store(made, directory, name)
        return made
    }
}
