@testable import Controllers
import KubernetesTypes
import Objects
import Testing

@Suite struct TaintEvictionTests {
    @Test(arguments: [
        ([], 0), ([["operator": "Exists"]], nil), ([["key": "k", "operator": "Exists", "tolerationSeconds": 30]], 20),
        ([["key": "k", "operator": "Exists", "tolerationSeconds": 5]], -5), ([["key": "k", "operator": "Exists", "tolerationSeconds": -3]], -10),
        ([["key": "other", "operator": "Exists"]], 0),
        // The shortest of the tolerations that match counts.
        ([["operator": "Exists", "tolerationSeconds": 60], ["key": "k", "operator": "Exists", "tolerationSeconds": 30]], 20),
    ] as [([Value], Int64?)]) func timeLeft(_ tolerations: [Value], _ expected: Int64?) {
        let taint: Value = ["key": "k", "effect": "NoExecute", "timeAdded": .string(Timestamp(seconds: Sample.now.seconds - 10).text)]
        let pod = Sample.pod("p") { $0["spec"]["tolerations"] = .array(tolerations) }
        #expect(TaintEviction.secondsLeft(pod, [taint], since: Sample.now, now: Sample.now) == expected)
    }
}

@Suite struct NodeTaintTests {
    @Test(arguments: [
        (["Ready": "True"], ["mine:NoSchedule"]),
        (["Ready": "False"], ["mine:NoSchedule", "node.kubernetes.io/not-ready:NoExecute", "node.kubernetes.io/not-ready:NoSchedule"]),
        (["Ready": "Unknown"], ["mine:NoSchedule", "node.kubernetes.io/unreachable:NoExecute", "node.kubernetes.io/unreachable:NoSchedule"]),
        (["Ready": "True", "DiskPressure": "True", "MemoryPressure": "False"], ["mine:NoSchedule", "node.kubernetes.io/disk-pressure:NoSchedule"]),
    ]) func taintsFollowConditions(_ conditions: [String: String], _ expected: [String]) {
        let node = Sample.node("n") { value in
            // A taint of somebody else stays, one of a former state goes.
            value["spec"]["taints"] = [
                ["key": "mine", "effect": "NoSchedule"], ["key": "node.kubernetes.io/pid-pressure", "effect": "NoSchedule"],
            ]
            value["status"]["conditions"] = .array(conditions.map { ["type": .string($0.key), "status": .string($0.value)] })
        }
        let taints = NodeTaints.wanted(node, now: Sample.now)
        #expect(taints.map { "\($0["key"].string ?? ""):\($0["effect"].string ?? "")" }.sorted() == expected)
    }

    @Test func cordonedNodesAreTainted() {
        let node = Sample.node("n") { $0["spec"]["unschedulable"] = true }
        #expect(NodeTaints.wanted(node, now: Sample.now).map { $0["key"].string } == ["node.kubernetes.io/unschedulable"])
    }
}

@Suite struct HeartbeatTests {
    @Test func onlyWhatChangesIsASign() {
        let heartbeats = Heartbeats()
        let (node, start) = (KnownNode(EncodedObject(value: Sample.node("n").value)), ContinuousClock.now)
        // A lease that is old already when it is first seen says nothing.
        #expect(heartbeats.silence(of: node, lease: 7, now: start) == .zero)
        #expect(heartbeats.silence(of: node, lease: 7, now: start + .seconds(60)) == .seconds(60))
        #expect(heartbeats.silence(of: node, lease: 9, now: start + .seconds(70)) == .zero)
        heartbeats.forget("n")
        #expect(heartbeats.silence(of: node, lease: 9, now: start + .seconds(200)) == .zero)
    }
}

@Suite struct VolumeReclaimTests {
    @Test(arguments: [
        ("Retain", nil, nil), ("Recycle", nil, "VolumeFailedRecycle"), ("Recycle", "example.com/driver", "VolumeFailedRecycle"),
        ("Delete", nil, "VolumeFailedDelete"), ("Delete", "example.com/driver", nil), ("Delete", "", "VolumeFailedDelete"),
    ] as [(String, String?, String?)]) func whatNobodyDoesIsRefused(_ policy: String, _ provisioner: String?, _ expected: String?) {
        var volume = PersistentVolume(name: "v")
        volume.value["spec"]["persistentVolumeReclaimPolicy"] = .string(policy)
        if let provisioner { volume.value["metadata"]["annotations"]["pv.kubernetes.io/provisioned-by"] = .string(provisioner) }
        #expect(VolumeReclaim.refusal(volume)?.reason == expected)
    }
}

@Suite struct VolumeMatchTests {
    private func volume(_ name: String, _ size: String, _ change: (inout Value) -> Void = { _ in }) -> PersistentVolume {
        var volume = PersistentVolume(name: name)
        volume.value["spec"] = ["capacity": ["storage": .string(size)], "accessModes": ["ReadWriteOnce"], "storageClassName": "s"]
        volume.value["status"] = ["phase": "Available"]
        change(&volume.value)
        return volume
    }

    private var claim: PersistentVolumeClaim {
        var claim = PersistentVolumeClaim(name: "c", namespace: "default")
        claim.value["metadata"]["uid"] = "u"
        claim.value["spec"] = ["accessModes": ["ReadWriteOnce"], "storageClassName": "s", "resources": ["requests": ["storage": "5Gi"]]]
        return claim
    }

    @Test func theSmallestThatSuitsIsTaken() {
        let volumes = [
            volume("large", "20Gi"), volume("small", "1Gi"), volume("fitting", "6Gi"), volume("other", "5Gi") { $0["spec"]["storageClassName"] = "t" },
            volume("taken", "5Gi") { $0["spec"]["claimRef"] = ["namespace": "default", "name": "x", "uid": "v"] },
            volume("shared", "5Gi") { $0["spec"]["accessModes"] = ["ReadOnlyMany"] }, volume("block", "5Gi") { $0["spec"]["volumeMode"] = "Block" },
        ]
        #expect(VolumeMatch.best(claim, volumes, node: nil)?.name == "fitting")
    }

    @Test func aReservedVolumeComesFirst() {
        let reserved = volume("reserved", "50Gi") { $0["spec"]["claimRef"] = ["namespace": "default", "name": "c"] }
        #expect(VolumeMatch.best(claim, [volume("fitting", "6Gi"), reserved], node: nil)?.name == "reserved")
    }

    @Test func theNodeHasToReachIt() {
        let term: Value = ["matchExpressions": [["key": "kubernetes.io/hostname", "operator": "In", "values": ["a"]]]]
        let local = volume("local", "5Gi") { $0["spec"]["nodeAffinity"] = ["required": ["nodeSelectorTerms": [term]]] }
        let node = Sample.node("a") { $0["metadata"]["labels"] = ["kubernetes.io/hostname": "a"] }
        #expect(VolumeMatch.best(claim, [local], node: node)?.name == "local")
        #expect(VolumeMatch.best(claim, [local], node: Sample.node("b")) == nil)
    }
}

@Suite struct TrafficHintTests {
    @Test func hintsSayWhoIsNear() {
        #expect(TrafficHints.of(nil, node: "n", zone: "z") == ([], []))
        #expect(TrafficHints.of("PreferClose", node: "n", zone: "z") == (["z"], []))
        #expect(TrafficHints.of("PreferSameZone", node: "n", zone: nil) == ([], []))
        #expect(TrafficHints.of("PreferSameNode", node: "n", zone: "z") == (["z"], ["n"]))
    }
}
