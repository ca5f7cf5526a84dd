import Glibc
import KubernetesTypes
import Objects
import Testing

@testable import Kubelet

/// What the provisioner makes of a claim, on a node that offers `/data/volumes`.
private func made(_ change: (inout Value) -> Void = { _ in }) -> PersistentVolume {
    let claim = PersistentVolumeClaim([
        "metadata": ["namespace": "n", "name": "data", "uid": "1-2"],
        "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Mi"]], "storageClassName": "local-path"],
    ])
    var volume = LocalPathProvisioner.volume(claim, StorageClass(["metadata": ["name": "local-path"], "reclaimPolicy": "Delete"]), node: "a", root: "/data/volumes")
    volume.value["status"]["phase"] = "Released"
    change(&volume.value)
    return volume
}

private func node(_ annotations: Value) -> Node { Node(["metadata": ["name": "a", "annotations": annotations]]) }

@Suite struct LocalPathVolumeTests {
    @Test func knowsWhatTheProvisionerMakes() throws {
        let volume = try #require(LocalPathVolume(made()))
        #expect(volume.name == "pvc-1-2" && volume.node == "a" && volume.root == "/data/volumes" && volume.isReleased)
        #expect(made().value["spec"]["local"]["path"] == "/data/volumes/pvc-1-2")
    }

    @Test(arguments: [
        { @Sendable (volume: inout Value) in volume["metadata"]["annotations"] = ["pv.kubernetes.io/provisioned-by": "somebody.example"] },
        { $0["metadata"]["annotations"] = .null },
        { $0["metadata"]["name"] = "data" },
        { $0["spec"]["local"]["path"] = "/etc" },
        { $0["spec"]["local"]["path"] = "/data/volumes/pvc-1-3" },
        { $0["spec"]["local"]["path"] = "/data/volumes/other-pvc-1-2" },
        { $0["spec"]["local"]["path"] = "/data/../pvc-1-2" },
        { $0["spec"]["local"]["path"] = "data/pvc-1-2" },
        { $0["spec"]["local"]["path"] = "/pvc-1-2" },
        { $0["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"] = .array([["matchExpressions": [["key": "zone", "operator": "In", "values": ["a"]]]]]) },
        { $0["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"] = .array([["matchExpressions": [["key": "kubernetes.io/hostname", "operator": "NotIn", "values": ["a"]]]]]) },
        { $0["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"] = .array([["matchExpressions": [["key": "kubernetes.io/hostname", "operator": "In", "values": ["a", "b"]]]]]) },
        { $0["spec"].remove("nodeAffinity") },
    ] as [@Sendable (inout Value) -> Void])
    func takesNothingElseForItsOwn(_ change: @Sendable (inout Value) -> Void) {
        #expect(LocalPathVolume(made(change)) == nil)
    }

    @Test func isReleasedOnlyWhenItIsToGo() {
        #expect(LocalPathVolume(made { $0["status"]["phase"] = "Bound" })?.isReleased == false)
        #expect(LocalPathVolume(made { $0["status"]["phase"] = "Failed" })?.isReleased == false)
        #expect(LocalPathVolume(made { $0["spec"]["persistentVolumeReclaimPolicy"] = "Retain" })?.isReleased == false)
    }

    @Test(arguments: [("/a/b", "/a/b"), ("/a//b/", "/a/b"), ("/a/./b", "/a/b"), ("/", nil), ("", nil), ("a/b", nil), ("/a/../b", nil), ("/..", nil)])
    func offersAnAbsolutePath(_ text: String, _ wanted: String?) {
        #expect(LocalPathNode.root(of: node(["martlet.dev/local-path-root": .string(text)])) == wanted)
    }
}

@Suite struct LocalPathCleaningTests {
    @Test func removesWhatIsReleasedAndForgetsWhatIsGone() {
        var cleaning = LocalPathCleaning(released: ["b", "a", "c"], told: ["c", "gone"])
        #expect(cleaning.removals == ["a", "b"])
        #expect(cleaning.told == ["c", "a", "b"])
        #expect(cleaning.isNews)
        cleaning.keep("a")
        #expect(cleaning.told == ["c", "b"])
        #expect(!LocalPathCleaning(released: ["a"], told: ["a"]).isNews)
        #expect(LocalPathCleaning(released: [], told: ["a"]).told == [])
        #expect(!LocalPathCleaning(released: [], told: []).isNews)
    }

    @Test func namesABoundedNumberAtATime() {
        let many = (0..<2500).map { "pvc-\($0)" }
        let first = LocalPathCleaning(released: many, told: [])
        #expect(first.told.count == LocalPathCleaning.mostNames)
        let next = LocalPathCleaning(released: many, told: first.told)
        #expect(next.removals.isEmpty && !next.isNews)
        #expect(LocalPathCleaning(released: many.filter { !first.told.prefix(10).contains($0) }, told: first.told).removals.count == 10)
    }

    @Test func aVolumeGoesWhenItsNodeHasSaidSo() {
        func isDone(_ volume: PersistentVolume, _ said: String?) -> Bool {
            LocalPathProvisioner.isDone(volume) { name in name == "a" ? said.map { node(["martlet.dev/removed-volumes": .string($0)]) } : nil }
        }
        #expect(isDone(made(), "x,pvc-1-2"))
        #expect(!isDone(made(), "pvc-1-22"))
        #expect(!isDone(made(), ""))
        #expect(!isDone(made(), nil))
        #expect(!isDone(made { $0["status"]["phase"] = "Bound" }, "pvc-1-2"))
        #expect(!isDone(made { $0["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"] = .array([["matchExpressions": [["key": "kubernetes.io/hostname", "operator": "In", "values": ["b"]]]]]) }, "pvc-1-2"))
    }
}

@Suite struct LocalPathFolderTests {
    private func mode(_ path: String) -> UInt32? { HostFile.mode(path) }

    @Test func isMadeForEverybodyAndLeftAlone() throws {
        let folder = TemporaryFolder()
        let root = folder.path + "/volumes", path = root + "/pvc-1"
        let made = LocalPathFolder(root: root, name: "pvc-1")
        #expect(try made.make())
        #expect(mode(path) == 0o777)
        chmod(path, 0o2775)
        #expect(try !made.make())
        #expect(mode(path) == 0o2775)
        // As a kill leaves it behind.
        chmod(path, 0)
        #expect(try !made.make())
        #expect(mode(path) == 0o777)
    }

    @Test func aLinkInItsPlaceIsNotFollowed() async throws {
        let folder = TemporaryFolder()
        mkdir(folder.path + "/elsewhere", 0o700)
        try HostFile.write([1], to: folder.path + "/elsewhere/file")
        try HostFile.link(folder.path + "/elsewhere", at: folder.path + "/pvc-1")
        let linked = LocalPathFolder(root: folder.path, name: "pvc-1")
        #expect(throws: HostFile.Failure.self) { try linked.make() }
        #expect(mode(folder.path + "/elsewhere") == 0o700)
        try await linked.remove()
        #expect(HostFile.exists(folder.path + "/elsewhere/file"))
        #expect(HostFile.names(in: folder.path) == ["elsewhere"])
    }

    @Test func goesWithAllThatIsInIt() async throws {
        let folder = TemporaryFolder()
        let root = folder.path + "/volumes", path = root + "/pvc-1"
        let removed = LocalPathFolder(root: root, name: "pvc-1")
        try await removed.remove()
        _ = try removed.make()
        mkdir(folder.path + "/elsewhere", 0o755)
        try HostFile.write([1], to: folder.path + "/elsewhere/file")
        try HostFile.link(folder.path + "/elsewhere", at: path + "/link")
        try HostFile.makeFolder(path + "/a/b/c")
        try HostFile.makeFolder(path + "/.removed-1/x/y")
        try HostFile.write([1], to: path + "/.removed-2")
        try HostFile.link("../../../elsewhere", at: path + "/a/b/link")
        try HostFile.write([1], to: path + "/a/b/c/file")
        // A name that is no UTF-8.
        let name = Array(path.utf8CString.dropLast()) + [CChar(bitPattern: UInt8(ascii: "/")), CChar(bitPattern: 0xFF), 0]
        #expect(mkdir(name, 0o755) == 0)
        // Deeper than any path may be long.
        var deep = open(path + "/a", O_RDONLY | O_DIRECTORY)
        let part = String(repeating: "d", count: 200)
        for _ in 0..<100 {
            #expect(mkdirat(deep, part, 0o755) == 0)
            let next = openat(deep, part, O_RDONLY | O_DIRECTORY)
            close(deep)
            deep = next
        }
        close(deep)
        try await removed.remove()
        #expect(HostFile.names(in: root) == [])
        #expect(HostFile.exists(folder.path + "/elsewhere/file"))
    }
}
