import ContainerRuntime
@testable import Kubelet
import KubernetesTypes
import Objects
import Testing

@Suite struct DeviceTests {
    private var claim: ResourceClaim {
        ResourceClaim([
            "metadata": ["namespace": "ns", "name": "c", "uid": "u"],
            "status": ["allocation": ["devices": ["results": [["request": "a", "driver": "d"], ["request": "b", "driver": "e"]]]]],
        ])
    }

    @Test func whatWasMadeReadyIsReadAgain() throws {
        var made = DeviceClaim(claim)
        #expect(Set(made.devices.keys) == ["d", "e"])
        made.pods = ["p"]
        made.devices["d"] = [.init(requests: ["a"], pool: "x", device: "y", ids: ["v/c=1", "v/c=2"])]
        let read = try #require(DeviceClaim(record: try Value(json: made.record.json)))
        #expect(read == made)
        #expect(read.devices["e"] == .some(nil), "a driver that has not answered is asked again")
        #expect(DeviceClaim(record: ["namespace": "ns"]) == nil)
    }

    @Test func containersGetWhatTheyName() {
        var made = DeviceClaim(claim)
        made.devices = [
            "d": [.init(requests: ["a/big"], pool: "", device: "", ids: ["d/c=1"]), .init(requests: [], pool: "", device: "", ids: ["d/c=2"])],
            "e": [.init(requests: ["b"], pool: "", device: "", ids: ["e/c=1"])],
        ]
        #expect(made.ids(request: nil) == ["d/c=1", "d/c=2", "e/c=1"])
        #expect(made.ids(request: "a") == ["d/c=1", "d/c=2"])
        #expect(made.ids(request: "b") == ["d/c=2", "e/c=1"])
    }

    @Test func claimsAreFoundByTheirNames() throws {
        let spec: Value = ["resourceClaims": [["name": "one", "resourceClaimName": "shared"], ["name": "two", "resourceClaimTemplateName": "t"]]]
        #expect(throws: HostFile.Failure.self) { try DeviceClaim.names(Pod(["spec": spec])) }
        let status: Value = ["resourceClaimStatuses": [["name": "two", "resourceClaimName": "made"]]]
        let names = try DeviceClaim.names(Pod(["spec": spec, "status": status]))
        #expect(names.map(\.reference) == ["one", "two"] && names.map(\.name) == ["shared", "made"])
        let needless: Value = ["resourceClaimStatuses": [["name": "two"]]]
        #expect(try DeviceClaim.names(Pod(["spec": spec, "status": needless])).map(\.name) == ["shared"])
    }

    @Test func filesOfDevicesChangeTheContainer() throws {
        var registry = CDIRegistry()
        registry.add([
            "kind": "v.test/gpu", "containerEdits": ["env": ["ALL=1"]],
            "devices": [
                [
                    "name": "0",
                    "containerEdits": [
                        "env": ["A=b=c"], "deviceNodes": [["path": "/dev/g", "permissions": "rw"]],
                        "mounts": [["hostPath": "/lib/g", "containerPath": "/g", "options": ["ro", "rslave"]]],
                    ],
                ],
                ["name": "hooked", "containerEdits": ["hooks": [["hookName": "createContainer", "path": "/x"]]]],
            ],
        ])
        var config = ContainerSettings()
        config.environment = [("A", "old")]
        try registry.apply(["v.test/gpu=0"], to: &config)
        #expect(config.environment.map { "\($0.name)=\($0.value)" } == ["ALL=1", "A=b=c"])
        #expect(config.devices == [.init(containerPath: "/dev/g", hostPath: "/dev/g", permissions: "rw")])
        let mount = try #require(config.mounts.first)
        #expect(mount.containerPath == "/g" && mount.hostPath == "/lib/g" && mount.isReadOnly && mount.propagation == 1)
        #expect(throws: HostFile.Failure.self) { try registry.apply(["v.test/gpu=1"], to: &config) }
        #expect(throws: HostFile.Failure.self) { try registry.apply(["v.test/gpu=hooked"], to: &config) }
    }

    @Test func claimsOfVolumesAreNamed() {
        let spec: Value = ["volumes": [["name": "a", "persistentVolumeClaim": ["claimName": "c"]], ["name": "b", "ephemeral": [:]], ["name": "e", "emptyDir": [:]]]]
        let pod = Pod(["metadata": ["name": "p"], "spec": spec])
        #expect(["a", "b", "e"].map { VolumeStats.claim($0, pod) } == ["c", "p-b", nil])
    }
}
