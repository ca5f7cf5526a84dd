import GRPCCalls
@testable import Kubelet
import NIOPosix
import Objects
import Testing

/// Who gets which devices of plug-ins.
@Suite struct DevicePluginTests {
    private func inventory(_ healthy: Int, broken: Int = 0) -> DeviceInventory {
        var inventory = DeviceInventory()
        var devices: [String: Bool] = [:]
        for number in 0..<healthy { devices["d\(number)"] = true }
        for number in 0..<broken { devices["b\(number)"] = false }
        inventory.setDevices("example.com/toy", devices)
        return inventory
    }

    @Test func onlyHealthyDevicesThatNobodyHasAreGiven() throws {
        var inventory = inventory(2, broken: 1)
        let first = try inventory.choice("example.com/toy", 1, pod: "p", reusable: [])
        #expect(first.free == ["d0", "d1"] && first.simple == ["d0"])
        inventory.grant(.init(ids: ["d0"], answer: []), "example.com/toy", pod: "p", container: "c")
        #expect(try inventory.choice("example.com/toy", 1, pod: "q", reusable: []).free == ["d1"])
        #expect(throws: DeviceInventory.Shortage(description: "requested number of devices unavailable for example.com/toy. Requested: 2, Available: 1")) {
            try inventory.choice("example.com/toy", 2, pod: "q", reusable: [])
        }
        let releases = [inventory.release("p"), inventory.release("p")]
        #expect(releases == [true, false])
        #expect(try inventory.choice("example.com/toy", 2, pod: "q", reusable: []).simple == ["d0", "d1"])
    }

    @Test func devicesOfAnInitContainerGoOn() throws {
        let inventory = inventory(3)
        let choice = try inventory.choice("example.com/toy", 2, pod: "p", reusable: ["d2"])
        #expect(choice.simple == ["d2", "d0"])
        #expect(choice.accepts(["d1", "d2"]) && !choice.accepts(["d0", "d1"]) && !choice.accepts(["d2"]) && !choice.accepts(["d2", "x"]))
        #expect(choice.accepts(["d0", "d2"]))
    }

    @Test func aNodeTellsWhatIsThereAndWhatWorks() throws {
        var inventory = inventory(2, broken: 1)
        let begun = try #require(Timestamp("2026-01-01T00:00:00Z"))
        func told(_ seconds: Int64) -> [Int] { inventory.figures(at: begun + .seconds(seconds)).flatMap { [$0.capacity, $0.allocatable] } }
        #expect(told(0) == [3, 2])
        inventory.lose("example.com/toy", at: begun)
        #expect(told(299) == [3, 0])
        #expect(told(300) == [0, 0])
        inventory.setDevices("example.com/toy", ["d0": true])
        #expect(told(301) == [1, 1])
    }

    @Test func containersAskByTheirLimits() {
        let inventory = inventory(1)
        func container(_ name: String, _ count: String, sidecar: Bool = false) -> Value {
            var container: Value = ["name": .string(name), "resources": ["limits": ["example.com/toy": .string(count), "cpu": "1", "other.com/x": "1"]]]
            if sidecar { container["restartPolicy"] = "Always" }
            return container
        }
        let spec: Value = ["initContainers": [container("i", "1"), container("s", "2", sidecar: true)], "containers": [container("m", "3"), container("none", "0")]]
        let wanted = inventory.wanted(spec)
        #expect(wanted.map(\.container) == ["i", "s", "m"] && wanted.map(\.count) == [1, 2, 3] && wanted.map(\.isTemporary) == [true, false, false])
        #expect(DeviceInventory().wanted(spec).isEmpty, "what no plug-in offers is not given by one")
    }

    @Test func aPodTellsHowItsDevicesAre() {
        var inventory = inventory(1, broken: 1)
        inventory.grant(.init(ids: ["d0", "b0", "gone"], answer: []), "example.com/toy", pod: "p", container: "c")
        func told() -> [String] { inventory.health("p")["c"]?[0]["resources"].array.map { "\($0["resourceID"].string ?? "") \($0["health"].string ?? "")" } ?? [] }
        #expect(told() == ["b0 Unhealthy", "d0 Healthy", "gone Unknown"])
        inventory.lose("example.com/toy", at: .now())
        #expect(told() == ["b0 Unhealthy", "d0 Unhealthy", "gone Unknown"])
        #expect(inventory.health("q").isEmpty)
    }

    @Test func whatWasGivenIsReadAgain() throws {
        var before = inventory(2)
        before.grant(.init(ids: ["d0", "d1"], answer: [1, 2, 255]), "example.com/toy", pod: "p", container: "c")
        before.grant(.init(ids: ["x"], answer: nil), "example.com/toy", pod: "q", container: "c")
        let after = DeviceInventory(record: try Value(json: before.record.json))
        #expect(after.grant("example.com/toy", pod: "p", container: "c") == .init(ids: ["d0", "d1"], answer: [1, 2, 255]))
        #expect(after.grants["q"] == nil, "a plug-in that has not answered is asked again")
        #expect(after.isManaged("example.com/toy"))
        #expect(after.figures(at: .now()).map(\.capacity) == [0], "until the plug-in is back")
    }

    @Test(arguments: [("nvidia.com/gpu", true), ("cpu", false), ("kubernetes.io/x", false), ("a.kubernetes.io/x", false), ("requests.x/y", false), ("x/", false), ("/x", false), ("a/b/c", false)])
    func namesAreOfADomain(_ name: String, _ isExtended: Bool) {
        #expect(DeviceInventory.isExtended(name) == isExtended)
    }

    @Test func aServerAnswersAndRefuses() async throws {
        let path = "/tmp/martlet-grpc-\(UInt64.random(in: .min ... .max))"
        defer { HostFile.remove(path) }
        let server = try await GRPCServer.listen(path, group: MultiThreadedEventLoopGroup.singleton) { method, message throws(GRPCError) in
            if method != "a.B/C" { throw GRPCError(.unimplemented, "no \(method), 100 % so") }
            return message + [0]
        }
        let connection = GRPCConnection(.unix(path), group: MultiThreadedEventLoopGroup.singleton)
        defer { connection.close() }
        #expect(try await connection.unary("a.B/C", [1, 2], timeout: .seconds(60)) == [1, 2, 0])
        #expect(try await connection.unary("a.B/C", [], timeout: .seconds(60)) == [0])
        let long = [UInt8](repeating: 7, count: 300_000)
        #expect(try await connection.unary("a.B/C", long, timeout: .seconds(60)) == long + [0])
        let failure = await #expect(throws: GRPCError.self) { try await connection.unary("a.B/D", [], timeout: .seconds(60)) }
        #expect(failure?.code == .unimplemented && failure?.message == "no a.B/D, 100 % so")
        await server.close()
    }
}
