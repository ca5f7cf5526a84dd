import HostPrograms
import KubernetesTypes
import Objects
import ServiceProxy
import TestSupport
import Testing

/// Real connections through the rules: a node with three pods and a client outside, each a network namespace.
@Suite(.serialized, .enabled(if: NetworkNamespace.isPossible)) struct TrafficTests {
    /// Pods `a` (of this node) and `b` (said to be of another) answer on 8080 with their name and whom they see; `c` asks.
    struct Network {
        let node: NetworkNamespace
        let pods: [String: NetworkNamespace]
        let outside: NetworkNamespace
        var fixture: RuleFixture

        static let addresses = ["a": "10.244.0.11", "b": "10.244.0.12", "c": "10.244.0.13"]

        init() async throws {
            node = try await NetworkNamespace("node")
            outside = try await NetworkNamespace("outside")
            var pods: [String: NetworkNamespace] = [:]
            for name in ["a", "b", "c"] { pods[name] = try await NetworkNamespace(name) }
            self.pods = pods
            fixture = try RuleFixture()
            try await node.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.route_localnet=1")
            for (name, pod) in pods {
                let address = Self.addresses[name] ?? ""
                try await connect(pod, "v" + name, node: "10.244.0.1/32", peer: address + "/32")
                try await node.run("ip", "route", "add", address + "/32", "dev", "v" + name)
                try await pod.run("ip", "route", "add", "10.244.0.1", "dev", "eth0")
                try await pod.run("ip", "route", "add", "default", "via", "10.244.0.1")
            }
            try await connect(outside, "uplink", node: "192.0.2.1/24", peer: "192.0.2.2/24")
            try await outside.run("ip", "route", "add", "default", "via", "192.0.2.1")
            try await node.run("ip", "route", "add", "default", "via", "192.0.2.2")
            try await node.apply(fixture.rules.takeAll())
        }

        private func connect(_ space: NetworkNamespace, _ device: String, node address: String, peer: String) async throws {
            try await node.connect(device, address, to: space, "eth0", peer)
        }

        mutating func apply(_ events: ProxyEvent...) async throws {
            for event in events { fixture.rules.handle(event) }
            try await node.apply(fixture.rules.takeChange())
        }

        func remove() async {
            for space in [node, outside] + pods.values { await space.remove() }
        }
    }

    private static let server = """
        import socket, sys
        s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("0.0.0.0", 8080)); s.listen(50); s.settimeout(60)
        while True:
            c, peer = s.accept(); c.sendall((sys.argv[1] + " " + peer[0]).encode()); c.close()
        """
    private static let client = """
        import socket, sys
        s = socket.socket(); s.settimeout(2)
        try:
            s.connect((sys.argv[1], int(sys.argv[2]))); print(s.recv(100).decode())
        except socket.timeout: print("timeout")
        except ConnectionRefusedError: print("refused")
        """

    private func ask(_ space: NetworkNamespace?, _ address: String, _ port: Int) async throws -> String {
        guard let space else { return "" }
        return try await space.outcome("python3", "-c", Self.client, address, "\(port)").output.filter { !$0.isNewline }
    }

    @Test func connectionsGoWhereTheyShould() async throws {
        var network = try await Network()
        var servers: [Int32] = []
        do {
            for name in ["a", "b"] {
                let program = HostProgram("ip", "netns", "exec", network.pods[name]?.name ?? "", "python3", "-c", Self.server, name)
                servers.append(try program.start(log: "/dev/null"))
            }
            try await Task.sleep(for: .milliseconds(800))
            try await check(&network)
        } catch {
            Issue.record("\(error)")
        }
        for server in servers { _ = try? await HostProgram("kill", "\(server)").outcome() }
        await network.remove()
    }

    private func check(_ network: inout Network) async throws {
        let (a, c, outside) = (network.pods["a"], network.pods["c"], network.outside)
        let both = [Sample.endpoint("10.244.0.11", node: "here"), Sample.endpoint("10.244.0.12", node: "there")]
        let ports = [Sample.port(80, nodePort: 30080)]
        try await network.apply(
            .service(Sample.service("web", "10.96.0.5", ["type": "NodePort"], ports: ports)), .slice(Sample.slice("web", both)),
            .service(Sample.service("none", "10.96.0.6")))
        var seen: Set<String> = []
        for _ in 0..<12 { seen.insert(try await ask(c, "10.96.0.5", 80)) }
        #expect(seen == ["a 10.244.0.13", "b 10.244.0.13"], "a pod's address stays")
        #expect(try await ask(c, "10.96.0.6", 80) == "refused", "a service without endpoints refuses")
        #expect(try await ask(c, "10.96.0.5", 81) == "refused", "a port that is none refuses")
        let first = try await ask(outside, "192.0.2.1", 30080)
        #expect(["a 10.244.0.1", "b 10.244.0.1"].contains(first), "from outside under the Cluster policy the node asks: \(first)")

        let near = try await ask(network.node, "127.0.0.1", 30080)
        #expect(["a 10.244.0.1", "b 10.244.0.1"].contains(near), "a node port answers on the loopback address: \(near)")

        try await network.apply(.slice(Sample.slice("web", [both[0]])))
        #expect(try await ask(a, "10.96.0.5", 80) == "a 10.244.0.1", "a pod that reaches itself sees another address than its own")

        let local = Sample.service("web", "10.96.0.5", ["type": "NodePort", "externalTrafficPolicy": "Local"], ports: ports)
        try await network.apply(.service(local), .slice(Sample.slice("web", both)))
        for _ in 0..<4 { #expect(try await ask(outside, "192.0.2.1", 30080) == "a 192.0.2.2", "the Local policy keeps the client's address") }
        try await network.apply(.slice(Sample.slice("web", [both[1]])))
        #expect(try await ask(outside, "192.0.2.1", 30080) == "timeout", "without local endpoints it drops")
        #expect(try await ask(c, "192.0.2.1", 30080) == "b 10.244.0.13", "but not what comes from pods")

        let sticky = Sample.service("web", "10.96.0.5", ["sessionAffinity": "ClientIP"])
        try await network.apply(.service(sticky), .slice(Sample.slice("web", both)))
        var kept: Set<String> = []
        for _ in 0..<6 { kept.insert(try await ask(c, "10.96.0.5", 80)) }
        #expect(kept.count == 1, "a client stays with its endpoint")

        var balancer = Sample.service("web", "10.96.0.5", ["type": "LoadBalancer", "loadBalancerSourceRanges": ["192.0.2.2/32"]])
        balancer.value["status"] = ["loadBalancer": ["ingress": [["ip": "203.0.113.9"]]]]
        try await network.apply(.service(balancer))
        #expect(try await ask(outside, "203.0.113.9", 80) != "timeout", "who is in the ranges comes in")
        #expect(try await ask(c, "203.0.113.9", 80) == "timeout", "others do not")
    }
}
