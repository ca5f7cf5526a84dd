// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Pod: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "Pod")
    package static let resource = "pods"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: PodSpec { get { PodSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: PodStatus { get { PodStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct PodSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var volumes: [Volume] { get { value.views("volumes") } set { value.putViews("volumes", newValue) } }
    package var initContainers: [Container] { get { value.views("initContainers") } set { value.putViews("initContainers", newValue) } }
    package var containers: [Container] { get { value.views("containers") } set { value.putViews("containers", newValue) } }
    package var ephemeralContainers: [EphemeralContainer] { get { value.views("ephemeralContainers") } set { value.putViews("ephemeralContainers", newValue) } }
    package var restartPolicy: String? { get { value["restartPolicy"].string } set { value.putString("restartPolicy", newValue) } }
    package var terminationGracePeriodSeconds: Int64? { get { value["terminationGracePeriodSeconds"].int } set { value.putInt64("terminationGracePeriodSeconds", newValue) } }
    package var activeDeadlineSeconds: Int64? { get { value["activeDeadlineSeconds"].int } set { value.putInt64("activeDeadlineSeconds", newValue) } }
    package var dnsPolicy: String? { get { value["dnsPolicy"].string } set { value.putString("dnsPolicy", newValue) } }
    package var nodeSelector: [String: String] { get { value["nodeSelector"].stringMap } set { value.putStringMap("nodeSelector", newValue) } }
    package var serviceAccountName: String? { get { value["serviceAccountName"].string } set { value.putString("serviceAccountName", newValue) } }
    package var serviceAccount: String? { get { value["serviceAccount"].string } set { value.putString("serviceAccount", newValue) } }
    package var automountServiceAccountToken: Bool? { get { value["automountServiceAccountToken"].bool } set { value.putBool("automountServiceAccountToken", newValue) } }
    package var nodeName: String? { get { value["nodeName"].string } set { value.putString("nodeName", newValue) } }
    package var hostNetwork: Bool? { get { value["hostNetwork"].bool } set { value.putBool("hostNetwork", newValue) } }
    package var hostPID: Bool? { get { value["hostPID"].bool } set { value.putBool("hostPID", newValue) } }
    package var hostIPC: Bool? { get { value["hostIPC"].bool } set { value.putBool("hostIPC", newValue) } }
    package var shareProcessNamespace: Bool? { get { value["shareProcessNamespace"].bool } set { value.putBool("shareProcessNamespace", newValue) } }
    package var securityContext: PodSecurityContext { get { PodSecurityContext(value["securityContext"]) } set { value.putValue("securityContext", newValue.value) } }
    package var imagePullSecrets: [LocalObjectReference] { get { value.views("imagePullSecrets") } set { value.putViews("imagePullSecrets", newValue) } }
    package var hostname: String? { get { value["hostname"].string } set { value.putString("hostname", newValue) } }
    package var subdomain: String? { get { value["subdomain"].string } set { value.putString("subdomain", newValue) } }
    package var affinity: Affinity { get { Affinity(value["affinity"]) } set { value.putValue("affinity", newValue.value) } }
    package var schedulerName: String? { get { value["schedulerName"].string } set { value.putString("schedulerName", newValue) } }
    package var tolerations: [Toleration] { get { value.views("tolerations") } set { value.putViews("tolerations", newValue) } }
    package var hostAliases: [HostAlias] { get { value.views("hostAliases") } set { value.putViews("hostAliases", newValue) } }
    package var priorityClassName: String? { get { value["priorityClassName"].string } set { value.putString("priorityClassName", newValue) } }
    package var priority: Int32? { get { value.int32("priority") } set { value.putInt32("priority", newValue) } }
    package var dnsConfig: PodDNSConfig { get { PodDNSConfig(value["dnsConfig"]) } set { value.putValue("dnsConfig", newValue.value) } }
    package var readinessGates: [PodReadinessGate] { get { value.views("readinessGates") } set { value.putViews("readinessGates", newValue) } }
    package var runtimeClassName: String? { get { value["runtimeClassName"].string } set { value.putString("runtimeClassName", newValue) } }
    package var enableServiceLinks: Bool? { get { value["enableServiceLinks"].bool } set { value.putBool("enableServiceLinks", newValue) } }
    package var preemptionPolicy: String? { get { value["preemptionPolicy"].string } set { value.putString("preemptionPolicy", newValue) } }
    package var overhead: [String: String] { get { value["overhead"].stringMap } set { value.putStringMap("overhead", newValue) } }
    package var topologySpreadConstraints: [TopologySpreadConstraint] { get { value.views("topologySpreadConstraints") } set { value.putViews("topologySpreadConstraints", newValue) } }
    package var setHostnameAsFQDN: Bool? { get { value["setHostnameAsFQDN"].bool } set { value.putBool("setHostnameAsFQDN", newValue) } }
    package var os: PodOS { get { PodOS(value["os"]) } set { value.putValue("os", newValue.value) } }
    package var hostUsers: Bool? { get { value["hostUsers"].bool } set { value.putBool("hostUsers", newValue) } }
    package var schedulingGates: [PodSchedulingGate] { get { value.views("schedulingGates") } set { value.putViews("schedulingGates", newValue) } }
    package var resourceClaims: [PodResourceClaim] { get { value.views("resourceClaims") } set { value.putViews("resourceClaims", newValue) } }
    package var resources: ResourceRequirements { get { ResourceRequirements(value["resources"]) } set { value.putValue("resources", newValue.value) } }
    package var hostnameOverride: String? { get { value["hostnameOverride"].string } set { value.putString("hostnameOverride", newValue) } }
    package var schedulingGroup: PodSchedulingGroup { get { PodSchedulingGroup(value["schedulingGroup"]) } set { value.putValue("schedulingGroup", newValue.value) } }
}

package struct Volume: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var hostPath: HostPathVolumeSource { get { HostPathVolumeSource(value["hostPath"]) } set { value.putValue("hostPath", newValue.value) } }
    package var emptyDir: EmptyDirVolumeSource { get { EmptyDirVolumeSource(value["emptyDir"]) } set { value.putValue("emptyDir", newValue.value) } }
    package var gcePersistentDisk: GCEPersistentDiskVolumeSource { get { GCEPersistentDiskVolumeSource(value["gcePersistentDisk"]) } set { value.putValue("gcePersistentDisk", newValue.value) } }
    package var awsElasticBlockStore: AWSElasticBlockStoreVolumeSource { get { AWSElasticBlockStoreVolumeSource(value["awsElasticBlockStore"]) } set { value.putValue("awsElasticBlockStore", newValue.value) } }
    package var gitRepo: GitRepoVolumeSource { get { GitRepoVolumeSource(value["gitRepo"]) } set { value.putValue("gitRepo", newValue.value) } }
    package var secret: SecretVolumeSource { get { SecretVolumeSource(value["secret"]) } set { value.putValue("secret", newValue.value) } }
    package var nfs: NFSVolumeSource { get { NFSVolumeSource(value["nfs"]) } set { value.putValue("nfs", newValue.value) } }
    package var iscsi: ISCSIVolumeSource { get { ISCSIVolumeSource(value["iscsi"]) } set { value.putValue("iscsi", newValue.value) } }
    package var glusterfs: GlusterfsVolumeSource { get { GlusterfsVolumeSource(value["glusterfs"]) } set { value.putValue("glusterfs", newValue.value) } }
    package var persistentVolumeClaim: PersistentVolumeClaimVolumeSource { get { PersistentVolumeClaimVolumeSource(value["persistentVolumeClaim"]) } set { value.putValue("persistentVolumeClaim", newValue.value) } }
    package var rbd: RBDVolumeSource { get { RBDVolumeSource(value["rbd"]) } set { value.putValue("rbd", newValue.value) } }
    package var flexVolume: FlexVolumeSource { get { FlexVolumeSource(value["flexVolume"]) } set { value.putValue("flexVolume", newValue.value) } }
    package var cinder: CinderVolumeSource { get { CinderVolumeSource(value["cinder"]) } set { value.putValue("cinder", newValue.value) } }
    package var cephfs: CephFSVolumeSource { get { CephFSVolumeSource(value["cephfs"]) } set { value.putValue("cephfs", newValue.value) } }
    package var flocker: FlockerVolumeSource { get { FlockerVolumeSource(value["flocker"]) } set { value.putValue("flocker", newValue.value) } }
    package var downwardAPI: DownwardAPIVolumeSource { get { DownwardAPIVolumeSource(value["downwardAPI"]) } set { value.putValue("downwardAPI", newValue.value) } }
    package var fc: FCVolumeSource { get { FCVolumeSource(value["fc"]) } set { value.putValue("fc", newValue.value) } }
    package var azureFile: AzureFileVolumeSource { get { AzureFileVolumeSource(value["azureFile"]) } set { value.putValue("azureFile", newValue.value) } }
    package var configMap: ConfigMapVolumeSource { get { ConfigMapVolumeSource(value["configMap"]) } set { value.putValue("configMap", newValue.value) } }
    package var vsphereVolume: VsphereVirtualDiskVolumeSource { get { VsphereVirtualDiskVolumeSource(value["vsphereVolume"]) } set { value.putValue("vsphereVolume", newValue.value) } }
    package var quobyte: QuobyteVolumeSource { get { QuobyteVolumeSource(value["quobyte"]) } set { value.putValue("quobyte", newValue.value) } }
    package var azureDisk: AzureDiskVolumeSource { get { AzureDiskVolumeSource(value["azureDisk"]) } set { value.putValue("azureDisk", newValue.value) } }
    package var photonPersistentDisk: PhotonPersistentDiskVolumeSource { get { PhotonPersistentDiskVolumeSource(value["photonPersistentDisk"]) } set { value.putValue("photonPersistentDisk", newValue.value) } }
    package var projected: ProjectedVolumeSource { get { ProjectedVolumeSource(value["projected"]) } set { value.putValue("projected", newValue.value) } }
    package var portworxVolume: PortworxVolumeSource { get { PortworxVolumeSource(value["portworxVolume"]) } set { value.putValue("portworxVolume", newValue.value) } }
    package var scaleIO: ScaleIOVolumeSource { get { ScaleIOVolumeSource(value["scaleIO"]) } set { value.putValue("scaleIO", newValue.value) } }
    package var storageos: StorageOSVolumeSource { get { StorageOSVolumeSource(value["storageos"]) } set { value.putValue("storageos", newValue.value) } }
    package var csi: CSIVolumeSource { get { CSIVolumeSource(value["csi"]) } set { value.putValue("csi", newValue.value) } }
    package var ephemeral: EphemeralVolumeSource { get { EphemeralVolumeSource(value["ephemeral"]) } set { value.putValue("ephemeral", newValue.value) } }
    package var image: ImageVolumeSource { get { ImageVolumeSource(value["image"]) } set { value.putValue("image", newValue.value) } }
}

package struct EmptyDirVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var medium: String? { get { value["medium"].string } set { value.putString("medium", newValue) } }
    package var sizeLimit: String? { get { value["sizeLimit"].string } set { value.putString("sizeLimit", newValue) } }
}

package struct GitRepoVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var repository: String? { get { value["repository"].string } set { value.putString("repository", newValue) } }
    package var revision: String? { get { value["revision"].string } set { value.putString("revision", newValue) } }
    package var directory: String? { get { value["directory"].string } set { value.putString("directory", newValue) } }
}

package struct SecretVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var secretName: String? { get { value["secretName"].string } set { value.putString("secretName", newValue) } }
    package var items: [KeyToPath] { get { value.views("items") } set { value.putViews("items", newValue) } }
    package var defaultMode: Int32? { get { value.int32("defaultMode") } set { value.putInt32("defaultMode", newValue) } }
    package var optional: Bool? { get { value["optional"].bool } set { value.putBool("optional", newValue) } }
}

package struct KeyToPath: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var mode: Int32? { get { value.int32("mode") } set { value.putInt32("mode", newValue) } }
}

package struct ISCSIVolumeSource: ValueView {
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
    package var secretRef: LocalObjectReference { get { LocalObjectReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
    package var initiatorName: String? { get { value["initiatorName"].string } set { value.putString("initiatorName", newValue) } }
}

package struct LocalObjectReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}

package struct GlusterfsVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var endpoints: String? { get { value["endpoints"].string } set { value.putString("endpoints", newValue) } }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct PersistentVolumeClaimVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var claimName: String? { get { value["claimName"].string } set { value.putString("claimName", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct RBDVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var monitors: [String] { get { value["monitors"].strings } set { value.putStrings("monitors", newValue) } }
    package var image: String? { get { value["image"].string } set { value.putString("image", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var pool: String? { get { value["pool"].string } set { value.putString("pool", newValue) } }
    package var user: String? { get { value["user"].string } set { value.putString("user", newValue) } }
    package var keyring: String? { get { value["keyring"].string } set { value.putString("keyring", newValue) } }
    package var secretRef: LocalObjectReference { get { LocalObjectReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct FlexVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var driver: String? { get { value["driver"].string } set { value.putString("driver", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var secretRef: LocalObjectReference { get { LocalObjectReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var options: [String: String] { get { value["options"].stringMap } set { value.putStringMap("options", newValue) } }
}

package struct CinderVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var volumeID: String? { get { value["volumeID"].string } set { value.putString("volumeID", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var secretRef: LocalObjectReference { get { LocalObjectReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
}

package struct CephFSVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var monitors: [String] { get { value["monitors"].strings } set { value.putStrings("monitors", newValue) } }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var user: String? { get { value["user"].string } set { value.putString("user", newValue) } }
    package var secretFile: String? { get { value["secretFile"].string } set { value.putString("secretFile", newValue) } }
    package var secretRef: LocalObjectReference { get { LocalObjectReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct DownwardAPIVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var items: [DownwardAPIVolumeFile] { get { value.views("items") } set { value.putViews("items", newValue) } }
    package var defaultMode: Int32? { get { value.int32("defaultMode") } set { value.putInt32("defaultMode", newValue) } }
}

package struct DownwardAPIVolumeFile: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var fieldRef: ObjectFieldSelector { get { ObjectFieldSelector(value["fieldRef"]) } set { value.putValue("fieldRef", newValue.value) } }
    package var resourceFieldRef: ResourceFieldSelector { get { ResourceFieldSelector(value["resourceFieldRef"]) } set { value.putValue("resourceFieldRef", newValue.value) } }
    package var mode: Int32? { get { value.int32("mode") } set { value.putInt32("mode", newValue) } }
}

package struct ObjectFieldSelector: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var fieldPath: String? { get { value["fieldPath"].string } set { value.putString("fieldPath", newValue) } }
}

package struct ResourceFieldSelector: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var containerName: String? { get { value["containerName"].string } set { value.putString("containerName", newValue) } }
    package var resource: String? { get { value["resource"].string } set { value.putString("resource", newValue) } }
    package var divisor: String? { get { value["divisor"].string } set { value.putString("divisor", newValue) } }
}

package struct AzureFileVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var secretName: String? { get { value["secretName"].string } set { value.putString("secretName", newValue) } }
    package var shareName: String? { get { value["shareName"].string } set { value.putString("shareName", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct ConfigMapVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var items: [KeyToPath] { get { value.views("items") } set { value.putViews("items", newValue) } }
    package var defaultMode: Int32? { get { value.int32("defaultMode") } set { value.putInt32("defaultMode", newValue) } }
    package var optional: Bool? { get { value["optional"].bool } set { value.putBool("optional", newValue) } }
}

package struct ProjectedVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var sources: [VolumeProjection] { get { value.views("sources") } set { value.putViews("sources", newValue) } }
    package var defaultMode: Int32? { get { value.int32("defaultMode") } set { value.putInt32("defaultMode", newValue) } }
}

package struct VolumeProjection: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var secret: SecretProjection { get { SecretProjection(value["secret"]) } set { value.putValue("secret", newValue.value) } }
    package var downwardAPI: DownwardAPIProjection { get { DownwardAPIProjection(value["downwardAPI"]) } set { value.putValue("downwardAPI", newValue.value) } }
    package var configMap: ConfigMapProjection { get { ConfigMapProjection(value["configMap"]) } set { value.putValue("configMap", newValue.value) } }
    package var serviceAccountToken: ServiceAccountTokenProjection { get { ServiceAccountTokenProjection(value["serviceAccountToken"]) } set { value.putValue("serviceAccountToken", newValue.value) } }
    package var clusterTrustBundle: ClusterTrustBundleProjection { get { ClusterTrustBundleProjection(value["clusterTrustBundle"]) } set { value.putValue("clusterTrustBundle", newValue.value) } }
    package var podCertificate: PodCertificateProjection { get { PodCertificateProjection(value["podCertificate"]) } set { value.putValue("podCertificate", newValue.value) } }
}

package struct SecretProjection: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var items: [KeyToPath] { get { value.views("items") } set { value.putViews("items", newValue) } }
    package var optional: Bool? { get { value["optional"].bool } set { value.putBool("optional", newValue) } }
}

package struct DownwardAPIProjection: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var items: [DownwardAPIVolumeFile] { get { value.views("items") } set { value.putViews("items", newValue) } }
}

package struct ConfigMapProjection: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var items: [KeyToPath] { get { value.views("items") } set { value.putViews("items", newValue) } }
    package var optional: Bool? { get { value["optional"].bool } set { value.putBool("optional", newValue) } }
}

package struct ServiceAccountTokenProjection: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var audience: String? { get { value["audience"].string } set { value.putString("audience", newValue) } }
    package var expirationSeconds: Int64? { get { value["expirationSeconds"].int } set { value.putInt64("expirationSeconds", newValue) } }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
}

package struct ClusterTrustBundleProjection: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var signerName: String? { get { value["signerName"].string } set { value.putString("signerName", newValue) } }
    package var labelSelector: LabelSelector { get { LabelSelector(value["labelSelector"]) } set { value.putValue("labelSelector", newValue.value) } }
    package var optional: Bool? { get { value["optional"].bool } set { value.putBool("optional", newValue) } }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
}

package struct PodCertificateProjection: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var signerName: String? { get { value["signerName"].string } set { value.putString("signerName", newValue) } }
    package var keyType: String? { get { value["keyType"].string } set { value.putString("keyType", newValue) } }
    package var maxExpirationSeconds: Int32? { get { value.int32("maxExpirationSeconds") } set { value.putInt32("maxExpirationSeconds", newValue) } }
    package var credentialBundlePath: String? { get { value["credentialBundlePath"].string } set { value.putString("credentialBundlePath", newValue) } }
    package var keyPath: String? { get { value["keyPath"].string } set { value.putString("keyPath", newValue) } }
    package var certificateChainPath: String? { get { value["certificateChainPath"].string } set { value.putString("certificateChainPath", newValue) } }
    package var userAnnotations: [String: String] { get { value["userAnnotations"].stringMap } set { value.putStringMap("userAnnotations", newValue) } }
}

package struct ScaleIOVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var gateway: String? { get { value["gateway"].string } set { value.putString("gateway", newValue) } }
    package var system: String? { get { value["system"].string } set { value.putString("system", newValue) } }
    package var secretRef: LocalObjectReference { get { LocalObjectReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
    package var sslEnabled: Bool? { get { value["sslEnabled"].bool } set { value.putBool("sslEnabled", newValue) } }
    package var protectionDomain: String? { get { value["protectionDomain"].string } set { value.putString("protectionDomain", newValue) } }
    package var storagePool: String? { get { value["storagePool"].string } set { value.putString("storagePool", newValue) } }
    package var storageMode: String? { get { value["storageMode"].string } set { value.putString("storageMode", newValue) } }
    package var volumeName: String? { get { value["volumeName"].string } set { value.putString("volumeName", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
}

package struct StorageOSVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var volumeName: String? { get { value["volumeName"].string } set { value.putString("volumeName", newValue) } }
    package var volumeNamespace: String? { get { value["volumeNamespace"].string } set { value.putString("volumeNamespace", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var secretRef: LocalObjectReference { get { LocalObjectReference(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
}

package struct CSIVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var driver: String? { get { value["driver"].string } set { value.putString("driver", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var fsType: String? { get { value["fsType"].string } set { value.putString("fsType", newValue) } }
    package var volumeAttributes: [String: String] { get { value["volumeAttributes"].stringMap } set { value.putStringMap("volumeAttributes", newValue) } }
    package var nodePublishSecretRef: LocalObjectReference { get { LocalObjectReference(value["nodePublishSecretRef"]) } set { value.putValue("nodePublishSecretRef", newValue.value) } }
}

package struct EphemeralVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var volumeClaimTemplate: PersistentVolumeClaimTemplate { get { PersistentVolumeClaimTemplate(value["volumeClaimTemplate"]) } set { value.putValue("volumeClaimTemplate", newValue.value) } }
}

package struct PersistentVolumeClaimTemplate: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: PersistentVolumeClaimSpec { get { PersistentVolumeClaimSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}
