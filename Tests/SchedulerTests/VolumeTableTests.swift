import KubernetesTypes
import Objects
@testable import Scheduler
import Testing

/// What volumes have against nodes.
@Suite struct VolumeTableTests {
    private static let node = Sample.node("n", labels: ["topology.kubernetes.io/zone": "a", "topology.kubernetes.io/region": "r"])
    private static let bare = Sample.node("bare")

    typealias Zone = (labels: [String: String], fits: Bool, fitsBare: Bool)

    @Test(arguments: [
        ([:], true, true), (["topology.kubernetes.io/zone": "a"], true, true), (["topology.kubernetes.io/zone": "b"], false, true),
        (["topology.kubernetes.io/zone": "b__a"], true, true), (["topology.kubernetes.io/region": "r"], true, true), (["topology.kubernetes.io/region": "s"], false, true),
        (["topology.kubernetes.io/zone": "a", "topology.kubernetes.io/region": "s"], false, true), (["other": "b"], true, true),
        (["failure-domain.beta.kubernetes.io/zone": "a"], false, true),
    ] as [Zone]) func zones(_ row: Zone) {
        var volume = PersistentVolume(name: "v")
        volume.labels = row.labels
        var filter = VolumeFilter()
        filter.zones = VolumeFilter.zones(of: volume)
        #expect((filter.refusal(Self.node, 0) == nil) == row.fits)
        #expect((filter.refusal(Self.bare, 0) == nil) == row.fitsBare)
        if !row.fits { #expect(filter.refusal(Self.node, 0)?.reasons == ["node(s) had no available volume zone"]) }
    }

    typealias Disks = (there: Value, wanted: Value, conflicts: Bool)

    @Test(arguments: [
        (["gcePersistentDisk": ["pdName": "d"]], ["gcePersistentDisk": ["pdName": "d"]], true),
        (["gcePersistentDisk": ["pdName": "d"]], ["gcePersistentDisk": ["pdName": "e"]], false),
        (["gcePersistentDisk": ["pdName": "d", "readOnly": true]], ["gcePersistentDisk": ["pdName": "d", "readOnly": true]], false),
        (["gcePersistentDisk": ["pdName": "d", "readOnly": true]], ["gcePersistentDisk": ["pdName": "d"]], true),
        (["awsElasticBlockStore": ["volumeID": "d"]], ["awsElasticBlockStore": ["volumeID": "d"]], true),
        (["awsElasticBlockStore": ["volumeID": "d", "readOnly": true]], ["awsElasticBlockStore": ["volumeID": "d", "readOnly": true]], true),
        (["awsElasticBlockStore": ["volumeID": "d"]], ["gcePersistentDisk": ["pdName": "d"]], false),
        (["iscsi": ["iqn": "q", "targetPortal": "p", "lun": 0]], ["iscsi": ["iqn": "q", "targetPortal": "p", "lun": 0]], true),
        (["iscsi": ["iqn": "q", "readOnly": true]], ["iscsi": ["iqn": "q", "readOnly": true]], false),
        (["rbd": ["monitors": ["a", "b"], "image": "i"]], ["rbd": ["monitors": ["b", "a"], "image": "i", "pool": "rbd"]], true),
        (["rbd": ["monitors": ["a"], "image": "i"]], ["rbd": ["monitors": ["a"], "image": "j"]], false),
        (["rbd": ["monitors": ["a"], "image": "i", "pool": "x"]], ["rbd": ["monitors": ["a"], "image": "i", "pool": "y"]], false),
        (["emptyDir": [:]], ["emptyDir": [:]], false), (["nfs": ["server": "s", "path": "/"]], ["nfs": ["server": "s", "path": "/"]], false),
    ] as [Disks]) func disks(_ row: Disks) {
        var state = Sample.state(Self.node)
        state.place(Sample.pod("a") { $0["volumes"] = [row.there] }, on: "n")
        var filter = VolumeFilter()
        filter.disks = Sample.pod("b") { $0["volumes"] = [row.wanted] }.disks
        filter.disksOn = state.disksOn
        #expect((filter.refusal(Self.node, 0)?.reasons == ["node(s) had no available disk"]) == row.conflicts)
        state.remove("default-a")
        #expect(state.disksOn[0]?.isEmpty ?? true)
    }

    typealias Limit = (there: [String], wanted: [String], limit: Int?, fits: Bool)

    @Test(arguments: [
        ([], ["a"], nil, true), ([], ["a"], 1, true), ([], ["a"], 0, false), (["a"], ["b"], 1, false), (["a"], ["b"], 2, true), (["a"], ["a"], 1, true),
        (["a", "b"], ["b", "c"], 2, false), (["a", "b"], ["b", "c"], 3, true), (["a", "b", "c"], [], 2, true), (["a", "b", "c"], ["a"], 2, true),
    ] as [Limit]) func limits(_ row: Limit) {
        func attachments(_ names: [String]) -> Set<VolumeFilter.Attachment> { Set(names.map { .init(driver: "csi.example.org", handle: $0) }) }
        var filter = VolumeFilter()
        filter.attachments = attachments(row.wanted)
        if let limit = row.limit { filter.limits = ["n": ["csi.example.org": limit, "other.example.org": 0]] }
        filter.attached = [0: attachments(row.there)]
        #expect((filter.refusal(Self.node, 0) == nil) == row.fits)
        if !row.fits { #expect(filter.refusal(Self.node, 0)?.reasons == ["node(s) exceed max volume count"]) }
    }

    @Test func claimsOfOnePodAreKept() {
        var state = Sample.state(Self.node)
        let pod = Sample.pod("a") { $0["volumes"] = [["name": "v", "persistentVolumeClaim": ["claimName": "c"]], ["name": "e", "ephemeral": [:]]] }
        #expect(pod.claims == ["default/c", "default/a-e"])
        state.place(pod, on: "n")
        #expect(state.claimsOn[0] == ["default/c": 1, "default/a-e": 1])
        state.remove(pod.uid)
        #expect(state.claimsOn.isEmpty)
        var filter = VolumeFilter()
        filter.isExclusiveInUse = true
        let words = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
        #expect(filter.refusal(Self.node, 0) == .movable(words))
    }

    @Test func filtersCanBeSwitchedOff() {
        var filter = VolumeFilter()
        filter.isExclusiveInUse = true
        filter.nodeTerms = [[]]
        filter.filters = SchedulingProfile.Filters.all.subtracting([.volumeRestrictions, .volumeBinding])
        #expect(filter.refusal(Self.node, 0) == nil)
        filter.filters = .all
        #expect(filter.refusal(Self.node, 0) != nil)
    }
}
