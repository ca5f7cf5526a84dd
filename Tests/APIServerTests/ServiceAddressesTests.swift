import KubernetesTypes
import Objects
import Testing

@testable import APIServer

@Suite struct ServiceAddressesTests {
    private static func service(_ name: String, _ families: [String], _ addresses: [String] = [], type: String = "ClusterIP") -> Value {
        var spec: Value = ["type": .string(type), "ipFamilies": Value(families), "ports": [["port": 80, "protocol": "TCP"]]]
        if !addresses.isEmpty {
            spec["clusterIPs"] = Value(addresses)
            spec["clusterIP"] = .string(addresses[0])
        }
        return ["metadata": ["name": .string(name), "namespace": "default"], "spec": spec]
    }

    @Test func givesAnAddressOfEachFamily() async throws {
        let pool = try ServiceAddresses(cidrs: "10.0.0.0/28,fd00::/120")
        #expect(pool.families == ["IPv4", "IPv6"] && pool.first == "10.0.0.1")
        var service = Self.service("a", ["IPv6", "IPv4"])
        _ = try await pool.allocate(&service, old: nil, isDryRun: false)
        let addresses = service["spec"]["clusterIPs"].strings
        #expect(addresses.count == 2 && addresses[0].hasPrefix("fd00::") && addresses[1].hasPrefix("10.0.0."))
        #expect(service["spec"]["clusterIP"].string == addresses[0])
        // The second family goes, and its address is free again.
        var single = service
        single["spec"]["clusterIPs"] = [.string(addresses[0])]
        single["spec"]["ipFamilies"] = ["IPv6"]
        try await pool.allocate(&single, old: service, isDryRun: false).confirm()
        var other = Self.service("b", ["IPv4"], [addresses[1]])
        _ = try await pool.allocate(&other, old: nil, isDryRun: false)
    }

    @Test func aRangeIsGivenOutToTheLastAndNothingTwice() async throws {
        let pool = try ServiceAddresses(cidrs: "10.0.0.0/28")
        var seen: Set<String> = []
        for index in 0..<13 {
            var service = Self.service("s\(index)", ["IPv4"])
            _ = try await pool.allocate(&service, old: nil, isDryRun: false)
            #expect(seen.insert(service["spec"]["clusterIP"].string ?? "").inserted)
        }
        #expect(!seen.contains("10.0.0.0") && !seen.contains("10.0.0.15") && !seen.contains("10.0.0.1"))
        var full = Self.service("full", ["IPv4"])
        await #expect(throws: StatusError.self) { _ = try await pool.allocate(&full, old: nil, isDryRun: false) }
        pool.setNetworks(of: [["spec": ["cidrs": ["10.1.0.0/28"]]], ["metadata": ["deletionTimestamp": "x"], "spec": ["cidrs": ["10.2.0.0/28"]]]])
        _ = try await pool.allocate(&full, old: nil, isDryRun: false)
        #expect(full["spec"]["clusterIP"].string?.hasPrefix("10.1.0.") == true)
        var outside = Self.service("outside", ["IPv4"], ["10.2.0.5"])
        await #expect(throws: StatusError.self) { _ = try await pool.allocate(&outside, old: nil, isDryRun: false) }
    }

    @Test func refusesRangesThatAreNone() {
        for text in ["", "10.0.0.0", "10.0.0.0/31", "10.0.0.0/16,10.1.0.0/16", "10.0.0.0/16,fd00::/112,fd01::/112", "x/8"] {
            #expect(throws: (any Error).self) { try ServiceAddresses(cidrs: text) }
        }
    }

    @Test func findsWhatCannotBe() throws {
        func stored(_ name: String, _ address: String, port: Int64, at time: String) -> Value {
            var service = Self.service(name, ["IPv4"], [address], type: "NodePort")
            service["metadata"]["creationTimestamp"] = .string(time)
            service["spec"]["ports"][0]["nodePort"] = .int(port)
            return service
        }
        let network = try #require(IPNetwork("10.0.0.0/24"))
        let findings = AllocationRepair.findings(
            [
                stored("younger", "10.0.0.5", port: 30001, at: "2026-01-02T00:00:00Z"), stored("older", "10.0.0.5", port: 30001, at: "2026-01-01T00:00:00Z"),
                stored("out", "10.9.0.5", port: 99, at: "2026-01-01T00:00:00Z"), stored("fine", "10.0.0.6", port: 30002, at: "2026-01-01T00:00:00Z"),
            ], networks: [network])
        #expect(
            Set(findings.map { "\($0.service) \($0.reason)" }) == [
                "younger ClusterIPAlreadyAllocated", "younger PortAlreadyAllocated", "out ClusterIPOutOfRange", "out PortOutOfRange",
            ])
    }
}
