import Crypto
#if canImport(FoundationEssentials)
import FoundationEssentials
#endif
import SwiftASN1
import X509

/// What a certificate signing request (PKCS #10) asks for, its own signature checked.
package struct SigningRequest: Sendable {
    package let commonName: String
    package let organizations: [String]
    package let dnsNames: [String]
    /// Dotted or colon text.
    package let addresses: [String]
    let request: CertificateSigningRequest

    /// Makes a key, and a request for a certificate of it.
    package static func make(_ wanted: CertificateRequest) throws -> KeyPair {
        let key = P256.Signing.PrivateKey()
        var names: [GeneralName] = wanted.dnsNames.map { .dnsName($0) }
        for address in wanted.addresses {
            guard let bytes = IPAddressBytes.parse(address) else {
                throw CertificateAuthority.Failure(description: "not an IP address: \(address)")
            }
            names.append(.ipAddress(ASN1OctetString(contentBytes: bytes[...])))
        }
        let subject = try DistinguishedName {
            for organization in wanted.organizations { OrganizationName(organization) }
            CommonName(wanted.commonName)
        }
        var attributes = CertificateSigningRequest.Attributes()
        if !names.isEmpty {
            let extensions = try Certificate.Extensions { SubjectAlternativeNames(names) }
            attributes = try CertificateSigningRequest.Attributes([.init(ExtensionRequest(extensions: extensions))])
        }
        let request = try CertificateSigningRequest(
            version: .v1, subject: subject, privateKey: .init(key), attributes: attributes, signatureAlgorithm: .ecdsaWithSHA256)
        return KeyPair(certificate: try request.serializeAsPEM().pemString + "\n", key: key.pemRepresentation + "\n")
    }

    /// Throws when the text is no request, or its signature is not that of its key.
    package init(pem: String) throws {
        request = try CertificateSigningRequest(pemEncoded: pem)
        // Without this anybody could have a certificate made for somebody else's key.
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw CertificateAuthority.Failure(description: "the request is not signed with its own key")
        }
        let subject = SubjectNames(request.subject)
        commonName = subject.commonName
        organizations = subject.organizations
        var names: [String] = []
        var addresses: [String] = []
        if let wanted = try request.attributes.extensionRequest?.extensions.subjectAlternativeNames {
            for name in wanted {
                switch name {
                case .dnsName(let text): names.append(text)
                case .ipAddress(let octets): IPAddressBytes.print(Array(octets.bytes)).map { addresses.append($0) }
                default: throw CertificateAuthority.Failure(description: "the request asks for a kind of name that is not signed")
                }
            }
        }
        dnsNames = names
        self.addresses = addresses
    }
}

/// The parts of a subject that Kubernetes reads.
struct SubjectNames {
    var commonName = ""
    var organizations: [String] = []

    init(_ subject: DistinguishedName) {
        for name in subject {
            for attribute in name {
                let text = String(describing: attribute.value)
                if attribute.type == .RDNAttributeType.commonName { commonName = text }
                if attribute.type == .RDNAttributeType.organizationName { organizations.append(text) }
            }
        }
    }
}

extension CertificateAuthority {
    /// Signs a request as it stands and returns the certificate as PEM. Whether its names may be had is
    /// the caller's to decide. The certificate never outlives the authority's own.
    package func sign(
        _ wanted: SigningRequest, isServer: Bool, isClient: Bool, lifetime: Duration
    ) throws -> String {
        var usages: [ExtendedKeyUsage.Usage] = []
        if isServer { usages.append(.serverAuth) }
        if isClient { usages.append(.clientAuth) }
        let usage = try ExtendedKeyUsage(usages)
        var names: [GeneralName] = wanted.dnsNames.map { .dnsName($0) }
        for address in wanted.addresses {
            guard let bytes = IPAddressBytes.parse(address) else { throw Failure(description: "not an IP address: \(address)") }
            names.append(.ipAddress(ASN1OctetString(contentBytes: bytes[...])))
        }
        let alternative = SubjectAlternativeNames(names)
        let now = Date()
        let end = min(now.addingTimeInterval(Double(lifetime.components.seconds)), certificate.notValidAfter)
        let leaf = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: wanted.request.publicKey,
            notValidBefore: now.addingTimeInterval(-Double(Self.backdating)), notValidAfter: end, issuer: certificate.subject,
            subject: wanted.request.subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true, keyEncipherment: true))
                usage
                if !names.isEmpty { alternative }
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier)
            }, issuerPrivateKey: .init(key))
        return try leaf.serializeAsPEM().pemString + "\n"
    }
}
