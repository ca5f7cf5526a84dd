import Crypto
import CryptoExtras
import Glibc
import Objects
import Testing
import X509

@testable import Credentials

struct CertificateTests {
    private let folder = "/tmp/martlet-credentials-\(UInt64.random(in: 0...UInt64.max))"

    /// Runs openssl and says whether it was content, and what it printed.
    private func openssl(_ arguments: String) -> (isContent: Bool, output: String) {
        guard let pipe = popen("openssl \(arguments) 2>&1", "r") else { return (false, "") }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { output += chunk[..<count] }
        return (pclose(pipe) == 0, String(decoding: output, as: UTF8.self))
    }

    @Test func issuesWhatOpenSSLVerifiesAndReadsItBack() throws {
        let authority = try CertificateAuthority(try CertificateAuthority(commonName: "ca").pem)
        var request = CertificateRequest(commonName: "system:node:one")
        request.organizations = ["system:nodes", "more"]
        request.dnsNames = ["localhost"]
        request.addresses = ["127.0.0.1", "::1"]
        request.isClient = true
        let pair = try authority.issue(request)
        try PrivateFile.makeFolder(folder)
        try PrivateFile.write(authority.pem.certificate, to: folder + "/ca.pem")
        try PrivateFile.write(pair.certificate, to: folder + "/leaf.pem")
        try PrivateFile.write(pair.key, to: folder + "/leaf.key")
        #expect(openssl("verify -purpose sslclient -CAfile \(folder)/ca.pem \(folder)/leaf.pem").isContent)
        #expect(!openssl("verify -purpose sslserver -CAfile \(folder)/ca.pem \(folder)/leaf.pem").isContent)
        let identity = try #require(CertificateIdentity(pem: pair.certificate))
        #expect(identity.commonName == "system:node:one" && identity.organizations == ["system:nodes", "more"])
        #expect(identity.dnsNames == ["localhost"] && identity.addresses == ["127.0.0.1", "::1"])
        #expect(identity.serial.count >= 16)
        var information = stat()
        #expect(stat(folder + "/leaf.key", &information) == 0 && information.st_mode & 0o777 == 0o600)
    }

    @Test func signsRequestsThatOpenSSLMade() throws {
        try PrivateFile.makeFolder(folder)
        let made = openssl(
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(folder)/k -out \(folder)/csr "
                + "-subj '/O=system:nodes/CN=system:node:two' -addext 'subjectAltName=DNS:two,IP:10.0.0.2'")
        #expect(made.isContent, "\(made.output)")
        let request = try SigningRequest(pem: try #require(try PrivateFile.read(folder + "/csr")))
        #expect(request.commonName == "system:node:two" && request.organizations == ["system:nodes"])
        let authority = try CertificateAuthority(commonName: "ca")
        let leaf = try authority.sign(request, isServer: true, isClient: false, lifetime: .seconds(3600))
        let identity = try #require(CertificateIdentity(pem: leaf))
        #expect(identity.dnsNames == ["two"] && identity.addresses == ["10.0.0.2"])
        try PrivateFile.write(authority.pem.certificate, to: folder + "/ca.pem")
        try PrivateFile.write(leaf, to: folder + "/leaf.pem")
        #expect(openssl("verify -purpose sslserver -CAfile \(folder)/ca.pem \(folder)/leaf.pem").isContent)
        #expect(throws: (any Error).self) { try SigningRequest(pem: authority.pem.certificate) }
        #expect(CertificateIdentity(der: [0x30, 0x82, 0xff]) == nil)
    }
}

struct TokenTests {
    private static let issuer = "https://kubernetes.default.svc"

    private func claims(expires: Int64 = 2000) -> ServiceAccountClaims {
        var claims = ServiceAccountClaims(
            namespace: "default", serviceAccountName: "builder", serviceAccountUID: "u1", audiences: ["api"], issuedAt: 1000,
            expiresAt: expires, id: "j1")
        claims.pod = .init(name: "p", uid: "u2")
        claims.warnAfter = 1500
        return claims
    }

    @Test func verifiesItsOwnTokensAndNothingElse() throws {
        let key = try ServiceAccountTokenIssuer.newKey()
        let issuer = try ServiceAccountTokenIssuer(issuer: Self.issuer, keyPEM: key, now: { 1200 })
        let token = try issuer.sign(claims())
        #expect(try issuer.verify(token) == claims())
        #expect(throws: (any Error).self) {
            try ServiceAccountTokenIssuer(issuer: Self.issuer, keyPEM: key, now: { 2000 }).verify(token)
        }
        let stranger = try ServiceAccountTokenIssuer(issuer: Self.issuer, keyPEM: ServiceAccountTokenIssuer.newKey(), now: { 1200 })
        #expect(throws: (any Error).self) { try stranger.verify(token) }
        let parts = token.split(separator: ".").map(String.init)
        let none = Base64.encode((["alg": "none"] as Value).json, urlSafe: true)
        let hmac = Base64.encode((["alg": "HS256", "kid": .string(issuer.keyID)] as Value).json, urlSafe: true)
        for bad in ["\(none).\(parts[1]).", "\(none).\(parts[1]).\(parts[2])", "\(hmac).\(parts[1]).\(parts[2])", "", "a.b", token + "x.y",
            String(repeating: "a", count: 100_000)] {
            #expect(throws: (any Error).self) { try issuer.verify(bad) }
        }
    }

    @Test func takesTokensOfFormerKeysOfBothKinds() throws {
        let old = P256.Signing.PrivateKey().pemRepresentation
        let token = try ServiceAccountTokenIssuer(issuer: Self.issuer, keyPEM: old, now: { 1200 }).sign(claims())
        let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let issuer = try ServiceAccountTokenIssuer(
            issuer: Self.issuer, keyPEM: ServiceAccountTokenIssuer.newKey(),
            formerKeyPEMs: [old, rsa.publicKey.pemRepresentation], now: { 1200 })
        #expect(try issuer.verify(token) == claims())
        let payload = try #require(token.split(separator: ".").map(String.init).dropFirst().first)
        let signed = Base64.encode((["alg": "RS256"] as Value).json, urlSafe: true) + "." + payload
        let signature = try rsa.signature(for: Array(signed.utf8), padding: .insecurePKCS1v1_5)
        let rsaToken = signed + "." + Base64.encode(Array(signature.rawRepresentation), urlSafe: true)
        #expect(try issuer.verify(rsaToken) == claims())
        #expect(issuer.keySet["keys"].array.map { $0["kty"].string } == ["RSA", "EC", "RSA"])
        #expect(issuer.keySet["keys"][0]["kid"].string == issuer.keyID)
        let algorithms = issuer.discovery(keySetURL: "https://a/openid/v1/jwks")["id_token_signing_alg_values_supported"]
        #expect(algorithms.strings == ["ES256", "RS256"])
    }

    @Test func tokensOfOtherShapes() {
        #expect(BootstrapToken("abcdef.0123456789abcdef")?.id == "abcdef" && BootstrapToken("abcdef.0123456789abcdef")?.secret == "0123456789abcdef")
        #expect(BootstrapToken(BootstrapToken.generate().text) != nil && BootstrapToken.generate() != BootstrapToken.generate())
        for bad in ["", "abcdef.0123456789abcde", "ABCDEF.0123456789abcdef", "abcdef-0123456789abcdef", "abcdeé.0123456789abcdef"] {
            #expect(BootstrapToken(bad) == nil)
        }
        #expect(ConstantTime.equal("secret", "secret") && !ConstantTime.equal("secret", "secreT"))
        #expect(!ConstantTime.equal("", "a") && ConstantTime.equal("", "") && !ConstantTime.equal("ab", "a"))
        #expect(RandomToken.generate() != RandomToken.generate() && RandomToken.generate().utf8.count == 64)
    }

    @Test func kubeconfigsSurvive() throws {
        var config = Kubeconfig(server: "https://127.0.0.1:6443", authority: "CA\n", name: "martlet")
        config.clientCertificate = "CERT\n"
        config.clientKey = "KEY\n"
        #expect(Kubeconfig(config.value) == config)
        #expect(Kubeconfig(Value.emptyObject) == nil)
        config.skipsVerification = true
        #expect(Kubeconfig(config.value)?.skipsVerification == true)
    }
}

@Suite struct DetachedSignatureTests {
    @Test func isThatOfAnyOtherMaker() {
        // Made with Python's hmac.
        #expect(
            DetachedSignature.make("hello", tokenID: "abcdef", tokenSecret: "0123456789abcdef")
                == "eyJhbGciOiJIUzI1NiIsImtpZCI6ImFiY2RlZiJ9..MxsnbCjBaYzcbNIFa06F-wuF9LX26rhMlrL4zA1511s")
    }

    @Test func isKnownByWhoHasTheToken() throws {
        let token = try #require(BootstrapToken("abcdef.0123456789abcdef")), other = try #require(BootstrapToken("abcdef.0123456789abcdee"))
        let signature = DetachedSignature.make("hello", tokenID: token.id, tokenSecret: token.secret)
        #expect(DetachedSignature.isValid(signature, of: "hello", token))
        #expect(!DetachedSignature.isValid(signature, of: "hallo", token))
        #expect(!DetachedSignature.isValid(signature, of: "hello", other))
        for bad in ["", "..", "a.b.c", String(signature.dropLast())] { #expect(!DetachedSignature.isValid(bad, of: "hello", token)) }
    }
}

@Suite struct PublicKeyPinTests {
    @Test func knowsItsAuthority() throws {
        let authority = try CertificateAuthority(commonName: "one"), other = try CertificateAuthority(commonName: "two")
        let pin = try PublicKeyPin(certificate: authority.pem.certificate)
        #expect(pin.description.hasPrefix("sha256:") && pin.description.utf8.count == 71)
        #expect(PublicKeyPin(pin.description) == pin && PublicKeyPin(pin.description.uppercased().replacing("SHA256", with: "sha256")) == pin)
        #expect(try PublicKeyPin(certificate: other.pem.certificate) != pin)
        // The key stays when an authority is renewed, and with it what nodes know it by.
        #expect(try PublicKeyPin(certificate: authority.renewed(lifetime: .seconds(60)).pem.certificate) == pin)
        for bad in ["", "sha256:", "sha256:00", "md5:" + pin.description.dropFirst(7), pin.description + "0", String(pin.description.dropLast()) + "g"] {
            #expect(PublicKeyPin(bad) == nil)
        }
        #expect(throws: (any Error).self) { try PublicKeyPin(certificate: "nonsense") }
    }
}

struct FileTokenTests {
    @Test func aNewTokenIsTakenOnceTheOldOneIsOld() throws {
        let folder = "/tmp/martlet-token-\(UInt64.random(in: 0...UInt64.max))"
        try PrivateFile.makeFolder(folder)
        defer { _ = rmdir(folder) }
        let path = folder + "/token"
        defer { _ = unlink(path) }
        try PrivateFile.write("second\n", to: path)
        let token = FileToken("first", file: path)
        let start = ContinuousClock.now
        #expect(token.current(now: start) == "first")
        #expect(token.current(now: start + .seconds(90)) == "second")
        try PrivateFile.write("", to: path)
        #expect(token.current(now: start + .seconds(200)) == "second", "an empty file is no token")
        #expect(FileToken("only", file: "").current(now: start + .seconds(200)) == "only")
    }

    @Test func podsFindTheAPIOfTheirCluster() throws {
        let variables = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
        let folder = "/var/run/secrets/kubernetes.io/serviceaccount/"
        let files = [folder + "token": "t\n", folder + "ca.crt": "pem"]
        let config = try #require(Kubeconfig.inCluster(variable: { variables[$0] }, read: { files[$0] }))
        #expect((config.server, config.token, config.authority, config.tokenFile) == ("https://[fd00::1]:443", "t", "pem", folder + "token"))
        #expect(Kubeconfig.inCluster(variable: { _ in nil }, read: { files[$0] }) == nil)
    }
}
