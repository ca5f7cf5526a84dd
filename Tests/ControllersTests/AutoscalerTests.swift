@testable import Controllers
import Credentials
import KubernetesTypes
import Objects
import Testing

@Suite struct AutoscalerTests {
    private func pods(_ count: Int, cpu: String = "100m") -> [Pod] {
        (0..<count).map { index in
            Sample.pod("p\(index)") { $0["spec"]["containers"] = [["name": "c", "resources": ["requests": ["cpu": .string(cpu)]]]] }
        }
    }

    private let half = ResourceUsage(resource: "cpu", container: nil, target: ["type": "Utilization", "averageUtilization": 50])

    private func usage(_ amount: String, _ count: Int) -> [String: Quantity] {
        Dictionary(uniqueKeysWithValues: (0..<count).map { ("p\($0)", Quantity(amount) ?? .zero) })
    }

    @Test(arguments: [("100m", 4), ("50m", 2), ("54m", 2), ("10m", 1), ("75m", 3)]) func utilization(_ amount: String, _ wanted: Int64) throws {
        #expect(try half.wish(usage(amount, 2), pods(2), current: 2, now: Sample.now).replicas == wanted)
    }

    @Test func podsWithoutFiguresHoldTheChangeBack() throws {
        // One of two pods is busy; of the other nothing is known: it counts as idle.
        #expect(try half.wish(["p0": Quantity(milli: 100)], pods(2), current: 2, now: Sample.now).replicas == 2)
        #expect(throws: ResourceUsage.Problem.self) { try half.wish([:], pods(2), current: 2, now: Sample.now) }
        let unasked = (0..<2).map { Sample.pod("p\($0)") }
        #expect(throws: ResourceUsage.Problem.self) { try half.wish(usage("1", 2), unasked, current: 2, now: Sample.now) }
    }

    @Test func averages() throws {
        let value = ResourceUsage(resource: "memory", container: nil, target: ["type": "AverageValue", "averageValue": "100Mi"])
        #expect(try value.wish(usage("150Mi", 4), pods(4), current: 4, now: Sample.now).replicas == 6)
    }

    @Test func upIsFastDownWaits() {
        var behavior = ScaleBehavior()
        let spec: Value = ["minReplicas": 1, "maxReplicas": 100, "behavior": [:]]
        let up = behavior.limit(spec, current: 3, desired: 50, now: Sample.now)
        // Twice as many or four more, whichever is more.
        #expect(up.replicas == 7 && up.limit?.reason == "ScaleUpLimit")
        let down = behavior.limit(spec, current: 7, desired: 1, now: Sample.now + .seconds(60))
        #expect(down.replicas == 7 && down.isStabilized)
        let later = behavior.limit(spec, current: 7, desired: 1, now: Sample.now + .seconds(400))
        #expect(later.replicas == 1)
    }

    @Test func policiesCountFromWhereThePeriodBegan() {
        var behavior = ScaleBehavior()
        let spec: Value = [
            "maxReplicas": 100, "behavior": ["scaleUp": ["policies": [["type": "Pods", "value": 2, "periodSeconds": 60]]], "scaleDown": ["selectPolicy": "Disabled"]],
        ]
        #expect(behavior.limit(spec, current: 10, desired: 20, now: Sample.now).replicas == 12)
        behavior.note(from: 10, to: 12, now: Sample.now)
        #expect(behavior.limit(spec, current: 12, desired: 20, now: Sample.now + .seconds(30)).replicas == 12)
        #expect(behavior.limit(spec, current: 12, desired: 20, now: Sample.now + .seconds(61)).replicas == 14)
        var fixed = ScaleBehavior()
        #expect(fixed.limit(spec, current: 10, desired: 1, now: Sample.now).replicas == 10)
        let capped = fixed.limit(["minReplicas": 2, "maxReplicas": 5], current: 9, desired: 9, now: Sample.now)
        #expect(capped.replicas == 5 && capped.limit?.reason == "TooManyReplicas")
    }

    @Test func withoutRulesItDoubles() {
        let spec: Value = ["minReplicas": 2, "maxReplicas": 12]
        func look(_ current: Int64, _ desired: Int64) -> ScaleBehavior.Outcome {
            var behavior = ScaleBehavior()
            return behavior.limit(spec, current: current, desired: desired, now: Sample.now)
        }
        #expect(look(3, 50) == .init(replicas: 6, ability: .fits, limit: .tooFastUp))
        #expect(look(1, 50) == .init(replicas: 4, ability: .fits, limit: .tooFastUp))
        #expect(look(6, 50) == .init(replicas: 12, ability: .fits, limit: .tooMany))
        #expect(look(6, 1) == .init(replicas: 2, ability: .fits, limit: .tooFew))
        #expect(look(6, 5) == .init(replicas: 5, ability: .fits, limit: nil))
        var begun = ScaleBehavior()
        begun.begin(at: 6, now: Sample.now)
        // What was there at the first look counts for five minutes.
        #expect(begun.limit(spec, current: 6, desired: 3, now: Sample.now) == .init(replicas: 6, ability: .higher, limit: nil))
        begun.begin(at: 9, now: Sample.now)
        #expect(begun.limit(spec, current: 6, desired: 3, now: Sample.now + .seconds(301)).replicas == 3)
    }

    /// Where a rule and the limit agree, the limit is named.
    @Test func whatLimitsIsNamed() {
        func look(_ spec: Value, _ current: Int64, _ desired: Int64, before: Int64? = nil) -> ScaleBehavior.Outcome {
            var behavior = ScaleBehavior()
            if let before { behavior.begin(at: before, now: Sample.now + .seconds(-10)) }
            return behavior.limit(spec, current: current, desired: desired, now: Sample.now)
        }
        let rules: Value = [
            "scaleUp": ["policies": [["type": "Pods", "value": 2, "periodSeconds": 60]], "stabilizationWindowSeconds": 60],
            "scaleDown": ["policies": [["type": "Pods", "value": 2, "periodSeconds": 60]]],
        ]
        let spec: Value = ["minReplicas": 4, "maxReplicas": 8, "behavior": rules]
        #expect(look(spec, 6, 20) == .init(replicas: 8, ability: .fits, limit: .tooMany))
        #expect(look(spec, 5, 20) == .init(replicas: 7, ability: .fits, limit: .tooFastUp))
        #expect(look(spec, 6, 1) == .init(replicas: 4, ability: .fits, limit: .tooFew))
        #expect(look(spec, 8, 1) == .init(replicas: 6, ability: .fits, limit: .tooFastDown))
        #expect(look(spec, 6, 8, before: 6) == .init(replicas: 6, ability: .lower, limit: nil))
        #expect(look(spec, 6, 5, before: 6) == .init(replicas: 6, ability: .higher, limit: nil))
    }
}

@Suite struct CertificateTests {
    @Test func whatSignersSign() throws {
        let node = try SigningRequest(pem: Fixture.pem)
        #expect(node.commonName == "system:node:n1")
        #expect(BuiltInSigner.kubeletClient.problem(node, usages: ["client auth", "digital signature"]) == nil)
        #expect(BuiltInSigner.kubeletClient.problem(node, usages: ["client auth"]) != nil)
        #expect(BuiltInSigner.kubeletClient.problem(node, usages: ["client auth", "server auth", "digital signature"]) != nil)
        #expect(BuiltInSigner.kubeletServing.problem(node, usages: ["server auth", "digital signature"]) == "DNS or IP subjectAltName is required")
        #expect(BuiltInSigner.client.problem(node, usages: ["client auth"]) == nil)
        #expect(BuiltInSigner.client.problem(node, usages: ["server auth"]) != nil)
    }

    @Test func whatIsOverGoes() {
        func request(_ status: Value, age: Int64) -> CertificateSigningRequest {
            CertificateSigningRequest(["metadata": ["creationTimestamp": .string(Timestamp(seconds: Sample.now.seconds - age).text)], "status": status])
        }
        let hourAgo = Value.string(Timestamp(seconds: Sample.now.seconds - 3700).text)
        #expect(!CertificateCleaner.isOver(request([:], age: 3600), now: Sample.now))
        #expect(CertificateCleaner.isOver(request([:], age: 90_000), now: Sample.now))
        #expect(CertificateCleaner.isOver(request(["conditions": [["type": "Denied", "lastUpdateTime": hourAgo]]], age: 3700), now: Sample.now))
        #expect(!CertificateCleaner.isOver(request(["conditions": [["type": "Denied", "lastUpdateTime": .string(Sample.now.text)]]], age: 3700), now: Sample.now))
    }
}

private enum Fixture {
    static let pem = """
        -----BEGIN CERTIFICATE REQUEST-----
        MIHrMIGSAgEAMDAxFTATBgNVBAoMDHN5c3RlbTpub2RlczEXMBUGA1UEAwwOc3lz
        dGVtOm5vZGU6bjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQeY3mNTxVrx3+v
        i5NsBdMm0k++mc4KhS6UjcLjP18S66tfdZEc+MU5CSGwLyvvm+53Dwn1Lhj20hBk
        d6CgozV8oAAwCgYIKoZIzj0EAwIDSAAwRQIgGdQvTZ2y851NQAAhD9yIBsPvXG2X
        BliV3w9KhHrS2JUCIQD0vhhQMitSdLQK9CD0xgpIHzIJi6pqFhwCSN7KdY8stQ==
        -----END CERTIFICATE REQUEST-----
        """
}
