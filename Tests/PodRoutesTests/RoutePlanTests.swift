import KubernetesTypes
import Objects
@testable import PodRoutes
import TestSupport
import Testing

enum Sample {
    static func network(_ text: String) throws -> IPNetwork { try #require(IPNetwork(text)) }
    static func address(_ text: String) throws -> NetworkAddress { try #require(NetworkAddress(text)) }

    static func node(_ name: String, _ address: String, _ networks: String..., change: (inout Value) -> Void = { _ in }) -> Node {
        var node = Node(name: name)
        node.value["spec"]["podCIDRs"] = Value(networks)
        node.value["status"]["addresses"] = [["type": "Hostname", "address": .string(name)], ["type": "InternalIP", "address": .string(address)]]
        change(&node.value)
        return node
    }

    static func plan(_ local: String = "10.244.0.0/24", mode: RouteMode = .automatic, name: String = "own") throws -> RoutePlan {
        RoutePlan(node: name, podNetworks: [try network("10.244.0.0/16"), try network("fd00:244::/56")], localNetworks: [try network(local)], mode: mode)
    }
}

@Suite struct RoutePlanTests {
    @Test func neighboursAreReachedByTheirAddress() throws {
        var plan = try Sample.plan()
        let changed = plan.set(Sample.node("b", "192.0.2.2", "10.244.1.0/24"))
        #expect(changed)
        #expect(plan.entries { _ in true } == [.direct(try Sample.network("10.244.1.0/24"), via: try Sample.address("192.0.2.2"))])
    }

    @Test func othersThroughTheOverlay() throws {
        var plan = try Sample.plan()
        _ = plan.set(Sample.node("b", "198.51.100.2", "10.244.1.0/24"))
        let network = try Sample.network("10.244.1.0/24"), hardware = try #require(HardwareAddress(network))
        #expect(hardware.description == "0a:4d:0a:f4:01:00")
        #expect(plan.entries { _ in false } == [
            .overlay(network, via: network.base), .neighbor(network.base, hardware), .tunnel(hardware, to: try Sample.address("198.51.100.2")),
        ])
    }

    /// Nodes know each other by IPv4, so that only the overlay carries their pods' IPv6.
    @Test func theSecondFamilyGoesThroughTheOverlay() throws {
        var plan = try Sample.plan()
        _ = plan.set(Sample.node("b", "192.0.2.2", "10.244.1.0/24", "fd00:244:0:1::/64"))
        let first = try Sample.network("10.244.1.0/24"), second = try Sample.network("fd00:244:0:1::/64")
        let hardware = try #require(HardwareAddress(first)), address = try Sample.address("192.0.2.2")
        #expect(plan.entries { _ in true } == [
            .direct(first, via: address), .overlay(second, via: second.base), .neighbor(second.base, hardware), .tunnel(hardware, to: address),
        ])
    }

    @Test func eachModeDoesWhatItSays() throws {
        var always = try Sample.plan(mode: .overlay), never = try Sample.plan(mode: .direct)
        let node = Sample.node("b", "192.0.2.2", "10.244.1.0/24")
        _ = always.set(node)
        _ = never.set(node)
        #expect(always.entries { _ in true }.count == 3)
        #expect(never.entries { _ in false } == [.direct(try Sample.network("10.244.1.0/24"), via: try Sample.address("192.0.2.2"))])
    }

    @Test func onlyChangesCount() throws {
        var plan = try Sample.plan()
        let node = Sample.node("b", "192.0.2.2", "10.244.1.0/24")
        let first = plan.set(node), again = plan.set(node), moved = plan.set(Sample.node("b", "192.0.2.3", "10.244.1.0/24"))
        #expect([first, again, moved] == [true, false, true])
        let gone = plan.remove("b"), twice = plan.remove("b")
        #expect([gone, twice] == [true, false])
        #expect(plan.isEmpty)
    }

    /// A node says its own addresses: it must not draw what is not for its pods.
    @Test(arguments: [
        ("own", "192.0.2.9", "10.244.9.0/24"), ("b", "192.0.2.2", "10.96.0.0/16"), ("b", "192.0.2.2", "0.0.0.0/0"), ("b", "192.0.2.2", "10.244.0.0/25"),
        ("b", "192.0.2.2", "10.244.0.0/20"), ("b", "10.244.7.7", "10.244.1.0/24"), ("b", "127.0.0.1", "10.244.1.0/24"), ("b", "0.0.0.0", "10.244.1.0/24"),
        ("b", "nonsense", "10.244.1.0/24"), ("b", "192.0.2.2", "nonsense"), ("b", "fd00::2", "10.244.1.0/24"),
    ]) func whatCannotBeIsNotBelieved(_ name: String, _ address: String, _ network: String) throws {
        var plan = try Sample.plan()
        _ = plan.set(Sample.node(name, address, network))
        #expect(plan.entries { _ in true }.isEmpty)
    }

    @Test func playedNodesHaveNoPodsToReach() throws {
        var plan = try Sample.plan()
        _ = plan.set(Sample.node("b", "192.0.2.2", "10.244.1.0/24") { $0["metadata"]["annotations"][Node.playedAnnotation] = "fake" })
        #expect(plan.isEmpty)
    }

    @Test func ofTwoThatClaimANetworkTheFirstHasIt() throws {
        var plan = try Sample.plan()
        for (name, address) in [("c", "192.0.2.3"), ("b", "192.0.2.2")] { _ = plan.set(Sample.node(name, address, "10.244.1.0/24")) }
        let network = try Sample.network("10.244.1.0/24")
        #expect(plan.entries { _ in true } == [.direct(network, via: try Sample.address("192.0.2.2"))])
        _ = plan.remove("b")
        #expect(plan.entries { _ in true } == [.direct(network, via: try Sample.address("192.0.2.3"))])
    }
}
