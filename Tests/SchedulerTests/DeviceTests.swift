import KubernetesTypes
import Objects
@testable import Scheduler
import Testing

/// Which devices claims get.
@Suite struct DeviceTests {
    private static let selectors = DeviceSelectors()

    private static func slice(_ pool: String, _ place: Value, _ devices: [Value], generation: Int64 = 1, of count: Int64 = 1) -> ResourceSlice {
        var slice = ResourceSlice(name: pool + "-slice")
        slice.value["spec"] = ["driver": "gpu.example.org", "pool": ["name": .string(pool), "generation": .int(generation), "resourceSliceCount": .int(count)], "devices": .array(devices)]
        for entry in place.members { slice.value["spec"][entry.key] = entry.value }
        return slice
    }

    private static func device(_ name: String, _ model: String, numa: Int64 = 0, memory: String = "8Gi", _ change: Value = [:]) -> Value {
        var device: Value = ["name": .string(name), "attributes": ["model": ["string": .string(model)], "numa": ["int": .int(numa)]], "capacity": ["memory": ["value": .string(memory)]]]
        for entry in change.members { device[entry.key] = entry.value }
        return device
    }

    private static func when(_ expression: String) -> Value { [["cel": ["expression": .string(expression)]]] }

    /// `a0` and `a1` are small, `b0` and `b1` large; those of a number share a place. `t` is tainted.
    private static let devices = [
        device("a0", "small", numa: 0), device("a1", "small", numa: 1), device("b0", "large", numa: 0, memory: "80Gi"), device("b1", "large", numa: 1, memory: "80Gi"),
        device("t", "broken", numa: 2, ["taints": [["key": "k", "value": "v", "effect": "NoSchedule"]]]),
    ]

    private static let large = "device.attributes['gpu.example.org'].model == 'large'"
    private static let same: Value = ["matchAttribute": "gpu.example.org/numa"]
    private static let distinct: Value = ["distinctAttribute": "gpu.example.org/numa"]

    typealias Row = (name: String, claim: ResourceClaim, used: [String], devices: [String]?)

    static let rows: [Row] = [
        ("one", Sample.claim([Sample.exactly("r")]), [], ["r=a0"]),
        ("the next when one is used", Sample.claim([Sample.exactly("r")]), ["a0"], ["r=a1"]),
        ("two", Sample.claim([Sample.exactly("r", ["count": 2])]), [], ["r=a0", "r=a1"]),
        ("more than there are", Sample.claim([Sample.exactly("r", ["count": 5])]), [], nil),
        ("all are used", Sample.claim([Sample.exactly("r")]), ["a0", "a1", "b0", "b1"], nil),
        ("by attribute", Sample.claim([Sample.exactly("r", ["selectors": when(large)])]), [], ["r=b0"]),
        ("by capacity", Sample.claim([Sample.exactly("r", ["selectors": when("device.capacity['gpu.example.org'].memory.compareTo(quantity('10Gi')) > 0")])]), [], ["r=b0"]),
        ("by driver", Sample.claim([Sample.exactly("r", ["selectors": when("device.driver == 'other'")])]), [], nil),
        ("an expression that fails", Sample.claim([Sample.exactly("r", ["selectors": when("device.attributes['gpu.example.org'].none == 'x'")])]), [], nil),
        ("all large ones", Sample.claim([Sample.exactly("r", ["allocationMode": "All", "selectors": when(large)])]), [], ["r=b0", "r=b1"]),
        ("all, one used", Sample.claim([Sample.exactly("r", ["allocationMode": "All", "selectors": when(large)])]), ["b1"], nil),
        ("all of none", Sample.claim([Sample.exactly("r", ["allocationMode": "All", "selectors": when("false")])]), [], nil),
        ("two requests", Sample.claim([Sample.exactly("r"), Sample.exactly("s")]), [], ["r=a0", "s=a1"]),
        ("a choice is taken back", Sample.claim([Sample.exactly("r"), Sample.exactly("s", ["selectors": when("device.attributes['gpu.example.org'].model == 'small'")]), Sample.exactly("t", ["selectors": when("device.attributes['gpu.example.org'].model == 'small'")])]), [], ["r=b0", "s=a0", "t=a1"]),
        ("in one place", Sample.claim([Sample.exactly("r"), Sample.exactly("s", ["selectors": when(large)])], [same]), ["a0"], ["r=a1", "s=b1"]),
        ("in different places", Sample.claim([Sample.exactly("r"), Sample.exactly("s", ["selectors": when(large)])], [distinct]), [], ["r=a0", "s=b1"]),
        ("a constraint for others", Sample.claim([Sample.exactly("r"), Sample.exactly("s", ["selectors": when(large)])], [["matchAttribute": "gpu.example.org/numa", "requests": ["x"]]]), [], ["r=a0", "s=b0"]),
        ("three in one place", Sample.claim([Sample.exactly("r", ["count": 3])], [same]), [], nil),
        ("an attribute that none has", Sample.claim([Sample.exactly("r")], [["matchAttribute": "gpu.example.org/none"]]), [], nil),
        ("tainted", Sample.claim([Sample.exactly("r", ["selectors": when("device.attributes['gpu.example.org'].model == 'broken'")])]), [], nil),
        ("tainted, tolerated", Sample.claim([Sample.exactly("r", ["tolerations": [["key": "k", "operator": "Exists"]], "selectors": when("device.attributes['gpu.example.org'].model == 'broken'")])]), [], ["r=t"]),
        ("an administrator shares", Sample.claim([Sample.exactly("r", ["adminAccess": true])]), ["a0", "a1", "b0", "b1"], ["r=a0"]),
        ("a class that is not there", Sample.claim([["name": "r", "exactly": ["deviceClassName": "none"]]]), [], nil),
        ("the class has a selector", Sample.claim([["name": "r", "exactly": ["deviceClassName": "large"]]]), [], ["r=b0"]),
        ("the first alternative", Sample.claim([["name": "r", "firstAvailable": [["name": "x", "deviceClassName": "large"], ["name": "y", "deviceClassName": "gpu"]]]]), [], ["r/x=b0"]),
        ("the second alternative", Sample.claim([["name": "r", "firstAvailable": [["name": "x", "deviceClassName": "large", "count": 3], ["name": "y", "deviceClassName": "gpu"]]]]), [], ["r/y=a0"]),
        ("no alternative", Sample.claim([["name": "r", "firstAvailable": [["name": "x", "deviceClassName": "large", "count": 3]]]]), [], nil),
    ]

    private static func deviceClass(_ name: String) -> DeviceClass? {
        guard name == "gpu" || name == "large" else { return nil }
        var made = DeviceClass(name: name)
        if name == "large" {
            made.value["spec"]["selectors"] = when(large)
            made.value["spec"]["config"] = [["opaque": ["driver": "gpu.example.org", "parameters": ["mode": "fast"]]]]
        }
        return made
    }

    private static func id(_ name: String) -> DeviceID { DeviceID(driver: "gpu.example.org", pool: "n", device: name) }

    @Test(arguments: rows.indices) func allocate(_ index: Int) {
        let row = Self.rows[index]
        let inventory = DeviceInventory([Self.slice("n", ["nodeName": "n"], Self.devices)])
        var allocator = DeviceAllocator(
            [row.claim], DeviceAllocator.requests([row.claim], Self.deviceClass), inventory, Sample.node("n"), usage: DeviceUsage(taken: Set(row.used.map(Self.id))), Self.selectors)
        let found = allocator.allocate()?.first.map { $0.map { "\($0.request)=\($0.device.device)" } }
        #expect(found == row.devices, "\(row.name)")
    }

    @Test func devicesAreWhereTheirSlicesSay() {
        let inventory = DeviceInventory([
            Self.slice("a", ["nodeName": "a"], [Self.device("x", "m")]),
            Self.slice("z", ["nodeSelector": ["nodeSelectorTerms": [["matchExpressions": [["key": "zone", "operator": "In", "values": ["1"]]]]]]], [Self.device("y", "m")]),
            Self.slice("e", ["allNodes": true], [Self.device("w", "m")]),
            Self.slice("p", ["perDeviceNodeSelection": true], [Self.device("v", "m", ["nodeName": "b"])]),
        ])
        func names(_ node: NodeInfo) -> [String] { inventory.devices(for: node).map(\.id.device).sorted() }
        #expect(names(Sample.node("a")) == ["w", "x"])
        #expect(names(Sample.node("b", labels: ["zone": "1"])) == ["v", "w", "y"])
        #expect(names(Sample.node("c", labels: ["zone": "2"])) == ["w"])
    }

    @Test func onlyTheNewestWholeGenerationCounts() {
        func take(_ slices: [ResourceSlice]) -> [String]? {
            let claims = [Sample.claim([Sample.exactly("r")])]
            var allocator = DeviceAllocator(
                claims, DeviceAllocator.requests(claims, Self.deviceClass), DeviceInventory(slices), Sample.node("n"), usage: DeviceUsage(), Self.selectors)
            return allocator.allocate()?.first?.map(\.device.device)
        }
        #expect(take([Self.slice("n", ["nodeName": "n"], [Self.device("old", "m")]), Self.slice("n", ["nodeName": "n"], [Self.device("new", "m")], generation: 2)]) == ["new"])
        #expect(take([Self.slice("n", ["nodeName": "n"], [Self.device("part", "m")], of: 2)]) == nil)
        #expect(take([Self.slice("n", ["nodeName": "n"], [Self.device("p", "m")], of: 2), Self.slice("n", ["nodeName": "n"], [Self.device("q", "m")], of: 2)]) == ["p"])
    }

    @Test func whatIsWrittenSaysWhereAndHow() throws {
        var claim = Sample.claim([["name": "r", "exactly": ["deviceClassName": "large"]]])
        claim.value["spec"]["devices"]["config"] = [["requests": ["r"], "opaque": ["driver": "gpu.example.org"]], ["requests": ["s"], "opaque": ["driver": "gpu.example.org"]]]
        var filter = DeviceFilter(classes: Self.deviceClass, selectors: Self.selectors)
        filter.waiting = [claim]
        filter.inventory = DeviceInventory([Self.slice("n", ["nodeName": "n"], Self.devices)])
        #expect(filter.refusal(Sample.node("n")) == nil)
        #expect(filter.refusal(Sample.node("m")) == .movable("cannot allocate all claims"))
        let made = try #require(filter.allocations(Sample.node("n"), now: Timestamp.now())).first
        let allocation = try #require(made?.value)
        #expect(allocation["devices"]["results"] == [["request": "r", "driver": "gpu.example.org", "pool": "n", "device": "b0"]])
        #expect(allocation["devices"]["config"].array.map { $0["source"].string } == ["FromClass", "FromClaim"])
        #expect(allocation["nodeSelector"]["nodeSelectorTerms"][0]["matchFields"][0]["values"] == ["n"])
        #expect(made?.usage.taken == [Self.id("b0")])
        // Another node cannot use what the claim has.
        claim.value["status"]["allocation"] = allocation
        filter.waiting = []
        filter.allocated = [claim]
        #expect(filter.refusal(Sample.node("n")) == nil)
        #expect(filter.refusal(Sample.node("m")) == .fixed("resourceclaim not available on the node"))
    }
}
