import Crypto
import Objects
import Synchronization
import Testing

@testable import Authentication

/// Groups that an issuer keeps elsewhere.
@Suite struct DistributedClaimsTests {
    private static let now: Int64 = 2_000_000_000
    private static let place = "https://graph.example/groups"

    private func claims(_ more: Value = .emptyObject) -> Value {
        var all: Value = ["iss": .string(Issuer.url), "aud": "kube", "sub": "ann", "exp": .int(Self.now + 60)]
        for entry in more.members { all[entry.key] = entry.value }
        return all
    }

    private func pointing(_ source: Value) -> Value {
        claims(["_claim_names": ["groups": "src"], "_claim_sources": ["src": source]])
    }

    /// The verdict about a token with `claims`, when the place answers with a token of `elsewhere`.
    private func verdict(_ claims: Value, elsewhere: Value?, _ issuer: Issuer = Issuer(), signedBy other: Issuer.Key? = nil) async throws -> TokenVerdict {
        let key = Issuer.Key.p256(P256.Signing.PrivateKey())
        issuer.publish([try Issuer.webKey(key, id: "k")])
        if let elsewhere {
            let text = try Issuer.sign(elsewhere, other ?? key, "ES256")
            issuer.texts.withLock { $0[Self.place] = text }
        }
        var settings = IssuerSettings(url: Issuer.url, audiences: ["kube"], username: .claim("sub", prefix: ""))
        settings.groups = .claim("groups", prefix: "g:")
        let authenticator = try IssuerAuthenticator(settings, source: issuer, now: { Self.now })
        return await authenticator.verdict(try Issuer.sign(claims, key, "ES256"), audiences: ["kube"])
    }

    private func groups(_ verdict: TokenVerdict) -> [String]? {
        if case .user(let user, _) = verdict { user.groups } else { nil }
    }

    @Test func theyAreFetchedFromWhereTheTokenSays() async throws {
        let issuer = Issuer()
        let source: Value = ["endpoint": .string(Self.place), "access_token": "secret"]
        let verdict = try await verdict(pointing(source), elsewhere: claims(["groups": ["a", "b"]]), issuer)
        #expect(groups(verdict) == ["g:a", "g:b"])
        #expect(issuer.bearers.withLock { $0[Self.place] } == "secret")
    }

    @Test func whatTheTokenSaysItselfCounts() async throws {
        var claims = pointing(["endpoint": .string(Self.place)])
        claims["groups"] = ["own"]
        #expect(groups(try await verdict(claims, elsewhere: nil)) == ["g:own"])
        #expect(groups(try await verdict(pointing(["JWT": "x.y.z"]), elsewhere: nil)) == [])
    }

    @Test func whatCannotBeVerifiedGivesNobody() async throws {
        let source: Value = ["endpoint": .string(Self.place)]
        let stranger = Issuer.Key.p256(P256.Signing.PrivateKey())
        for (elsewhere, key) in [
            (claims(["groups": ["a"]]), stranger), (claims(["groups": ["a"], "aud": "other"]), nil), (claims(["groups": ["a"], "exp": 1]), nil),
            (claims(), nil), (nil, nil),
        ] as [(Value?, Issuer.Key?)] {
            #expect(groups(try await verdict(pointing(source), elsewhere: elsewhere, signedBy: key)) == nil)
        }
        #expect(groups(try await verdict(pointing(["endpoint": "http://graph.example/groups"]), elsewhere: claims(["groups": ["a"]]))) == nil)
        let dangling = claims(["_claim_names": ["groups": "src"], "_claim_sources": .emptyObject])
        #expect(groups(try await verdict(dangling, elsewhere: nil)) == nil)
    }
}
