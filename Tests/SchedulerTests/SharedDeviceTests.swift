import KubernetesTypes
import Objects
@testable import Scheduler
import Testing

/// Devices that are parts of others, that several claims share, and that have to be made ready first.
@Suite struct SharedDeviceTests {
    private static let selectors = DeviceSelectors()

    private static func slice(_ name: String, _ spec: Value, of count: Int64 = 1) -> ResourceSlice {
        var slice = ResourceSlice(name: name)
        slice.value["spec"] = ["driver": "gpu.example.org", "nodeName": "n", "pool": ["name": "n", "generation": 1, "resourceSliceCount": .int(count)]]
        for entry in spec.members { slice.value["spec"][entry.key] = entry.value }
        return slice
    }

    private static func id(_ name: String) -> DeviceID { DeviceID(driver: "gpu.example.org", pool: "n", device: name) }

    private static func find(_ slices: [ResourceSlice], _ claim: ResourceClaim, _ usage: DeviceUsage = DeviceUsage()) -> [DeviceAllocator.Result]? {
        var allocator = DeviceAllocator([claim], DeviceAllocator.requests([claim]) { DeviceClass(name: $0) }, DeviceInventory(slices), Sample.node("n"), usage: usage, selectors)
        return allocator.allocate()?.first
    }

    // MARK: partitions

    private static func part(_ name: String, _ memory: String) -> Value {
        ["name": .string(name), "consumesCounters": [["counterSet": "card", "counters": ["memory": ["value": .string(memory)]]]]]
    }

    /// A card of 40 units: as a whole, in halves or in quarters.
    private static let card = [
        slice("counters", ["sharedCounters": [["name": "card", "counters": ["memory": ["value": "40Gi"]]]]], of: 2),
        slice("devices", ["devices": [part("whole", "40Gi"), part("half-0", "20Gi"), part("half-1", "20Gi"), part("quarter-0", "10Gi"), part("quarter-1", "10Gi")]], of: 2),
    ]

    @Test(arguments: [
        ([], 1, ["whole"]), (["whole"], 1, nil), (["half-0"], 1, ["half-1"]), (["half-0", "half-1"], 1, nil), (["quarter-0"], 1, ["half-0"]),
        (["half-0", "quarter-0"], 1, ["quarter-1"]), ([], 2, ["half-0", "half-1"]), ([], 3, ["half-0", "quarter-0", "quarter-1"]), ([], 4, nil),
        (["half-0"], 2, ["quarter-0", "quarter-1"]),
    ] as [([String], Int64, [String]?)]) func partitions(_ used: [String], _ count: Int64, _ wanted: [String]?) {
        let claim = Sample.claim([Sample.exactly("r", ["count": .int(count)])])
        let found = Self.find(Self.card, claim, DeviceUsage(taken: Set(used.map(Self.id))))
        #expect(found?.map(\.device.device) == wanted)
    }

    @Test func aCounterThatIsNotThereGivesNothing() {
        #expect(Self.find([Self.slice("s", ["devices": [Self.part("p", "1Gi")]])], Sample.claim([Sample.exactly("r")])) == nil)
    }

    @Test func allPartsAtOnceAreTooMany() { #expect(Self.find(Self.card, Sample.claim([Sample.exactly("r", ["allocationMode": "All"])])) == nil) }

    // MARK: shares

    private static func shared(_ policy: Value = .null, name: String = "link", value: String = "10") -> Value {
        var capacity: Value = ["value": .string(value)]
        if policy.isObject { capacity["requestPolicy"] = policy }
        return ["name": .string(name), "allowMultipleAllocations": true, "capacity": ["bandwidth": capacity]]
    }

    private static func wants(_ amount: String?, name: String = "bandwidth") -> Value {
        guard let amount else { return [:] }
        return ["capacity": ["requests": .object(Members([(name, .string(amount))]))]]
    }

    private static let range: Value = ["default": "1", "validRange": ["min": "2", "step": "3", "max": "8"]]
    private static let steps: Value = ["default": "4", "validValues": ["1", "4", "8"]]

    typealias ShareRow = (policy: Value, wanted: String?, used: String, consumed: String?)

    @Test(arguments: [
        (.null, "3", "0", "3"), (.null, "3", "7", "3"), (.null, "3", "8", nil), (.null, nil, "0", "10"), (.null, nil, "1", nil), (.null, "11", "0", nil),
        (range, "1", "0", "2"), (range, "2", "0", "2"), (range, "3", "0", "5"), (range, "6", "0", "8"), (range, "9", "0", nil), (range, "6", "3", nil),
        (steps, nil, "0", "4"), (steps, "2", "0", "4"), (steps, "5", "0", "8"), (steps, "9", "0", nil), (steps, "5", "2", "8"), (steps, "5", "3", nil),
    ] as [ShareRow]) func shares(_ row: ShareRow) {
        var usage = DeviceUsage()
        usage.share(Self.id("link"), ["bandwidth": Quantity(row.used) ?? .zero])
        let found = Self.find([Self.slice("s", ["devices": [Self.shared(row.policy)]])], Sample.claim([Sample.exactly("r", Self.wants(row.wanted))]), usage)
        #expect(found?.first?.share?["bandwidth"]?.text == row.consumed)
    }

    @Test func capacitiesGoByTheirLongNamesToo() {
        let slices = [Self.slice("s", ["devices": [Self.shared()]])]
        #expect(Self.find(slices, Sample.claim([Sample.exactly("r", Self.wants("2", name: "gpu.example.org/bandwidth"))]))?.first?.share?["bandwidth"]?.text == "2")
        #expect(Self.find(slices, Sample.claim([Sample.exactly("r", Self.wants("2", name: "other.org/bandwidth"))])) == nil)
        #expect(Self.find(slices, Sample.claim([Sample.exactly("r", Self.wants("2", name: "speed"))])) == nil)
    }

    @Test func oneClaimMayHaveSeveralParts() {
        let slices = [Self.slice("s", ["devices": [Self.shared()]])]
        let two = [Sample.exactly("r", Self.wants("6")), Sample.exactly("s", Self.wants("4"))]
        #expect(Self.find(slices, Sample.claim(two))?.map(\.device.device) == ["link", "link"])
        #expect(Self.find(slices, Sample.claim([Sample.exactly("r", Self.wants("6")), Sample.exactly("s", Self.wants("5"))])) == nil)
        var twice = Self.wants("5")
        twice["count"] = 2
        #expect(Self.find(slices, Sample.claim([Sample.exactly("r", twice)]))?.count == 2)
    }

    @Test func aDeviceOfItsOwnHasToBeLargeEnough() {
        let devices: [Value] = [["name": "small", "capacity": ["bandwidth": ["value": "2"]]], ["name": "large", "capacity": ["bandwidth": ["value": "20"]]]]
        let found = Self.find([Self.slice("s", ["devices": .array(devices)])], Sample.claim([Sample.exactly("r", Self.wants("3"))]))
        #expect(found?.map(\.device.device) == ["large"] && found?.first?.share == nil)
    }

    // MARK: making ready

    private static func binding(_ claim: Value, _ conditions: [Value]) -> DeviceBinding {
        var made = ResourceClaim(name: "c", namespace: "default")
        made.value["status"]["allocation"] = claim
        made.value["status"]["devices"] = [["driver": "d", "pool": "p", "device": "x", "conditions": .array(conditions)]]
        return DeviceBinding(made)
    }

    @Test func devicesAreReadyWhenTheirConditionsSaySo() {
        let allocation: Value = ["devices": ["results": [["driver": "d", "pool": "p", "device": "x", "bindingConditions": ["a", "b"], "bindingFailureConditions": ["f"]]]]]
        #expect(Self.binding(allocation, []) == .waiting)
        #expect(Self.binding(allocation, [["type": "a", "status": "True"]]) == .waiting)
        #expect(Self.binding(allocation, [["type": "a", "status": "True"], ["type": "b", "status": "False"]]) == .waiting)
        #expect(Self.binding(allocation, [["type": "a", "status": "True"], ["type": "b", "status": "True"]]) == .ready)
        let failed: Value = ["type": "f", "status": "True", "reason": "Broken", "message": "no power"]
        #expect(Self.binding(allocation, [failed]) == .failed("claim c binding failed: reason=Broken, message=\"no power\""))
        #expect(Self.binding(["devices": ["results": [["driver": "d"]]]], []) == .ready)
    }

    @Test func readyDevicesComeFirstAndBindingIsWritten() throws {
        let slow: Value = ["name": "a-slow", "bindingConditions": ["attached"], "bindingFailureConditions": ["broken"], "bindsToNode": true]
        #expect(Self.find([Self.slice("s", ["devices": [slow, ["name": "b-ready"]]])], Sample.claim([Sample.exactly("r")]))?.map(\.device.device) == ["b-ready"])
        var filter = DeviceFilter(classes: { DeviceClass(name: $0) }, selectors: Self.selectors)
        filter.waiting = [Sample.claim([Sample.exactly("r")])]
        filter.inventory = DeviceInventory([Self.slice("s", ["nodeName": .null, "allNodes": true, "devices": [slow]])])
        let allocation = try #require(filter.allocations(Sample.node("n"), now: .now())?.first?.value)
        #expect(allocation["devices"]["results"][0]["bindingConditions"] == ["attached"])
        #expect(allocation["devices"]["results"][0]["bindingFailureConditions"] == ["broken"])
        #expect(allocation["nodeSelector"]["nodeSelectorTerms"][0]["matchFields"][0]["values"] == ["n"])
    }

    @Test func earlierAlternativesAreLiked() {
        let large: Value = ["name": "large", "attributes": ["size": ["string": "large"]]]
        func on(_ node: String, _ devices: [Value]) -> ResourceSlice {
            var slice = Self.slice(node, ["nodeName": .string(node), "devices": .array(devices)])
            slice.value["spec"]["pool"]["name"] = .string(node)
            return slice
        }
        var filter = DeviceFilter(classes: { DeviceClass(name: $0) }, selectors: Self.selectors)
        let options: [Value] = [
            ["name": "x", "deviceClassName": "gpu", "selectors": [["cel": ["expression": "device.attributes['gpu.example.org'].size == 'large'"]]]],
            ["name": "y", "deviceClassName": "gpu"],
        ]
        filter.waiting = [Sample.claim([["name": "r", "firstAvailable": .array(options)]])]
        filter.inventory = DeviceInventory([on("a", [["name": "small"]]), on("b", [large])])
        #expect(filter.refusal(Sample.node("a")) == nil && filter.refusal(Sample.node("b")) == nil && filter.refusal(Sample.node("c")) != nil)
        #expect(filter.gains() == ["a": 174, "b": 200])
        var state = Sample.state(Sample.node("a"), Sample.node("b"))
        #expect(state.decide(Sample.pod("p"), { node, _ in filter.refusal(node) }, gains: { filter.gains() }).node == "b")
    }

    @Test func aSearchThatTakesTooLongIsGivenUp() {
        let devices: [Value] = (0..<40).map { ["name": .string("d\($0)"), "attributes": ["k": ["int": .int(Int64($0))]]] }
        var filter = DeviceFilter(classes: { DeviceClass(name: $0) }, selectors: Self.selectors, timeout: .milliseconds(50))
        filter.waiting = [Sample.claim((0..<6).map { Sample.exactly("r\($0)", ["count": 5]) } + [Sample.exactly("x", ["selectors": [["cel": ["expression": "false"]]]])])]
        filter.inventory = DeviceInventory([Self.slice("s", ["devices": .array(devices)])])
        #expect(filter.refusal(Sample.node("n")) == .fixed("timed out trying to allocate devices"))
    }

    // MARK: resources of nodes

    @Test func aClaimStandsForResourcesThatTheNodeLacks() throws {
        var pod = Pod(name: "p", namespace: "default")
        func container(_ name: String, _ count: Int64, restart: Value = .null) -> Value {
            var made: Value = ["name": .string(name), "resources": ["requests": ["cpu": "1", "example.org/gpu": .string(String(count))]]]
            if !restart.isNull { made["restartPolicy"] = restart }
            return made
        }
        pod.value["spec"] = ["initContainers": [container("first", 3), container("side", 1, restart: "Always")], "containers": [container("main", 1)]]
        let resources = ExtendedResources(pod: pod, classes: ["example.org/gpu": "gpu"])
        let made = try #require(resources.claim(for: Sample.node("n")))
        let requests = made.claim.value["spec"]["devices"]["requests"].array
        #expect(requests.map { "\($0["name"].string ?? "")=\($0["exactly"]["count"].int ?? 0)" } == ["container-0-request-1=1", "container-1-request-1=1", "container-2-request-1=1"])
        #expect(made.mappings.map { "\($0["containerName"].string ?? "")=\($0["requestName"].string ?? "")" } == [
            "side=container-1-request-1", "main=container-2-request-1", "first=container-1-request-1", "first=container-2-request-1", "first=container-0-request-1",
        ])
        #expect(made.claim.annotations[ExtendedResources.annotation] == "true")
        let rich = NodeInfo(Node(["metadata": ["name": "rich"], "status": ["allocatable": ["example.org/gpu": "8"]]]))
        #expect(resources.claim(for: rich) == nil)
    }

    @Test func namesOfSharesAreUUIDs() {
        let name = ShareIdentity.make()
        #expect(name.utf8.count == 36 && name.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
        #expect(Array(name)[14] == "4" && "89ab".contains(Array(name)[19]) && name != ShareIdentity.make())
    }
}
