import APIClient
import KubernetesTypes
import Objects
import Testing

@testable import Kubelet

/// The provisioner of folders and a node's part of it against a whole control plane; either may end between any two steps.
@Suite struct LocalPathTests {
    private let cluster: SimulatedCluster
    private let root = "/tmp/martlet-local-path-\(UInt64.random(in: .min ... .max))/volumes"

    init() async throws { cluster = try await SimulatedCluster() }

    private struct TimedOut: Error {
        let what: String
    }

    private func until<T>(_ what: String, _ condition: () async throws -> T?) async throws -> T {
        for _ in 0..<600 {
            if let found = try? await condition() { return found }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TimedOut(what: what)
    }

    private var claim: PersistentVolumeClaim {
        get async throws { try await cluster.client.get(PersistentVolumeClaim.self, "default", "data") }
    }

    private func volume(_ name: String) async throws -> PersistentVolume? {
        try await cluster.client.list(PersistentVolume.self).first { $0.name == name }
    }

    private func removed() async throws -> [String] { LocalPathNode.removed(by: try await cluster.client.get(Node.self, "", "home0")) }

    /// A claim and a pod that uses it.
    private func claimFolder() async throws {
        // Pods of a namespace come after its account.
        _ = try await until("the account") { try await cluster.client.get(ServiceAccount.self, "default", "default") }
        try await cluster.client.create(PersistentVolumeClaim([
            "metadata": ["namespace": "default", "name": "data"],
            "spec": ["accessModes": ["ReadWriteOnce"], "storageClassName": "local-path", "resources": ["requests": ["storage": "1Mi"]]],
        ]))
        try await cluster.client.create(Pod([
            "metadata": ["namespace": "default", "name": "user"],
            "spec": [
                "containers": [["name": "main", "image": "busybox:1"]],
                "volumes": [["name": "v", "persistentVolumeClaim": ["claimName": "data"]]],
            ],
        ]))
    }

    /// The name of the claim's volume once it is bound, with a file in its folder.
    private func bound() async throws -> String {
        let name = try await until("a bound claim") { () -> String? in
            let claim = try await claim
            return claim.value["status"]["phase"].string == "Bound" ? claim.value["spec"]["volumeName"].string : nil
        }
        #expect(try await volume(name)?.value["spec"]["local"]["path"].string == root + "/" + name)
        // No component but the kubelet makes it.
        #expect(!HostFile.exists(root + "/" + name))
        #expect(try LocalPathFolder(root: root, name: name).make())
        try HostFile.write([1], to: root + "/" + name + "/file")
        return name
    }

    private func letGo() async throws {
        try await cluster.client.delete(Pod.self, "default", "user", ["gracePeriodSeconds": 0])
        try await cluster.client.delete(PersistentVolumeClaim.self, "default", "data")
    }

    private func released(_ name: String) async throws {
        _ = try await until("a released volume") { try await volume(name)?.value["status"]["phase"].string == "Released" ? true : nil }
    }

    private func offer() async throws {
        let annotations: Value = ["martlet.dev/local-path-root": .string(root)]
        _ = try await until("the node") { try await cluster.client.patch(Node.self, "", "home0", ["metadata": ["annotations": annotations]]) }
    }

    private func end() async {
        await cluster.stop()
        HostFile.remove(String(root.dropLast("/volumes".count)))
    }

    @Test func claimsMoveToNodesThatOfferFolders() async throws {
        cluster.startControllers()
        cluster.startScheduler()
        cluster.startNode("bare")
        cluster.startLocalPathProvisioner()
        try await Task.sleep(for: .milliseconds(300))
        // Nobody offers folders yet, so there is no class of them.
        #expect(try await cluster.client.list(StorageClass.self).isEmpty)
        try await cluster.client.create(StorageClass([
            "metadata": ["name": "local-path"], "provisioner": "martlet.dev/local-path", "volumeBindingMode": "WaitForFirstConsumer", "reclaimPolicy": "Delete",
        ]))
        try await claimFolder()
        let event = try await until("an Event") { try await cluster.client.list(Event.self, "default").first { $0.value["reason"].string == "ProvisioningFailed" } }
        #expect(event.value["message"].string == "failed to provision volume with StorageClass \"local-path\": node \"bare0\" offers no folders as volumes")
        #expect(event.value["type"].string == "Warning")
        #expect(try await cluster.client.list(PersistentVolume.self).isEmpty)
        cluster.startNode("home")
        try await offer()
        try await cluster.client.patch(Node.self, "", "bare0", ["spec": ["unschedulable": true]])
        let name = try await bound()
        #expect(try await claim.annotations["volume.kubernetes.io/selected-node"] == "home0")
        #expect(LocalPathVolume(try #require(try await volume(name)))?.node == "home0")
        await end()
    }

    @Test func folderAndVolumeGoWhoeverEndsMeanwhile() async throws {
        cluster.startControllers()
        cluster.startScheduler()
        cluster.startNode("home")
        cluster.startLocalPathProvisioner()
        try await offer()
        let storageClass = try await until("the class") { try await cluster.client.get(StorageClass.self, "", "local-path") }
        #expect(storageClass.annotations["storageclass.kubernetes.io/is-default-class"] == "true")
        try await claimFolder()
        let name = try await bound()
        // The node is away: the volume waits for it, with all that is in it.
        try await letGo()
        try await released(name)
        try await Task.sleep(for: .milliseconds(300))
        #expect(HostFile.exists(root + "/\(name)/file"))
        // The provisioner is away: the folder goes, and the volume waits.
        await cluster.kill("local-path")
        cluster.startLocalPathFolders("home0", root: root)
        _ = try await until("the node's word") { try await removed() == [name] ? true : nil }
        #expect(!HostFile.exists(root + "/" + name))
        #expect(try await volume(name)?.value["status"]["phase"].string == "Released")
        // The node was killed after it had removed the folder and before it said so.
        await cluster.kill("folders of home0")
        try await cluster.client.patch(Node.self, "", "home0", ["metadata": ["annotations": ["martlet.dev/removed-volumes": .null]]])
        cluster.startLocalPathProvisioner()
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await volume(name) != nil)
        cluster.startLocalPathFolders("home0", root: root)
        _ = try await until("the volume to be gone") { try await volume(name) == nil ? true : nil }
        _ = try await until("the node to forget it") { try await removed().isEmpty ? true : nil }
        await end()
    }

    @Test func foldersOfVolumesThatTheAPIDoesNotKnowStay() async throws {
        cluster.startNode("home")
        cluster.startLocalPathProvisioner()
        try await offer()
        #expect(try LocalPathFolder(root: root, name: "pvc-unknown").make())
        #expect(try LocalPathFolder(root: root, name: "pvc-kept").make())
        cluster.startLocalPathFolders("home0", root: root)
        let claim = PersistentVolumeClaim([
            "metadata": ["namespace": "default", "name": "x", "uid": "kept"],
            "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Mi"]]],
        ])
        let kept = LocalPathProvisioner.volume(
            claim, StorageClass(["metadata": ["name": "local-path"], "reclaimPolicy": "Retain"]), node: "home0", root: root)
        var made = try await cluster.client.create(kept)
        made.value["status"]["phase"] = "Released"
        try await cluster.client.updateStatus(made)
        try await Task.sleep(for: .milliseconds(500))
        #expect(HostFile.names(in: root).sorted() == ["pvc-kept", "pvc-unknown"])
        #expect(try await removed().isEmpty)
        await end()
    }
}
