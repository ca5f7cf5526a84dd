package import Credentials
import Objects

/// The authority, certificates and keys of a cluster, kept under `pki/` of its data directory.
package struct ClusterPKI: Sendable {
    package let authority: CertificateAuthority
    package let serving: KeyPair
    package let admin: KeyPair
    package let kubeletClient: KeyPair
    /// Whose clients may say for whom they ask; an authority of its own, so that no other certificate can.
    package let frontProxyAuthority: CertificateAuthority
    package let frontProxyClient: KeyPair
    package static let frontProxyName = "front-proxy-client"
    /// PEM of the key that signs service account tokens.
    package let tokenKey: String
    private let directory: String

    /// Reads what is there and makes what is missing.
    package init(directory: String, nodeName: String, addresses: [String], clusterDomain: String) throws {
        self.directory = directory
        try PrivateFile.makeFolder(directory)
        authority = try Self.authority(directory, "ca", commonName: "martlet-ca")
        frontProxyAuthority = try Self.authority(directory, "front-proxy-ca", commonName: "front-proxy-ca")
        var proxy = CertificateRequest(commonName: Self.frontProxyName)
        proxy.isClient = true
        frontProxyClient = try frontProxyAuthority.issue(proxy)
        if let stored = try PrivateFile.read("\(directory)/service-account.key") {
            tokenKey = stored
        } else {
            tokenKey = try ServiceAccountTokenIssuer.newKey()
            try PrivateFile.write(tokenKey, to: "\(directory)/service-account.key")
        }
        var server = CertificateRequest(commonName: "kube-apiserver")
        server.isServer = true
        server.dnsNames = [
            "localhost", nodeName, "kubernetes", "kubernetes.default", "kubernetes.default.svc",
            "kubernetes.default.svc.\(clusterDomain)",
        ]
        server.addresses = addresses
        // Leaf certificates are made at each start: they never get old.
        serving = try authority.issue(server)
        var admin = CertificateRequest(commonName: "kubernetes-admin")
        admin.organizations = ["system:masters"]
        admin.isClient = true
        self.admin = try Self.kept(directory, "admin", admin, authority)
        var kubelet = CertificateRequest(commonName: "kube-apiserver-kubelet-client")
        kubelet.organizations = ["system:masters"]
        kubelet.isClient = true
        kubeletClient = try authority.issue(kubelet)
    }

    /// A certificate for a component.
    package func client(_ commonName: String, organizations: [String] = []) throws -> KeyPair {
        var request = CertificateRequest(commonName: commonName)
        request.organizations = organizations
        request.isClient = true
        return try authority.issue(request)
    }

    /// A serving certificate for a kubelet.
    package func kubeletServing(node: String, addresses: [String]) throws -> KeyPair {
        var request = CertificateRequest(commonName: "system:node:\(node)")
        request.organizations = ["system:nodes"]
        request.isServer = true
        request.dnsNames = [node]
        request.addresses = addresses
        return try authority.issue(request)
    }

    private static func authority(_ directory: String, _ name: String, commonName: String) throws -> CertificateAuthority {
        if let stored = try pair(directory, name) { return try CertificateAuthority(stored) }
        let made = try CertificateAuthority(commonName: commonName)
        try write(made.pem, directory, name)
        return made
    }

    private static func pair(_ directory: String, _ name: String) throws -> KeyPair? {
        guard let certificate = try PrivateFile.read("\(directory)/\(name).crt"), let key = try PrivateFile.read("\(directory)/\(name).key")
        else { return nil }
        return KeyPair(certificate: certificate, key: key)
    }

    private static func write(_ pair: KeyPair, _ directory: String, _ name: String) throws {
        try PrivateFile.write(pair.key, to: "\(directory)/\(name).key")
        try PrivateFile.write(pair.certificate, to: "\(directory)/\(name).crt", mode: 0o644)
    }

    /// Kept between starts, since users hold copies of it; made anew when less than 30 days are left.
    private static func kept(
        _ directory: String, _ name: String, _ request: CertificateRequest, _ authority: CertificateAuthority
    ) throws -> KeyPair {
        if let stored = try pair(directory, name), let end = CertificateIdentity(pem: stored.certificate)?.notAfter,
            end - Timestamp.now().seconds > 30 * 86_400
        {
            return stored
        }
        let made = try authority.issue(request)
        try write(made, directory, name)
        return made
    }
}
