// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct PersistentVolume: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "PersistentVolume")
    package static let resource = "persistentvolumes"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: PersistentVolumeSpec { get { PersistentVolumeSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: PersistentVolumeStatus { get { PersistentVolumeStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct PersistentVolumeSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var capacity: [String: String] { get { value["capacity"].stringMap } set { value.putStringMap("capacity", newValue) } }
    package var gcePersistentDisk: GCEPersistentDiskVolumeSource { get { GCEPersistentDiskVolumeSource(value["gcePersistentDisk"]) } set { value.putValue("gcePersistentDisk", newValue.value) } }
    package var awsElasticBlockStore: AWSElasticBlockStoreVolumeSource { get { AWSElasticBlockStoreVolumeSource(value["awsElasticBlockStore"]) } set { value.putValue("awsElasticBlockStore", newValue.value) } }
    package var hostPath: HostPathVolumeSource { get { HostPathVolumeSource(value["hostPath"]) } set { value.putValue("hostPath", newValue.value) } }
    package var glusterfs: GlusterfsPersistentVolumeSource { get { GlusterfsPersistentVolumeSource(value["glusterfs"]) } set { value.putValue("glusterfs", newValue.value) } }
    package var nfs: NFSVolumeSource { get { NFSVolumeSource(value["nfs"]) } set { value.putValue("nfs", newValue.value) } }
    package var rbd: RBDPersistentVolumeSource { get { RBDPersistentVolumeSource(value["rbd"]) } set { value.putValue("rbd", newValue.value) } }
    package var iscsi: ISCSIPersistentVolumeSource { get { ISCSIPersistentVolumeSource(value["iscsi"]) } set { value.putValue("iscsi", newValue.value) } }
    package var cinder: CinderPersistentVolumeSource { get { CinderPersistentVolumeSource(value["cinder"]) } set { value.putValue("cinder", newValue.value) } }
    package var cephfs: CephFSPersistentVolumeSource { get { CephFSPersistentVolumeSource(value["cephfs"]) } set { value.putValue("cephfs", newValue.value) } }
    package var fc: FCVolumeSource { get { FCVolumeSource(value["fc"]) } set { value.putValue("fc", newValue.value) } }
    package var flocker: FlockerVolumeSource { get { FlockerVolumeSource(value["flocker"]) } set { value.putValue("flocker", newValue.value) } }
    package var flexVolume: FlexPersistentVolumeSource { get { FlexPersistentVolumeSource(value["flexVolume"]) } set { value.putValue("flexVolume", newValue.value) } }
    package var azureFile: AzureFilePersistentVolumeSource { get { AzureFilePersistentVolumeSource(value["azureFile"]) } set { value.putValue("azureFile", newValue.value) } }
    package var vsphereVolume: VsphereVirtualDiskVolumeSource { get { VsphereVirtualDiskVolumeSource(value["vsphereVolume"]) } set { value.putValue("vsphereVolume", newValue.value) } }
    package var quobyte: QuobyteVolumeSource { get { QuobyteVolumeSource(value["quobyte"]) } set { value.putValue("quobyte", newValue.value) } }
    package var azureDisk: AzureDiskVolumeSource { get { AzureDiskVolumeSource(value["azureDisk"]) } set { value.putValue("azureDisk", newValue.value) } }
    package var photonPersistentDisk: PhotonPersistentDiskVolumeSource { get { PhotonPersistentDiskVolumeSource(value["photonPersistentDisk"]) } set { value.putValue("photonPersistentDisk", newValue.value) } }
    package var portworxVolume: PortworxVolumeSource { get { PortworxVolumeSource(value["portworxVolume"]) } set { value.putValue("portworxVolume", newValue.value) } }
    package var scaleIO: ScaleIOPersistentVolumeSource { get { ScaleIOPersistentVolumeSource(value["scaleIO"]) } set { value.putValue("scaleIO", newValue.value) } }
    package var local: LocalVolumeSource { get { LocalVolumeSource(value["local"]) } set { value.putValue("local", newValue.value) } }
    package var storageos: StorageOSPersistentVolumeSource { get { StorageOSPersistentVolumeSource(value["storageos"]) } set { value.putValue("storageos", newValue.value) } }
    package var csi: CSIPersistentVolumeSource { get { CSIPersistentVolumeSource(value["csi"]) } set { value.putValue("csi", newValue.value) } }
    package var accessModes: [String] { get { value["accessModes"].strings } set { value.putStrings("accessModes", newValue) } }
    package var claimRef: ObjectReference { get { ObjectReference(value["claimRef"]) } set { value.putValue("claimRef", newValue.value) } }
    package var persistentVolumeReclaimPolicy: String? { get { value["persistentVolumeReclaimPolicy"].string } set { value.putString("persistentVolumeReclaimPolicy", newValue) } }
    package var storageClassName: String? { get { value["storageClassName"].string } set { value.putString("storageClassName", newValue) } }
    package var mountOptions: [String] { get { value["mountOptions"].strings } set { value.putStrings("mountOptions", newValue) } }
    package var volumeMode: String? { get { value["volumeMode"].string } set { value.putString("volumeMode", newValue) } }
    package var nodeAffinity: VolumeNodeAffinity { get { VolumeNodeAffinity(value["nodeAffinity"]) } set { value.putValue("nodeAffinity", newValue.value) } }
    package var volumeAttributesClassName: String? { get { value["volumeAttributesClassName"].string } set { value.putString("volumeAttributesClassName", newValue) } }
}

package struct GCEPersistentDiskVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var pdName: String? { get { value["pdName"].string } set { value.putString("pdName", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var partition: Int32? { get { value.int32("partition") } set { value.putInt32("partition", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct AWSElasticBlockStoreVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var volumeID: String? { get { value["volumeID"].string } set { value.putString("volumeID", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var partition: Int32? { get { value.int32("partition") } set { value.putInt32("partition", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct HostPathVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
}

package struct GlusterfsPersistentVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var endpoints: String? { get { value["endpoints"].string } set { value.putString("endpoints", newValue) } }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var endpointsNamespace: String? { get { value["endpointsNamespace"].string } set { value.putString("endpointsNamespace", newValue) } }
}

package struct NFSVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var server: String? { get { value["server"].string } set { value.putString("server", newValue) } }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct RBDPersistentVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var monitors: [String] { get { value["monitors"].strings } set { value.putStrings("monitors", newValue) } }
    package var image: String? { get { value["image"].string } set { value.putString("image", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var pool: String? { get { value["pool"].string } set { value.putString("pool", newValue) } }
    package var user: String? { get { value["user"].string } set { value.putString("user", newValue) } }
    package var keyring: String? { get { value["keyring"].string } set { value.putString("keyring", newValue) } }
    package var secretRef: SecretReference { get { SecretReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct SecretReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
}

package struct ISCSIPersistentVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var targetPortal: String? { get { value["targetPortal"].string } set { value.putString("targetPortal", newValue) } }
    package var iqn: String? { get { value["iqn"].string } set { value.putString("iqn", newValue) } }
    package var lun: Int32? { get { value.int32("lun") } set { value.putInt32("lun", newValue) } }
    package var iscsiInterface: String? { get { value["iscsiInterface"].string } set { value.putString("iscsiInterface", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var portals: [String] { get { value["portals"].strings } set { value.putStrings("portals", newValue) } }
    package var chapAuthDiscovery: Bool? { get { value["chapAuthDiscovery"].bool } set { value.putBool("chapAuthDiscovery", newValue) } }
    package var chapAuthSession: Bool? { get { value["chapAuthSession"].bool } set { value.putBool("chapAuthSession", newValue) } }
    package var secretRef: SecretReference { get { SecretReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
    package var initiatorName: String? { get { value["initiatorName"].string } set { value.putString("initiatorName", newValue) } }
}

package struct CinderPersistentVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var volumeID: String? { get { value["volumeID"].string } set { value.putString("volumeID", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var secretRef: SecretReference { get { SecretReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
}

package struct CephFSPersistentVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var monitors: [String] { get { value["monitors"].strings } set { value.putStrings("monitors", newValue) } }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var user: String? { get { value["user"].string } set { value.putString("user", newValue) } }
    package var secretFile: String? { get { value["secretFile"].string } set { value.putString("secretFile", newValue) } }
    package var secretRef: SecretReference { get { SecretReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct FCVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var targetWWNs: [String] { get { value["targetWWNs"].strings } set { value.putStrings("targetWWNs", newValue) } }
    package var lun: Int32? { get { value.int32("lun") } set { value.putInt32("lun", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var wwids: [String] { get { value["wwids"].strings } set { value.putStrings("wwids", newValue) } }
}

package struct FlockerVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var datasetName: String? { get { value["datasetName"].string } set { value.putString("datasetName", newValue) } }
    package var datasetUUID: String? { get { value["datasetUUID"].string } set { value.putString("datasetUUID", newValue) } }
}

package struct FlexPersistentVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var driver: String? { get { value["driver"].string } set { value.putString("driver", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var secretRef: SecretReference { get { SecretReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var options: [String: String] { get { value["options"].stringMap } set { value.putStringMap("options", newValue) } }
}

package struct AzureFilePersistentVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var secretName: String? { get { value["secretName"].string } set { value.putString("secretName", newValue) } }
    package var shareName: String? { get { value["shareName"].string } set { value.putString("shareName", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var secretNamespace: String? { get { value["secretNamespace"].string } set { value.putString("secretNamespace", newValue) } }
}

package struct VsphereVirtualDiskVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var volumePath: String? { get { value["volumePath"].string } set { value.putString("volumePath", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var storagePolicyName: String? { get { value["storagePolicyName"].string } set { value.putString("storagePolicyName", newValue) } }
    package var storagePolicyID: String? { get { value["storagePolicyID"].string } set { value.putString("storagePolicyID", newValue) } }
}

package struct QuobyteVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var registry: String? { get { value["registry"].string } set { value.putString("registry", newValue) } }
    package var volume: String? { get { value["volume"].string } set { value.putString("volume", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var user: String? { get { value["user"].string } set { value.putString("user", newValue) } }
    package var group: String? { get { value["group"].string } set { value.putString("group", newValue) } }
    package var tenant: String? { get { value["tenant"].string } set { value.putString("tenant", newValue) } }
}

package struct AzureDiskVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var diskName: String? { get { value["diskName"].string } set { value.putString("diskName", newValue) } }
    package var diskURI: String? { get { value["diskURI"].string } set { value.putString("diskURI", newValue) } }
    package var cachingMode: String? { get { value["cachingMode"].string } set { value.putString("cachingMode", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
}

package struct PhotonPersistentDiskVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var pdID: String? { get { value["pdID"].string } set { value.putString("pdID", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
}

package struct PortworxVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var volumeID: String? { get { value["volumeID"].string } set { value.putString("volumeID", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct ScaleIOPersistentVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var gateway: String? { get { value["gateway"].string } set { value.putString("gateway", newValue) } }
    package var system: String? { get { value["system"].string } set { value.putString("system", newValue) } }
    package var secretRef: SecretReference { get { SecretReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
    package var sslEnabled: Bool? { get { value["sslEnabled"].bool } set { value.putBool("sslEnabled", newValue) } }
    package var protectionDomain: String? { get { value["protectionDomain"].string } set { value.putString("protectionDomain", newValue) } }
    package var storagePool: String? { get { value["storagePool"].string } set { value.putString("storagePool", newValue) } }
    package var storageMode: String? { get { value["storageMode"].string } set { value.putString("storageMode", newValue) } }
    package var volumeName: String? { get { value["volumeName"].string } set { value.putString("volumeName", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct LocalVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
}

package struct StorageOSPersistentVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var volumeName: String? { get { value["volumeName"].string } set { value.putString("volumeName", newValue) } }
    package var volumeNamespace: String? { get { value["volumeNamespace"].string } set { value.putString("volumeNamespace", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var secretRef: ObjectReference { get { ObjectReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
}

package struct CSIPersistentVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var driver: String? { get { value["driver"].string } set { value.putString("driver", newValue) } }
    package var volumeHandle: String? { get { value["volumeHandle"].string } set { value.putString("volumeHandle", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var volumeAttributes: [String: String] { get { value["volumeAttributes"].stringMap } set { value.putStringMap("volumeAttributes", newValue) } }
    package var controllerPublishSecretRef: SecretReference { get { SecretReference(value["controllerPublishSecretRef"]) } set { value.putValue("controllerPublishSecretRef", newValue.value) } }
    package var nodeStageSecretRef: SecretReference { get { SecretReference(value["nodeStageSecretRef"]) } set { value.putValue("nodeStageSecretRef", newValue.value) } }
    package var nodePublishSecretRef: SecretReference { get { SecretReference(value["nodePublishSecretRef"]) } set { value.putValue("nodePublishSecretRef", newValue.value) } }
    package var controllerExpandSecretRef: SecretReference { get { SecretReference(value["controllerExpandSecretRef"]) } set { value.putValue("controllerExpandSecretRef", newValue.value) } }
    package var nodeExpandSecretRef: SecretReference { get { SecretReference(value["nodeExpandSecretRef"]) } set { value.putValue("nodeExpandSecretRef", newValue.value) } }
}

package struct VolumeNodeAffinity: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var required: NodeSelector { get { NodeSelector(value["required"]) } set { value.putValue("required", newValue.value) } }
}

package struct NodeSelector: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var nodeSelectorTerms: [NodeSelectorTerm] { get { value.views("nodeSelectorTerms") } set { value.putViews("nodeSelectorTerms", newValue) } }
}

package struct NodeSelectorTerm: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var matchExpressions: [NodeSelectorRequirement] { get { value.views("matchExpressions") } set { value.putViews("matchExpressions", newValue) } }
    package var matchFields: [NodeSelectorRequirement] { get { value.views("matchFields") } set { value.putViews("matchFields", newValue) } }
}

package struct NodeSelectorRequirement: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var `operator`: String? { get { value["operator"].string } set { value.putString("operator", newValue) } }
    package var values: [String] { get { value["values"].strings } set { value.putStrings("values", newValue) } }
}

package struct PersistentVolumeStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var phase: String? { get { value["phase"].string } set { value.putString("phase", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var lastPhaseTransitionTime: String? { get { value["lastPhaseTransitionTime"].string } set { value.putString("lastPhaseTransitionTime", newValue) } }
}
