import Glibc
import HostPrograms
import KubernetesTypes
import Objects
@testable import PodRoutes
import TestSupport
import Testing

/// Three nodes with a pod each, all of them network namespaces: `a` and `b` in one network, `c` behind a router that knows no pods.
@Suite(.serialized, .enabled(if: NetworkNamespace.isPossible)) struct RouteTableTests {
    private struct Place {
        let node: NetworkNamespace
        let pod: NetworkNamespace
        let table: RouteTable
        let object: Node
    }

    private struct Network {
        let router: NetworkNamespace
        var places: [String: Place] = [:]

        init() async throws {
            router = try await NetworkNamespace("router")
            try await router.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
            try await router.run("ip", "link", "add", "lan", "type", "bridge")
            try await router.run("ip", "address", "add", "192.0.2.1/24", "dev", "lan")
            try await router.run("ip", "link", "set", "lan", "up")
            for (number, name, address, gateway) in [(1, "a", "192.0.2.2", "192.0.2.1"), (2, "b", "192.0.2.3", "192.0.2.1"), (3, "c", "198.51.100.2", "198.51.100.1")] {
                try await add(number, name, address, gateway)
            }
        }

        private mutating func add(_ number: Int, _ name: String, _ address: String, _ gateway: String) async throws {
            let node = try await NetworkNamespace("node-" + name), pod = try await NetworkNamespace("pod-" + name)
            try await node.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0")
            if name == "c" {
                try await node.connect("uplink", address + "/24", to: router, "far", gateway + "/24")
            } else {
                try await node.connect("uplink", address + "/24", to: router, "to-" + name, "0.0.0.0/32")
                try await router.run("ip", "link", "set", "to-" + name, "master", "lan")
            }
            try await node.run("ip", "route", "add", "default", "via", gateway)
            let own = ["10.244.\(number).0/24", "fd00:244:0:\(number)::/64"]
            try await node.connect("pods", "10.244.\(number).1/24", to: pod, "eth0", "10.244.\(number).9/24")
            try await pod.run("ip", "route", "add", "default", "via", "10.244.\(number).1")
            try await node.run("ip", "address", "add", "fd00:244:0:\(number)::1/64", "dev", "pods", "nodad")
            try await pod.run("ip", "address", "add", "fd00:244:0:\(number)::9/64", "dev", "eth0", "nodad")
            try await pod.run("ip", "-6", "route", "add", "default", "via", "fd00:244:0:\(number)::1")
            let table = RouteTable(
                device: "mv-test", overlayID: 4711, address: try Sample.address(address),
                podNetworks: [try Sample.network("10.244.0.0/16"), try Sample.network("fd00:244::/56")],
                localNetworks: try own.map { try Sample.network($0) }, commandPrefix: node.commandPrefix)
            places[name] = Place(node: node, pod: pod, table: table, object: Sample.node(name, address, own[0], own[1]))
        }

        func plan(_ name: String, mode: RouteMode = .automatic) throws -> RoutePlan {
            let place = try #require(places[name])
            var plan = RoutePlan(node: name, podNetworks: place.table.podNetworks, localNetworks: place.table.localNetworks, mode: mode)
            for other in places.values { _ = plan.set(other.object) }
            return plan
        }

        func remove() async {
            await router.remove()
            for place in places.values {
                await place.node.remove()
                await place.pod.remove()
            }
        }
    }

    private static let probe = """
        import socket, sys
        family = socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET
        s = socket.socket(family); s.settimeout(3)
        if sys.argv[1] == "serve":
            s.settimeout(15); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind((sys.argv[2], 8080)); s.listen(5)
            while True:
                c, peer = s.accept(); data = b""
                while len(data) < 200000: data += c.recv(65536)
                c.sendall(peer[0].encode()); c.close()
        try:
            s.connect((sys.argv[2], 8080)); s.sendall(b"x" * 200000); print(s.recv(100).decode())
        except OSError as error: print(error)
        """

    private func serve(_ place: Place, _ address: String) async throws -> Int32 {
        try await Task.sleep(for: .milliseconds(1))
        return try await HostProgram(place.pod.commandPrefix + ["python3", "-c", Self.probe, "serve", address]).start(log: "/dev/null")
    }

    @Test(arguments: [RouteMode.automatic, .overlay]) func podsOfAllNodesReachEachOther(_ mode: RouteMode) async throws {
        let network = try await Network()
        var servers: [Int32] = []
        do {
            for (name, place) in network.places {
                let plan = try network.plan(name, mode: mode)
                try await place.table.ensureDevice()
                var near: Set<NetworkAddress> = []
                for address in plan.addresses where await place.table.isNeighbor(address) { near.insert(address) }
                #expect(near.count == (name == "c" ? 0 : 1))
                try await place.table.change(adding: plan.entries { near.contains($0) }, removing: [])
            }
            for (number, name) in [(1, "a"), (2, "b"), (3, "c")] {
                let place = try #require(network.places[name])
                for address in ["10.244.\(number).9", "fd00:244:0:\(number)::9"] { servers.append(try await serve(place, address)) }
            }
            try await Task.sleep(for: .milliseconds(600))
            for (from, number) in [("a", 2), ("a", 3), ("b", 1), ("b", 3), ("c", 1), ("c", 2)] {
                let place = try #require(network.places[from])
                let own = ["a": 1, "b": 2, "c": 3][from] ?? 0
                for (target, source) in [("10.244.\(number).9", "10.244.\(own).9"), ("fd00:244:0:\(number)::9", "fd00:244:0:\(own)::9")] {
                    let answer = try await place.pod.outcome("python3", "-c", Self.probe, "ask", target)
                    #expect(answer.output.filter { !$0.isNewline } == source, "\(from) asks \(target)")
                }
            }
            try await routesGo(network)
        } catch {
            Issue.record("\(error)")
        }
        for server in servers { kill(server, SIGKILL) }
        await network.remove()
    }

    /// A node that is gone takes its entries along, also those of a former run; said twice they do no harm.
    private func routesGo(_ network: Network) async throws {
        let place = try #require(network.places["a"])
        var plan = try network.plan("a", mode: .automatic)
        let before = plan.entries { $0.description.hasPrefix("192.0.2.") }
        try await place.table.change(adding: before, removing: [])
        _ = plan.remove("c")
        let after = plan.entries { $0.description.hasPrefix("192.0.2.") }
        try await place.table.change(adding: after.subtracting(before), removing: before.subtracting(after))
        try await place.table.change(adding: [], removing: before.subtracting(after))
        #expect(await place.table.present() == Set(after.compactMap(\.network)))
        try await place.table.ensureDevice()
        #expect(await place.table.present() == Set(after.compactMap(\.network)))
        await place.table.remove(await place.table.present())
        #expect(await place.table.present().isEmpty)
        await place.table.removeDevice()
        #expect(try await place.node.outcome("ip", "link", "show", "mv-test").status != 0)
    }
}
