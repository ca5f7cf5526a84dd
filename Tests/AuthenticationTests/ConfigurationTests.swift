import Objects
import Testing

@testable import Authentication

@Suite struct AuthenticationConfigurationTests {
    private static func document(_ change: (inout Value) -> Void = { _ in }) -> Value {
        var issuer: Value = [
            "issuer": ["url": "https://a.example", "audiences": ["kube"]],
            "claimMappings": ["username": ["claim": "sub", "prefix": ""]],
        ]
        change(&issuer)
        return ["apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthenticationConfiguration", "jwt": [issuer]]
    }

    private func problem(_ document: Value) -> String {
        do {
            _ = try AuthenticationConfiguration(document, ownIssuers: ["https://own.example"])
            return ""
        } catch {
            return error.description
        }
    }

    @Test func goodFilesAreTaken() throws {
        let read = try AuthenticationConfiguration(Self.document {
            $0["claimMappings"]["groups"] = ["expression": "claims.roles.split(',')"]
            $0["claimValidationRules"] = [["claim": "hd", "requiredValue": "example.com"]]
        })
        #expect(read.issuers.count == 1)
        #expect(read.issuers[0].groups == .expression("claims.roles.split(',')"))
        #expect(read.issuers[0].claimRules == [.equals(claim: "hd", value: "example.com")])
        #expect(read.issuers[0].discovery == "https://a.example/.well-known/openid-configuration")
        let anonymous = try AuthenticationConfiguration([
            "apiVersion": "apiserver.config.k8s.io/v1beta1", "kind": "AuthenticationConfiguration",
            "anonymous": ["enabled": true, "conditions": [["path": "/livez"]]],
        ]).anonymous
        #expect(anonymous?.allows(path: "/livez") == true)
        #expect(anonymous?.allows(path: "/api") == false)
    }

    private static let bad: [(expected: String, change: @Sendable (inout Value) -> Void)] = [
        ("jwt[0].issuer.url: Invalid value: \"http://a.example\": URL scheme must be https", { $0["issuer"]["url"] = "http://a.example" }),
        ("URL must not overlap", { $0["issuer"]["url"] = "https://own.example" }),
        ("audienceMatchPolicy must be MatchAny for multiple audiences", { $0["issuer"]["audiences"] = ["a", "b"] }),
        ("jwt[0].issuer.audiences: Required value", { $0["issuer"]["audiences"] = [] }),
        ("prefix is required", { $0["claimMappings"]["username"] = ["claim": "sub"] }),
        ("claim or expression is required", { $0["claimMappings"]["username"] = .emptyObject }),
        ("compilation failed", { $0["claimMappings"]["username"] = ["expression": "claims.sub +"] }),
        ("must evaluate to bool", { $0["claimValidationRules"] = [["expression": "claims.sub"]] }),
        ("claims.email_verified must be used", { $0["claimMappings"]["username"] = ["expression": "claims.email"] }),
        ("reserved for Kubernetes", { $0["claimMappings"]["extra"] = [["key": "a.k8s.io/x", "valueExpression": "'a'"]] }),
        ("unknown field \"jwt[0].issuer.audience\"", { $0["issuer"]["audience"] = "a" }),
        ("discoveryURL must be different from URL", { $0["issuer"]["discoveryURL"] = "https://a.example/" }),
    ]

    @Test(arguments: bad.indices)
    func badFilesAreRefused(_ position: Int) {
        let (expected, change) = Self.bad[position]
        let found = problem(Self.document(change))
        #expect(found.contains(expected), "\(found)")
    }

    @Test func reviewsOfOthersAreRead() {
        let answer: Value = ["status": ["authenticated": true, "audiences": ["a"], "user": ["username": "ann", "groups": ["g"]]]]
        #expect(TokenReviewer.verdict(answer, wanted: ["a", "b"]) == .user(UserInfo(name: "ann", groups: ["g"]), audiences: ["a"]))
        #expect(TokenReviewer.verdict(answer, wanted: ["c"]) == .unknown)
        #expect(TokenReviewer.verdict(["status": ["error": "no"]], wanted: ["a"]) == .refused("no"))
        #expect(TokenReviewer.verdict(["status": ["authenticated": false]], wanted: ["a"]) == .unknown)
    }

    @Test func aTokenIsAskedAboutOnceAtATime() async {
        let cache = TokenCache(successLifetime: .seconds(60))
        let asked = Counting()
        await withTaskGroup(of: TokenVerdict.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    await cache.verdict("t", audiences: ["a"]) {
                        await asked.add()
                        try? await Task.sleep(for: .milliseconds(20))
                        return .user(UserInfo(name: "ann"), audiences: ["a"])
                    }
                }
            }
        }
        #expect(await asked.count == 1)
        #expect(cache.known("t", audiences: ["a"]) != nil)
        #expect(cache.known("t", audiences: ["b"]) == nil)
        _ = await cache.verdict("bad", audiences: ["a"]) { .refused("x") }
        #expect(cache.known("bad", audiences: ["a"]) == nil)
    }

    private actor Counting {
        var count = 0
        func add() { count += 1 }
    }
}
