import KubernetesTypes
import Objects
import Testing
import TestSupport

@testable import NetworkPolicies

/// Which connections the rules let pass.
@Suite struct PolicyRulesTests {
    private static let web = "10.244.0.2", client = "10.244.0.3", other = "10.244.0.4", far = "10.244.1.5"

    /// `web` and `client` of default on this node, `other` of the namespace `team` on this node, `far` of default on another.
    private struct Scene {
        var rules = PolicyRules(instance: "t", node: "here")
        var table = PlayedTable()

        init() {
            table.apply(rules.takeAll())
            apply(
                .namespace(Sample.namespace("default")), .namespace(Sample.namespace("team", ["team": "a"])),
                .pod(
                    Sample.pod(
                        "web", web, ["app": "web"],
                        spec: ["containers": [["ports": [["name": "http", "containerPort": 8080], ["name": "dns", "containerPort": 53, "protocol": "UDP"]]]]])),
                .pod(Sample.pod("client", client, ["app": "client"])), .pod(Sample.pod("other", other, ["app": "client"], namespace: "team")),
                .pod(Sample.pod("far", far, ["app": "client"], node: "there")))
        }

        mutating func apply(_ events: PolicyEvent...) {
            for event in events { rules.handle(event) }
            table.apply(rules.takeChange())
            #expect(table.problems == [])
        }
    }

    @Test func withoutPoliciesEverythingPasses() {
        let scene = Scene()
        #expect(scene.table.passes(Self.client, Self.web))
        #expect(scene.table.sets["ingress"] == [])
    }

    @Test func aPolicyIsolatesWhatItSelectsInItsDirectionOnly() {
        var scene = Scene()
        scene.apply(.policy(Sample.policy("deny", ["podSelector": ["matchLabels": ["app": "web"]], "policyTypes": ["Ingress"]])))
        #expect(!scene.table.passes(Self.client, Self.web))
        #expect(!scene.table.passes(Self.far, Self.web))
        #expect(scene.table.passes(Self.web, Self.client))
        #expect(scene.table.passes(Self.client, Self.far), "pods of other nodes are filtered there")
        #expect(scene.table.passes(Self.web, Self.web), "a pod reaches itself")
        scene.apply(.policyDeleted(Sample.policy("deny", .emptyObject)))
        #expect(scene.table.passes(Self.client, Self.web))
        #expect(scene.table.chains.keys.sorted() == ["forward", "input"])
        #expect(scene.table.sets.keys.sorted() == ["egress", "ingress", "selves"])
    }

    @Test func policiesAddUp() {
        var scene = Scene()
        let all: Value = .emptyObject
        let fromClients: Value = [["from": [["podSelector": ["matchLabels": ["app": "client"]]]], "ports": [["port": 80]]]]
        scene.apply(
            .policy(Sample.policy("deny", ["podSelector": all, "policyTypes": ["Ingress", "Egress"]])),
            .policy(Sample.policy("in", ["podSelector": ["matchLabels": ["app": "web"]], "ingress": fromClients])))
        #expect(!scene.table.passes(Self.client, Self.web), "what comes in has to go out, too")
        #expect(scene.table.passes(Self.far, Self.web))
        #expect(!scene.table.passes(Self.far, Self.web, "tcp", 81))
        #expect(!scene.table.passes(Self.far, Self.web, "udp", 80))
        #expect(!scene.table.passes(Self.other, Self.web), "a pod selector means the policy's own namespace")
        scene.apply(.policy(Sample.policy("out", ["podSelector": all, "policyTypes": ["Egress"], "egress": [.emptyObject]])))
        #expect(scene.table.passes(Self.client, Self.web))
    }

    @Test func namespacesAreFoundByTheirLabels() {
        var scene = Scene()
        let from: Value = [["from": [["namespaceSelector": ["matchLabels": ["team": "a"]], "podSelector": ["matchLabels": ["app": "client"]]]]]]
        scene.apply(.policy(Sample.policy("in", ["podSelector": .emptyObject, "ingress": from])))
        #expect(scene.table.passes(Self.other, Self.web))
        #expect(!scene.table.passes(Self.far, Self.web))
        scene.apply(.namespace(Sample.namespace("team", ["team": "b"])), .namespace(Sample.namespace("default", ["team": "a"])))
        #expect(!scene.table.passes(Self.other, Self.web))
        #expect(scene.table.passes(Self.far, Self.web))
    }

    @Test func blocksHaveExceptions() {
        var scene = Scene()
        let to: Value = [["to": [["ipBlock": ["cidr": "192.0.2.0/24", "except": ["192.0.2.128/25", "192.0.2.192/26"]]]], "ports": [["port": 443, "endPort": 445], ["port": 444]]]]
        scene.apply(.policy(Sample.policy("out", ["podSelector": .emptyObject, "policyTypes": ["Egress"], "egress": to])))
        #expect(scene.table.passes(Self.web, "192.0.2.9", "tcp", 443))
        #expect(scene.table.passes(Self.web, "192.0.2.9", "tcp", 445))
        #expect(!scene.table.passes(Self.web, "192.0.2.9", "tcp", 446))
        #expect(!scene.table.passes(Self.web, "192.0.2.200", "tcp", 443))
        #expect(!scene.table.passes(Self.web, "198.51.100.1", "tcp", 443))
    }

    @Test func portsHaveNames() {
        var scene = Scene()
        let both: Value = [["ports": [["port": "http"], ["port": "dns", "protocol": "UDP"]]]]
        scene.apply(
            .policy(Sample.policy("in", ["podSelector": ["matchLabels": ["app": "web"]], "ingress": both])),
            .policy(Sample.policy("out", ["podSelector": ["matchLabels": ["app": "client"]], "policyTypes": ["Egress"], "egress": both])))
        #expect(scene.table.passes(Self.client, Self.web, "tcp", 8080))
        #expect(scene.table.passes(Self.client, Self.web, "udp", 53))
        #expect(!scene.table.passes(Self.client, Self.web, "tcp", 53))
        scene.apply(.pod(Sample.pod("web", Self.web, ["app": "web"], spec: ["containers": [["ports": [["name": "http", "containerPort": 81]]]]])))
        #expect(scene.table.passes(Self.client, Self.web, "tcp", 81))
        #expect(!scene.table.passes(Self.client, Self.web, "tcp", 8080))
    }

    @Test func addressesFollowTheirPods() {
        var scene = Scene()
        let from: Value = [["from": [["podSelector": ["matchLabels": ["app": "client"]]]]]]
        scene.apply(.policy(Sample.policy("in", ["podSelector": ["matchLabels": ["app": "web"]], "ingress": from])))
        // It ends; another pod gets its address.
        scene.apply(.pod(Sample.pod("web", Self.web, ["app": "web"], phase: "Succeeded")), .pod(Sample.pod("new", Self.web, ["app": "new"])))
        #expect(scene.table.passes(Self.other, Self.web))
        scene.apply(.pod(Sample.pod("new", Self.web, ["app": "web"])))
        #expect(!scene.table.passes(Self.other, Self.web))
        #expect(scene.table.passes(Self.client, Self.web))
        scene.apply(.podDeleted(Sample.pod("client", Self.client, ["app": "client"])))
        #expect(!scene.table.passes(Self.client, Self.web))
        scene.apply(.pod(Sample.pod("node", "192.0.2.1", ["app": "client"], spec: ["hostNetwork": true])))
        #expect(!scene.table.passes("192.0.2.1", Self.web), "pods in the node's network are meant by no selector")
    }

    @Test func namesAreAskedForAtAPodThatIsNone() {
        var scene = Scene()
        scene.rules.addServer(
            namespace: "kube-system", name: "dns", labels: ["k8s-app": "kube-dns"], address: "10.244.0.1", ports: [("dns", "udp", 53)])
        let to: Value = [["to": [["namespaceSelector": .emptyObject, "podSelector": ["matchLabels": ["k8s-app": "kube-dns"]]]], "ports": [["port": 53, "protocol": "UDP"]]]]
        scene.apply(.policy(Sample.policy("dns", ["podSelector": .emptyObject, "policyTypes": ["Egress"], "egress": to])))
        #expect(scene.table.passes(Self.web, "10.244.0.1", "udp", 53))
        #expect(!scene.table.passes(Self.web, "10.244.0.1", "tcp", 6443))
    }

    @Test func eachFamilyHasItsAddressesAndItsBlocks() {
        var rules = PolicyRules(instance: "t", node: "here", family: .v6), table = PlayedTable()
        let from: Value = [["from": [
            ["podSelector": ["matchLabels": ["app": "client"]]], ["ipBlock": ["cidr": "2001:db8::/32", "except": ["2001:db8:1::/48"]]],
            ["ipBlock": ["cidr": "192.0.2.0/24"]],
        ]]]
        rules.handle(.namespace(Sample.namespace("default")))
        rules.handle(.pod(Sample.pod("web", Self.web, ["app": "web"], second: "fd00:244::2")))
        rules.handle(.pod(Sample.pod("client", Self.client, ["app": "client"], node: "there", second: "fd00:244:0:0::3")))
        rules.handle(.pod(Sample.pod("old", Self.other, ["app": "client"])))
        rules.handle(.policy(Sample.policy("in", ["podSelector": ["matchLabels": ["app": "web"]], "ingress": from])))
        rules.handle(.policy(Sample.policy("only-v4", ["podSelector": ["matchLabels": ["app": "client"]], "ingress": [["from": [["ipBlock": ["cidr": "0.0.0.0/0"]]]]]])))
        let commands = rules.takeAll()
        table.apply(commands)
        #expect(table.problems == [])
        #expect(table.passes("fd00:244::3", "fd00:244::2"))
        #expect(table.passes("fd00:244::2", "fd00:244::2"), "a pod reaches itself")
        #expect(!table.passes("fd00:244::4", "fd00:244::2"))
        #expect(table.passes("2001:db8::9", "fd00:244::2"))
        #expect(!table.passes("2001:db8:1::9", "fd00:244::2"))
        #expect(!commands.contains("192.0.2.0") && !commands.contains("10.244."), "nothing of the other family")
        #expect(commands.contains("nd-neighbor-solicit"), "an isolated pod finds its neighbours")
    }

    @Test func aBlockOfTheOtherFamilyLetsNothingPass() {
        var rules = PolicyRules(instance: "t", node: "here", family: .v6), table = PlayedTable()
        rules.handle(.pod(Sample.pod("web", Self.web, ["app": "web"], second: "fd00:244::2")))
        rules.handle(.policy(Sample.policy("in", ["podSelector": .emptyObject, "ingress": [["from": [["ipBlock": ["cidr": "0.0.0.0/0"]]]]]])))
        table.apply(rules.takeAll())
        #expect(!table.passes("fd00:244::9", "fd00:244::2"))
        #expect(table.passes("fd00:244::2", "fd00:244::9"))
    }
}
