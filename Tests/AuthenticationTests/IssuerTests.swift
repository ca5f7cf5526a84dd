import Crypto
import CryptoExtras
import Objects
import Synchronization
import Testing

@testable import Authentication

@Suite struct IssuerTests {
    private static let now: Int64 = 1_800_000_000

    private static let claims: Value = [
        "iss": .string(Issuer.url), "aud": ["kube", "other"], "sub": "ann", "groups": ["devs", "ops"], "exp": .int(now + 60), "nbf": .int(now - 5),
        "email": "ann@example.com", "email_verified": true,
    ]

    private func authenticator(_ issuer: Issuer, _ change: (inout IssuerSettings) -> Void = { _ in }) throws -> IssuerAuthenticator {
        var settings = IssuerSettings(url: Issuer.url, audiences: ["kube"], username: .claim("sub", prefix: "oidc:"))
        settings.groups = .claim("groups", prefix: "oidc:")
        change(&settings)
        return try IssuerAuthenticator(settings, source: issuer, now: { Self.now })
    }

    private func refusal(_ verdict: TokenVerdict) -> String {
        if case .refused(let reason) = verdict { return reason }
        return "\(verdict)"
    }

    @Test func everyAlgorithmHolds() async throws {
        let issuer = Issuer()
        let rsa = Issuer.Key.rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048))
        let keys: [(String, Issuer.Key)] = [
            ("RS256", rsa), ("RS384", rsa), ("RS512", rsa), ("PS256", rsa), ("PS384", rsa), ("PS512", rsa),
            ("ES256", .p256(P256.Signing.PrivateKey())), ("ES384", .p384(P384.Signing.PrivateKey())), ("ES512", .p521(P521.Signing.PrivateKey())),
        ]
        issuer.publish(try keys.map { try Issuer.webKey($0.1, id: $0.0) })
        let authenticator = try authenticator(issuer)
        for (algorithm, key) in keys {
            let token = try Issuer.sign(Self.claims, key, algorithm, id: algorithm)
            let verdict = await authenticator.verdict(token, audiences: ["https://kubernetes"])
            #expect(verdict == .user(UserInfo(name: "oidc:ann", groups: ["oidc:devs", "oidc:ops"]), audiences: ["https://kubernetes"]), "\(algorithm)")
        }
        #expect(issuer.reads.withLock { $0 } == 2, "discovery and keys are read once")
    }

    @Test func forgeriesAreRefused() async throws {
        let issuer = Issuer()
        let key = P256.Signing.PrivateKey()
        let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        issuer.publish([try Issuer.webKey(.p256(key), id: "k"), try Issuer.webKey(.rsa(rsa), id: "r", algorithm: "RS256")])
        let authenticator = try authenticator(issuer)
        func verdict(_ token: String) async -> String { refusal(await authenticator.verdict(token, audiences: ["a"])) }
        let good = try Issuer.sign(Self.claims, .p256(key), "ES256")
        let parts = good.split(separator: ".").map(String.init)
        // No signature at all.
        let none = Base64.encode(Array(#"{"alg":"none","kid":"k"}"#.utf8), urlSafe: true)
        #expect(await verdict("\(none).\(parts[1]).").contains("unsupported algorithm \"none\""))
        // A shared secret made of the public key.
        let shared = Base64.encode(Array(#"{"alg":"HS256","kid":"k"}"#.utf8), urlSafe: true)
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(shared).\(parts[1])".utf8), using: SymmetricKey(data: key.publicKey.x963Representation))
        #expect(await verdict("\(shared).\(parts[1]).\(Base64.encode(Array(code), urlSafe: true))").contains("unsupported algorithm \"HS256\""))
        // The key of another kind, the same key for what it is not for, somebody else's key, a changed claim, a second text.
        let confused = try Issuer.sign(Self.claims, .p256(key), "RS256")
        #expect(await verdict(confused).contains("failed to verify signature"))
        let padded = try Issuer.sign(Self.claims, .rsa(rsa), "PS256", id: "r")
        #expect(await verdict(padded).contains("failed to verify signature"))
        let other = try Issuer.sign(Self.claims, .p256(P256.Signing.PrivateKey()), "ES256")
        #expect(await verdict(other).contains("failed to verify signature"))
        var changed = Self.claims
        changed["sub"] = "root"
        #expect(await verdict("\(parts[0]).\(Base64.encode(changed.json, urlSafe: true)).\(parts[2])").contains("failed to verify signature"))
        #expect(await verdict(good + "=").contains("malformed"))
        // A token that names no key is tried with each.
        let unnamed = try Issuer.sign(Self.claims, .p256(key), "ES256", id: nil)
        guard case .user = await authenticator.verdict(unnamed, audiences: ["a"]) else {
            Issue.record("a token without a key's name is good")
            return
        }
    }

    @Test func claimsAreChecked() async throws {
        let issuer = Issuer()
        let key = P256.Signing.PrivateKey()
        issuer.publish([try Issuer.webKey(.p256(key), id: "k")])
        let authenticator = try authenticator(issuer)
        func verdict(_ change: (inout Value) -> Void) async throws -> TokenVerdict {
            var claims = Self.claims
            change(&claims)
            return await authenticator.verdict(try Issuer.sign(claims, .p256(key), "ES256"), audiences: ["a"])
        }
        #expect(refusal(try await verdict { $0["exp"] = .int(Self.now) }).contains("expired"))
        #expect(refusal(try await verdict { $0.remove("exp") }).contains("expired"))
        #expect(refusal(try await verdict { $0["nbf"] = .int(Self.now + 301) }).contains("nbf"))
        #expect(refusal(try await verdict { $0["aud"] = "other" }).contains("audience"))
        #expect(refusal(try await verdict { $0["sub"] = 7 }).contains("no string"))
        #expect(try await verdict { $0["iss"] = "https://other.example" } == .unknown)
    }

    @Test func newKeysAreFound() async throws {
        let issuer = Issuer()
        let first = P256.Signing.PrivateKey(), second = P256.Signing.PrivateKey()
        issuer.publish([try Issuer.webKey(.p256(first), id: "one")])
        let authenticator = try authenticator(issuer)
        let user = TokenVerdict.user(UserInfo(name: "oidc:ann", groups: ["oidc:devs", "oidc:ops"]), audiences: ["a"])
        #expect(await authenticator.verdict(try Issuer.sign(Self.claims, .p256(first), "ES256", id: "one"), audiences: ["a"]) == user)
        issuer.publish([try Issuer.webKey(.p256(second), id: "two")])
        #expect(await authenticator.verdict(try Issuer.sign(Self.claims, .p256(second), "ES256", id: "two"), audiences: ["a"]) == user)
        #expect(refusal(await authenticator.verdict(try Issuer.sign(Self.claims, .p256(first), "ES256", id: "one"), audiences: ["a"])).contains("no keys"))
    }

    @Test func discoveryHasToNameTheIssuer() async throws {
        let issuer = Issuer()
        issuer.set(Issuer.url + "/.well-known/openid-configuration", ["issuer": "https://evil.example", "jwks_uri": "https://evil.example/keys"])
        let token = try Issuer.sign(Self.claims, .p256(P256.Signing.PrivateKey()), "ES256")
        #expect(refusal(await (try authenticator(issuer)).verdict(token, audiences: ["a"])).contains("issuer did not match"))
    }

    @Test func expressionsMakeUsers() async throws {
        let issuer = Issuer()
        let key = P256.Signing.PrivateKey()
        issuer.publish([try Issuer.webKey(.p256(key), id: "k")])
        let authenticator = try authenticator(issuer) {
            $0.username = .expression("claims.email.split('@')[0] + ':' + claims.sub")
            $0.groups = .expression("claims.groups.map(g, 'g:' + g) + ['all']")
            $0.uid = .expression("claims.sub")
            $0.extra = [IssuerSettings.Extra(key: "example.com/mail", expression: "claims.email")]
            $0.claimRules = [.expression("claims.email_verified == true", message: "verify your mail"), .equals(claim: "sub", value: "ann")]
            $0.userRules = [IssuerSettings.Rule(expression: "!user.username.startsWith('system:')", message: "reserved")]
        }
        func verdict(_ claims: Value) async throws -> TokenVerdict {
            await authenticator.verdict(try Issuer.sign(claims, .p256(key), "ES256"), audiences: ["a"])
        }
        let user = UserInfo(name: "ann:ann", uid: "ann", groups: ["g:devs", "g:ops", "all"], extra: ["example.com/mail": ["ann@example.com"]])
        #expect(try await verdict(Self.claims) == .user(user, audiences: ["a"]))
        var claims = Self.claims
        claims["email_verified"] = false
        #expect(refusal(try await verdict(claims)).contains("verify your mail"))
        claims["email_verified"] = true
        claims["email"] = "system@x"
        #expect(refusal(try await verdict(claims)).contains("reserved"))
    }
}
