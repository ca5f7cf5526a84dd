import Crypto
#if canImport(FoundationEssentials)
import FoundationEssentials
#endif
#if canImport(Glibc)
import Glibc
#endif
import SwiftASN1
import X509

/// What a client certificate says of its holder.
package struct CertificateIdentity: Sendable, Hashable {
    package let commonName: String
    package let organizations: [String]
    /// Seconds since 1970.
    package let notAfter: Int64
    package private(set) var notBefore: Int64 = 0
    /// Whether it may sign others.
    package private(set) var isAuthority = false
    package private(set) var dnsNames: [String] = []
    /// Dotted or colon text.
    package private(set) var addresses: [String] = []
    /// Hexadecimal, without separators.
    package private(set) var serial = ""

    package init(commonName: String, organizations: [String], notAfter: Int64 = .max) {
        self.commonName = commonName
        self.organizations = organizations
        self.notAfter = notAfter
    }

    /// Nil when the bytes are no certificate.
    package init?(der: [UInt8]) {
        guard let certificate = try? Certificate(derEncoded: der) else { return nil }
        self.init(certificate)
    }

    package init?(pem: String) {
        guard let certificate = try? Certificate(pemEncoded: pem) else { return nil }
        self.init(certificate)
    }

    init(_ certificate: Certificate) {
        let subject = SubjectNames(certificate.subject)
        self.init(
            commonName: subject.commonName, organizations: subject.organizations,
            notAfter: Int64(certificate.notValidAfter.timeIntervalSince1970))
        notBefore = Int64(certificate.notValidBefore.timeIntervalSince1970)
        if case .isCertificateAuthority = try? certificate.extensions.basicConstraints { isAuthority = true }
        serial = certificate.serialNumber.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        guard let names = try? certificate.extensions.subjectAlternativeNames else { return }
        for name in names {
            switch name {
            case .dnsName(let text): dnsNames.append(text)
            case .ipAddress(let octets): IPAddressBytes.print(Array(octets.bytes)).map { addresses.append($0) }
            default: break
            }
        }
    }
}

/// A certificate with its key, as PEM.
package struct KeyPair: Sendable {
    package let certificate: String
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// What a certificate is to be good for.
package struct CertificateRequest: Sendable {
    package var commonName: String
    package var organizations: [String] = []
    package var dnsNames: [String] = []
    /// Dotted or colon text.
    package var addresses: [String] = []
    package var isServer = false
    package var isClient = false
    package var lifetime = CertificateRequest.usualLifetime
    package static let usualLifetime = Duration.seconds(365 * 86_400)

    package init(commonName: String) { self.commonName = commonName }
}

/// Signs certificates with a P-256 key.
package struct CertificateAuthority: Sendable {
    /// How long before it is made a certificate holds: clocks of others may be behind.
    package static let backdating: Int64 = 300

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    let certificate: Certificate
    let key: P256.Signing.PrivateKey
    package let pem: KeyPair

    /// Ten years.
    package static let usualLifetime = Duration.seconds(3650 * 86_400)

    package init(commonName: String, lifetime: Duration = usualLifetime) throws {
        try self.init(commonName: commonName, key: P256.Signing.PrivateKey(), lifetime: lifetime)
    }

    /// The same authority for some more years: with its name and its key, so that everything it signed still holds, and
    /// whoever trusts its former certificate trusts what it signs from now on.
    package func renewed(lifetime: Duration = usualLifetime) throws -> CertificateAuthority {
        try CertificateAuthority(commonName: SubjectNames(certificate.subject).commonName, key: key, lifetime: lifetime)
    }

    private init(commonName: String, key: P256.Signing.PrivateKey, lifetime: Duration) throws {
        let name = try DistinguishedName { CommonName(commonName) }
        let now = Date()
        certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(-Double(Self.backdating)),
            notValidAfter: now.addingTimeInterval(Double(lifetime.components.seconds)), issuer: name,
            subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
            }, issuerPrivateKey: .init(key))
        self.key = key
        pem = KeyPair(certificate: try certificate.serializeAsPEM().pemString + "\n", key: key.pemRepresentation + "\n")
    }

    /// Takes up an authority that was written before.
    package init(_ pair: KeyPair) throws {
        certificate = try Certificate(pemEncoded: pair.certificate)
        key = try P256.Signing.PrivateKey(pemRepresentation: pair.key)
        pem = pair
    }

    /// Makes a key and a certificate for it.
    package func issue(_ request: CertificateRequest) throws -> KeyPair {
        let leafKey = P256.Signing.PrivateKey()
        var names: [GeneralName] = request.dnsNames.map { .dnsName($0) }
        for address in request.addresses {
            guard let bytes = IPAddressBytes.parse(address) else { throw Failure(description: "not an IP address: \(address)") }
            names.append(.ipAddress(ASN1OctetString(contentBytes: bytes[...])))
        }
        var usages: [ExtendedKeyUsage.Usage] = []
        if request.isServer { usages.append(.serverAuth) }
        if request.isClient { usages.append(.clientAuth) }
        let subject = try DistinguishedName {
            for organization in request.organizations { OrganizationName(organization) }
            CommonName(request.commonName)
        }
        let alternative = SubjectAlternativeNames(names)
        let usage = try ExtendedKeyUsage(usages)
        let now = Date()
        let leaf = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(leafKey.publicKey),
            notValidBefore: now.addingTimeInterval(-Double(Self.backdating)),
            notValidAfter: min(now.addingTimeInterval(Double(request.lifetime.components.seconds)), certificate.notValidAfter),
            issuer: certificate.subject,
            subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true, keyEncipherment: true))
                usage
                if !names.isEmpty { alternative }
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier)
            }, issuerPrivateKey: .init(key))
        return KeyPair(certificate: try leaf.serializeAsPEM().pemString + "\n", key: leafKey.pemRepresentation + "\n")
    }
}

/// IP addresses as bytes.
package enum IPAddressBytes {
    /// 4 or 16 bytes; nil when the text is no address.
    package static func parse(_ text: String) -> [UInt8]? {
        if text.contains(":") {
            var address = in6_addr()
            guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
            return withUnsafeBytes(of: &address) { Array($0) }
        }
        var address = in_addr()
        guard inet_pton(AF_INET, text, &address) == 1 else { return nil }
        return withUnsafeBytes(of: &address) { Array($0) }
    }

    /// The usual text of 4 or 16 bytes; nil for any other number of bytes.
    package static func print(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: 64)
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
