import Objects
import Schema
import Strategies
import Testing

struct StorageTests {
    private static let volume = Subject(
        "", "v1", "PersistentVolume", "persistentvolumes",
        #"{"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"x"},"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"}}}"#)
    private static let attachment = Subject(
        "storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments",
        #"{"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttachment","metadata":{"name":"x"},"spec":{"attacher":"a","nodeName":"n","source":{"persistentVolumeName":"v"}}}"#)
    private static let node = Subject(
        "storage.k8s.io", "v1", "CSINode", "csinodes",
        #"{"apiVersion":"storage.k8s.io/v1","kind":"CSINode","metadata":{"name":"x"},"spec":{"drivers":[{"name":"d","nodeID":"n"}]}}"#)

    @Test(arguments: [
        RuleCase("spec.azureFile", #"{"secretName":"s","shareName":"t","secretNamespace":""}"#, "spec.azureFile.secretNamespace Required"),
        RuleCase("spec.glusterfs", #"{"endpoints":"e","path":"p","endpointsNamespace":"A"}"#, "spec.glusterfs.endpointsNamespace Invalid"),
        RuleCase("spec.cinder", #"{"volumeID":"v","secretRef":{"name":"s"}}"#, "spec.cinder.secretRef.namespace Required"),
        RuleCase("spec.storageos", #"{"volumeName":"v","secretRef":{"name":"s"}}"#, "spec.storageos.secretRef.namespace Required"),
        RuleCase("spec.scaleIO", #"{"gateway":"g","system":"s","volumeName":"v","secretRef":{}}"#),
        RuleCase("spec.nfs", #"{"server":"s","path":""}"#, "spec.nfs.path Required", "spec.nfs.path Invalid"),
        RuleCase("spec.quobyte", #"{"registry":"a:1,[::1]:2","volume":"v"}"#),
        RuleCase("spec.quobyte", #"{"registry":"a:1,b","volume":"v"}"#, "spec.quobyte.registry Invalid"),
        RuleCase("spec.iscsi", #"{"targetPortal":"t","iqn":"iqn.2015-02.example.com:x","lun":0,"secretRef":{}}"#, "spec.iscsi.secretRef.name Required"),
    ])
    func sourcesOfVolumes(_ rule: RuleCase) throws { try Self.volume.expectCreate(rule) }

    @Test(arguments: [
        RuleCase("spec.source", #"{"persistentVolumeName":"v"}"#),
        RuleCase("spec.source", #"{"persistentVolumeName":""}"#, "spec.source.persistentVolumeName Required", "spec.source.persistentVolumeName Invalid"),
        RuleCase("spec.source", #"{"inlineVolumeSpec":{"accessModes":["ReadWriteOnce"],"csi":{"driver":"d","volumeHandle":"h"}}}"#),
        RuleCase(
            "spec.source",
            #"{"inlineVolumeSpec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1"},"hostPath":{"path":"/a"},"storageClassName":"c","volumeMode":"Block","persistentVolumeReclaimPolicy":"Delete"}}"#,
            "spec.source.inlineVolumeSpec.csi Required", "spec.source.inlineVolumeSpec.capacity Forbidden",
            "spec.source.inlineVolumeSpec.storageClassName Forbidden", "spec.source.inlineVolumeSpec.volumeMode Forbidden",
            "spec.source.inlineVolumeSpec.persistentVolumeReclaimPolicy Forbidden"),
    ])
    func sourcesOfAttachments(_ rule: RuleCase) throws { try Self.attachment.expectCreate(rule) }

    @Test(arguments: [
        RuleCase("spec.drivers.0.topologyKeys", #"["a","a"]"#, "spec.drivers[0] Duplicate"),
        RuleCase("spec.drivers.0.topologyKeys", #"[""]"#, "spec.drivers[0] Required", "spec.drivers[0] Invalid"),
    ])
    func driversOfNodes(_ rule: RuleCase) throws { try Self.node.expectCreate(rule) }
}
