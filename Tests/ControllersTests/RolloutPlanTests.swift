@testable import Controllers
import KubernetesTypes
import Objects
import Testing

@Suite struct RolloutPlanTests {
    private func set(_ name: String, _ size: Int64, _ available: Int64, maximum: Int64? = nil) -> RolloutPlan.SetState {
        RolloutPlan.SetState(name: name, created: name, size: size, available: available, maximum: maximum)
    }

    @Test(arguments: [
        ("25%", "25%", 4, 1, 1), ("25%", "25%", 10, 3, 2), ("0", "0", 3, 0, 1), ("0%", "100%", 3, 0, 3), ("1", "5", 3, 1, 3),
    ] as [(String, String, Int64, Int64, Int64)])
    func bounds(_ maxSurge: String, _ maxUnavailable: String, _ replicas: Int64, _ surge: Int64, _ unavailable: Int64) {
        func value(_ text: String) -> Value { Int64(text).map { .int($0) } ?? .string(text) }
        var deployment = Deployment(name: "d", namespace: "default")
        deployment.value["spec"] = [
            "replicas": .int(replicas),
            "strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": value(maxSurge), "maxUnavailable": value(maxUnavailable)]],
        ]
        let plan = RolloutPlan(deployment)
        #expect(plan.surge == surge && plan.unavailable == unavailable)
    }

    @Test func theNewGrowsFirst() {
        let plan = RolloutPlan(replicas: 4, surge: 1, unavailable: 1)
        #expect(plan.roll([set("old", 4, 4)], set("new", 0, 0)) == ["new": 1])
        #expect(plan.roll([set("old", 4, 4)], set("new", 1, 0)) == ["old": 3])
        #expect(plan.roll([set("old", 3, 3)], set("new", 1, 0)) == ["new": 2])
        #expect(plan.roll([set("old", 1, 1)], set("new", 4, 4)) == ["new": 4, "old": 0])
    }

    @Test func nothingGoesBelowTheMinimum() {
        let plan = RolloutPlan(replicas: 4, surge: 1, unavailable: 0)
        #expect(plan.roll([set("old", 4, 4)], set("new", 1, 0)) == [:])
        #expect(plan.roll([set("old", 4, 4)], set("new", 1, 1)) == ["old": 3])
    }

    @Test func whatServesNobodyGoesFirst() {
        let plan = RolloutPlan(replicas: 4, surge: 0, unavailable: 1)
        #expect(plan.roll([set("a", 3, 3), set("b", 1, 0)], set("new", 0, 0)) == ["a": 3, "b": 0])
    }

    @Test func aChangeOfSizeIsSpread() {
        let plan = RolloutPlan(replicas: 20, surge: 2, unavailable: 0)
        #expect(plan.spread([set("a", 8, 8, maximum: 11), set("b", 3, 3, maximum: 11)]) == ["a": 16, "b": 6])
        #expect(RolloutPlan(replicas: 0, surge: 2, unavailable: 0).spread([set("a", 8, 8), set("b", 3, 3)]) == ["a": 0, "b": 0])
    }

    /// Whatever the pods do: an update ends, and never breaks its bounds.
    @Test func everyRolloutKeepsItsBoundsAndEnds() {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var state = seed
        func random(_ limit: Int64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 33) % max(limit, 1)
        }
        for _ in 0..<200 {
            let replicas = random(12) + 1
            let surge = random(4)
            let plan = RolloutPlan(replicas: replicas, surge: surge, unavailable: surge == 0 ? 1 + random(replicas) : random(replicas + 1))
            var sizes: [String: Int64] = ["a": random(replicas + 1), "new": 0]
            sizes["b"] = replicas - (sizes["a"] ?? 0)
            var available = sizes
            var rounds = 0
            while sizes["new"] != replicas || sizes["a"] != 0 || sizes["b"] != 0, rounds < 500 {
                rounds += 1
                // Some of the new pods become available.
                available["new"] = min((available["new"] ?? 0) + random(3), sizes["new"] ?? 0)
                let old = ["a", "b"].map { set($0, sizes[$0] ?? 0, available[$0] ?? 0) }
                for (name, size) in plan.roll(old, set("new", sizes["new"] ?? 0, available["new"] ?? 0)) {
                    sizes[name] = size
                    available[name] = min(available[name] ?? 0, size)
                }
                let (total, up) = (sizes.values.reduce(0, +), available.values.reduce(0, +))
                #expect(total <= replicas + surge && up >= replicas - plan.unavailable, "seed \(seed)")
            }
            #expect(rounds < 500, "seed \(seed)")
        }
    }
}
