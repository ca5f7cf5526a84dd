import KubernetesTypes
import Objects
import Testing

@testable import Kubelet

@Suite struct CSIVolumeTests {
    private func volume(_ modes: [String] = ["ReadWriteOnce"]) throws -> CSIVolume {
        try #require(
            CSIVolume(
                PersistentVolume([
                    "metadata": ["name": "pv-1"],
                    "spec": [
                        "accessModes": Value(modes), "mountOptions": ["noatime"],
                        "csi": [
                            "driver": "d.test", "volumeHandle": "h", "fsType": "ext4", "volumeAttributes": ["a": "b"],
                            "nodeStageSecretRef": ["namespace": "n", "name": "s"],
                        ],
                    ],
                ]), isReadOnly: false))
    }

    @Test(arguments: [
        ("ReadWriteOnce", false, 1), ("ReadWriteOnce", true, 7), ("ReadOnlyMany", false, 3), ("ReadWriteMany", true, 5),
        ("ReadWriteOncePod", false, 1), ("ReadWriteOncePod", true, 6),
    ])
    func accessModes(_ mode: String, _ split: Bool, _ number: Int64) throws {
        let message = try volume([mode]).capability(group: nil, split ? .singleNodeMultiWriter : [])
        #expect(WireFields(message.bytes).message(3).int(1) == number)
    }

    @Test func aCapabilityHasFileSystemOptionsAndGroup() throws {
        let mount = WireFields(try volume().capability(group: 12, [.mountGroup]).bytes).message(2)
        #expect(mount.text(1) == "ext4")
        #expect(mount.texts(2) == ["noatime"])
        #expect(mount.text(3) == "12")
    }

    /// As the attacher makes the name: of the SHA-256 of handle, driver and node.
    @Test func namesAreThoseOfKubernetes() throws {
        let volume = try volume()
        #expect(volume.uniqueName == "kubernetes.io/csi/d.test^h")
        #expect(volume.attachment(to: "node") == "csi-" + Digest.sha256("hd.testnode"))
        #expect(Digest.sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func aPodDescribesItsOwn() throws {
        let pod = Pod(["metadata": ["uid": "u", "namespace": "n"]])
        let source: Value = ["name": "v", "csi": ["driver": "d.test", "readOnly": true, "nodePublishSecretRef": ["name": "s"]]]
        let inline = try #require(CSIVolume(inline: source, pod))
        #expect(inline.handle == "csi-" + Digest.sha256("uv"))
        #expect(inline.isInline && inline.isReadOnly)
        #expect(inline.publishSecret?.namespace == "n")
        #expect(CSIVolume(inline: ["name": "v", "emptyDir": [:]], pod) == nil)
        #expect(CSIVolume(PersistentVolume(["spec": ["local": ["path": "/x"]]]), isReadOnly: false) == nil)
    }

    @Test func aRecordIsReadBack() throws {
        let folder = TemporaryFolder()
        let record = CSIRecord(try volume(), node: "node")
        try record.write(to: folder.path)
        #expect(CSIRecord(in: folder.path) == record)
        #expect(record.uniqueName == "kubernetes.io/csi/d.test^h")
        try HostFile.write(Array("{".utf8), to: folder.path + "/" + CSIRecord.fileName)
        #expect(CSIRecord(in: folder.path) == nil)
        #expect(CSIRecord(in: folder.path + "/absent") == nil)
    }
}
