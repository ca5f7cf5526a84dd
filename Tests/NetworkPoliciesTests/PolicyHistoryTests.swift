import KubernetesTypes
import Objects
import Testing
import TestSupport

@testable import NetworkPolicies

/// However a state came about, the rules are those of a start from this state.
@Suite struct PolicyHistoryTests {
    private struct World {
        var policies: [String: NetworkPolicy] = [:]
        var namespaces: [String: Namespace] = [:]
        var pods: [String: Pod] = [:]

        var events: [PolicyEvent] {
            policies.values.map { .policy($0) } + namespaces.values.map { .namespace($0) } + pods.values.map { .pod($0) }
        }
    }

    private static func labels(_ random: inout SeededGenerator) -> Value {
        ["app": .string(["a", "b"][Int.random(in: 0...1, using: &random)]), "tier": .string(["x", "y"][Int.random(in: 0...1, using: &random)])]
    }

    private static func selector(_ random: inout SeededGenerator) -> Value {
        switch Int.random(in: 0...2, using: &random) {
        case 0: .emptyObject
        case 1: ["matchLabels": ["app": .string(Bool.random(using: &random) ? "a" : "b")]]
        default: ["matchExpressions": [["key": "tier", "operator": "In", "values": ["x"]]]]
        }
    }

    private static func rule(_ peers: String, _ random: inout SeededGenerator) -> Value {
        var rule = Value.emptyObject
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            var peer: Value = ["podSelector": selector(&random)]
            if Bool.random(using: &random) { peer["namespaceSelector"] = selector(&random) }
            switch Int.random(in: 0...7, using: &random) {
            case 0: peer = ["ipBlock": ["cidr": "10.244.0.0/29", "except": ["10.244.0.4/30"]]]
            case 1: peer = ["ipBlock": ["cidr": "fd00:244::/125", "except": ["fd00:244::4/126"]]]
            default: break
            }
            rule[peers] = .array(rule[peers].array + [peer])
        }
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let ports: [Value] = [["port": 80], ["port": 70, "endPort": 90], ["port": "web"], ["protocol": "UDP"]]
            rule["ports"] = .array(rule["ports"].array + [ports[Int.random(in: 0..<ports.count, using: &random)]])
        }
        return rule
    }

    private static func step(_ world: inout World, _ random: inout SeededGenerator) -> PolicyEvent {
        let namespace = "n\(Int.random(in: 0...1, using: &random))", number = Int.random(in: 0...7, using: &random)
        switch Int.random(in: 0...9, using: &random) {
        case 0:
            world.namespaces[namespace] = Sample.namespace(namespace, labels(&random))
            return .namespace(world.namespaces[namespace] ?? Sample.namespace(namespace))
        case 1...3:
            let name = "p\(number % 4)"
            if let old = world.policies[namespace + name], Bool.random(using: &random) {
                world.policies[namespace + name] = nil
                return .policyDeleted(old)
            }
            let types: [Value] = [["Ingress"], ["Egress"], ["Ingress", "Egress"]]
            let policy = Sample.policy(
                name, namespace: namespace,
                [
                    "podSelector": selector(&random), "policyTypes": types[Int.random(in: 0...2, using: &random)],
                    "ingress": [rule("from", &random)], "egress": [rule("to", &random)],
                ])
            world.policies[namespace + name] = policy
            return .policy(policy)
        default:
            if let old = world.pods["\(number)"], Int.random(in: 0...2, using: &random) == 0 {
                world.pods["\(number)"] = nil
                return .podDeleted(old)
            }
            // A pod stays in its namespace and on its node; all the rest may change.
            let home = "n\(number % 2)", node = number < 5 ? "here" : "there"
            let port: Value = ["name": "web", "containerPort": .int(Int64.random(in: 79...81, using: &random))]
            let host = number + (Bool.random(using: &random) ? 0 : 8)
            // Some have one address only; some write the second in another way.
            let second = ["fd00:244::\(String(host, radix: 16))", "FD00:244:0:0:0:0:0:\(String(host, radix: 16))", nil][Int.random(in: 0...2, using: &random)]
            let pod = Sample.pod(
                "w\(number)", "10.244.0.\(host)", labels(&random), namespace: home, node: node, spec: ["containers": [["ports": [port]]]],
                second: second)
            world.pods["\(number)"] = pod
            return .pod(pod)
        }
    }

    @Test(arguments: [NetworkAddress.Family.v4, .v6]) func differencesAddUpToTheWhole(_ family: NetworkAddress.Family) throws {
        let addresses = (0..<16).map { family == .v4 ? "10.244.0.\($0)" : "fd00:244::\(String($0, radix: 16))" }
        try FuzzRun.rounds(60) { random in
            var world = World(), rules = PolicyRules(instance: "t", node: "here", family: family), table = PlayedTable()
            table.apply(rules.takeAll())
            for _ in 0..<80 {
                for _ in 0..<Int.random(in: 1...3, using: &random) { rules.handle(Self.step(&world, &random)) }
                table.apply(rules.takeChange())
                try #require(table.problems == [])
            }
            var fresh = PolicyRules(instance: "t", node: "here", family: family), whole = PlayedTable()
            for event in world.events { fresh.handle(event) }
            whole.apply(fresh.takeAll())
            try #require(table.chains.count == whole.chains.count && table.sets.count == whole.sets.count)
            for source in addresses {
                for destination in addresses {
                    for (transport, port) in [("tcp", 80), ("tcp", 79), ("udp", 53)] as [(String, UInt16)] {
                        let passes = table.passes(source, destination, transport, port)
                        try #require(
                            passes == whole.passes(source, destination, transport, port), "\(source) to \(destination) by \(transport) \(port)")
                    }
                }
            }
        }
    }
}
