// Written by generate-views from the schema files. Changes here are lost.

package import Objects
import Schema

package struct PodAffinity: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var requiredDuringSchedulingIgnoredDuringExecution: [PodAffinityTerm] { get { value.views("requiredDuringSchedulingIgnoredDuringExecution") } set { value.putViews("requiredDuringSchedulingIgnoredDuringExecution", newValue) } }
    package var preferredDuringSchedulingIgnoredDuringExecution: [WeightedPodAffinityTerm] { get { value.views("preferredDuringSchedulingIgnoredDuringExecution") } set { value.putViews("preferredDuringSchedulingIgnoredDuringExecution", newValue) } }
}

package struct PodAffinityTerm: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var labelSelector: LabelSelector { get { LabelSelector(value["labelSelector"]) } set { value.putValue("labelSelector", newValue.value) } }
    package var namespaces: [String] { get { value["namespaces"].strings } set { value.putStrings("namespaces", newValue) } }
    package var topologyKey: String? { get { value["topologyKey"].string } set { value.putString("topologyKey", newValue) } }
    package var namespaceSelector: LabelSelector { get { LabelSelector(value["namespaceSelector"]) } set { value.putValue("namespaceSelector", newValue.value) } }
    package var matchLabelKeys: [String] { get { value["matchLabelKeys"].strings } set { value.putStrings("matchLabelKeys", newValue) } }
    package var mismatchLabelKeys: [String] { get { value["mismatchLabelKeys"].strings } set { value.putStrings("mismatchLabelKeys", newValue) } }
}

package struct WeightedPodAffinityTerm: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var weight: Int32? { get { value.int32("weight") } set { value.putInt32("weight", newValue) } }
    package var podAffinityTerm: PodAffinityTerm { get { PodAffinityTerm(value["podAffinityTerm"]) } set { value.putValue("podAffinityTerm", newValue.value) } }
}

package struct PodAntiAffinity: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var requiredDuringSchedulingIgnoredDuringExecution: [PodAffinityTerm] { get { value.views("requiredDuringSchedulingIgnoredDuringExecution") } set { value.putViews("requiredDuringSchedulingIgnoredDuringExecution", newValue) } }
    package var preferredDuringSchedulingIgnoredDuringExecution: [WeightedPodAffinityTerm] { get { value.views("preferredDuringSchedulingIgnoredDuringExecution") } set { value.putViews("preferredDuringSchedulingIgnoredDuringExecution", newValue) } }
}

package struct Toleration: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var `operator`: String? { get { value["operator"].string } set { value.putString("operator", newValue) } }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
    package var effect: String? { get { value["effect"].string } set { value.putString("effect", newValue) } }
    package var tolerationSeconds: Int64? { get { value["tolerationSeconds"].int } set { value.putInt64("tolerationSeconds", newValue) } }
}

package struct HostAlias: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ip: String? { get { value["ip"].string } set { value.putString("ip", newValue) } }
    package var hostnames: [String] { get { value["hostnames"].strings } set { value.putStrings("hostnames", newValue) } }
}

package struct PodDNSConfig: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var nameservers: [String] { get { value["nameservers"].strings } set { value.putStrings("nameservers", newValue) } }
    package var searches: [String] { get { value["searches"].strings } set { value.putStrings("searches", newValue) } }
    package var options: [PodDNSConfigOption] { get { value.views("options") } set { value.putViews("options", newValue) } }
}

package struct PodDNSConfigOption: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
}

package struct PodReadinessGate: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var conditionType: String? { get { value["conditionType"].string } set { value.putString("conditionType", newValue) } }
}

package struct TopologySpreadConstraint: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var maxSkew: Int32? { get { value.int32("maxSkew") } set { value.putInt32("maxSkew", newValue) } }
    package var topologyKey: String? { get { value["topologyKey"].string } set { value.putString("topologyKey", newValue) } }
    package var whenUnsatisfiable: String? { get { value["whenUnsatisfiable"].string } set { value.putString("whenUnsatisfiable", newValue) } }
    package var labelSelector: LabelSelector { get { LabelSelector(value["labelSelector"]) } set { value.putValue("labelSelector", newValue.value) } }
    package var minDomains: Int32? { get { value.int32("minDomains") } set { value.putInt32("minDomains", newValue) } }
    package var nodeAffinityPolicy: String? { get { value["nodeAffinityPolicy"].string } set { value.putString("nodeAffinityPolicy", newValue) } }
    package var nodeTaintsPolicy: String? { get { value["nodeTaintsPolicy"].string } set { value.putString("nodeTaintsPolicy", newValue) } }
    package var matchLabelKeys: [String] { get { value["matchLabelKeys"].strings } set { value.putStrings("matchLabelKeys", newValue) } }
}

package struct PodOS: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}

package struct PodSchedulingGate: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
}

package struct PodResourceClaim: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var resourceClaimName: String? { get { value["resourceClaimName"].string } set { value.putString("resourceClaimName", newValue) } }
    package var resourceClaimTemplateName: String? { get { value["resourceClaimTemplateName"].string } set { value.putString("resourceClaimTemplateName", newValue) } }
}

package struct PodSchedulingGroup: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var podGroupName: String? { get { value["podGroupName"].string } set { value.putString("podGroupName", newValue) } }
}

package struct PodStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
    package var phase: String? { get { value["phase"].string } set { value.putString("phase", newValue) } }
    package var conditions: [PodCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var nominatedNodeName: String? { get { value["nominatedNodeName"].string } set { value.putString("nominatedNodeName", newValue) } }
    package var hostIP: String? { get { value["hostIP"].string } set { value.putString("hostIP", newValue) } }
    package var hostIPs: [HostIP] { get { value.views("hostIPs") } set { value.putViews("hostIPs", newValue) } }
    package var podIP: String? { get { value["podIP"].string } set { value.putString("podIP", newValue) } }
    package var podIPs: [PodIP] { get { value.views("podIPs") } set { value.putViews("podIPs", newValue) } }
    package var startTime: String? { get { value["startTime"].string } set { value.putString("startTime", newValue) } }
    package var initContainerStatuses: [ContainerStatus] { get { value.views("initContainerStatuses") } set { value.putViews("initContainerStatuses", newValue) } }
    package var containerStatuses: [ContainerStatus] { get { value.views("containerStatuses") } set { value.putViews("containerStatuses", newValue) } }
    package var qosClass: String? { get { value["qosClass"].string } set { value.putString("qosClass", newValue) } }
    package var ephemeralContainerStatuses: [ContainerStatus] { get { value.views("ephemeralContainerStatuses") } set { value.putViews("ephemeralContainerStatuses", newValue) } }
    package var resize: String? { get { value["resize"].string } set { value.putString("resize", newValue) } }
    package var resourceClaimStatuses: [PodResourceClaimStatus] { get { value.views("resourceClaimStatuses") } set { value.putViews("resourceClaimStatuses", newValue) } }
    package var extendedResourceClaimStatus: PodExtendedResourceClaimStatus { get { PodExtendedResourceClaimStatus(value["extendedResourceClaimStatus"]) } set { value.putValue("extendedResourceClaimStatus", newValue.value) } }
    package var allocatedResources: [String: String] { get { value["allocatedResources"].stringMap } set { value.putStringMap("allocatedResources", newValue) } }
    package var resources: ResourceRequirements { get { ResourceRequirements(value["resources"]) } set { value.putValue("resources", newValue.value) } }
    package var nodeAllocatableResourceClaimStatuses: [NodeAllocatableResourceClaimStatus] { get { value.views("nodeAllocatableResourceClaimStatuses") } set { value.putViews("nodeAllocatableResourceClaimStatuses", newValue) } }
}

package struct PodCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var observedGeneration: Int64? { get { value["observedGeneration"].int } set { value.putInt64("observedGeneration", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastProbeTime: String? { get { value["lastProbeTime"].string } set { value.putString("lastProbeTime", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}

package struct HostIP: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ip: String? { get { value["ip"].string } set { value.putString("ip", newValue) } }
}

package struct PodIP: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var ip: String? { get { value["ip"].string } set { value.putString("ip", newValue) } }
}

package struct ContainerStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var state: ContainerState { get { ContainerState(value["state"]) } set { value.putValue("state", newValue.value) } }
    package var lastState: ContainerState { get { ContainerState(value["lastState"]) } set { value.putValue("lastState", newValue.value) } }
    package var ready: Bool? { get { value["ready"].bool } set { value.putBool("ready", newValue) } }
    package var restartCount: Int32? { get { value.int32("restartCount") } set { value.putInt32("restartCount", newValue) } }
    package var image: String? { get { value["image"].string } set { value.putString("image", newValue) } }
    package var imageID: String? { get { value["imageID"].string } set { value.putString("imageID", newValue) } }
    package var containerID: String? { get { value["containerID"].string } set { value.putString("containerID", newValue) } }
    package var started: Bool? { get { value["started"].bool } set { value.putBool("started", newValue) } }
    package var allocatedResources: [String: String] { get { value["allocatedResources"].stringMap } set { value.putStringMap("allocatedResources", newValue) } }
    package var resources: ResourceRequirements { get { ResourceRequirements(value["resources"]) } set { value.putValue("resources", newValue.value) } }
    package var volumeMounts: [VolumeMountStatus] { get { value.views("volumeMounts") } set { value.putViews("volumeMounts", newValue) } }
    package var user: ContainerUser { get { ContainerUser(value["user"]) } set { value.putValue("user", newValue.value) } }
    package var allocatedResourcesStatus: [ResourceStatus] { get { value.views("allocatedResourcesStatus") } set { value.putViews("allocatedResourcesStatus", newValue) } }
    package var stopSignal: String? { get { value["stopSignal"].string } set { value.putString("stopSignal", newValue) } }
}

package struct ContainerState: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var waiting: ContainerStateWaiting { get { ContainerStateWaiting(value["waiting"]) } set { value.putValue("waiting", newValue.value) } }
    package var running: ContainerStateRunning { get { ContainerStateRunning(value["running"]) } set { value.putValue("running", newValue.value) } }
    package var terminated: ContainerStateTerminated { get { ContainerStateTerminated(value["terminated"]) } set { value.putValue("terminated", newValue.value) } }
}

package struct ContainerStateWaiting: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}

package struct ContainerStateRunning: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var startedAt: String? { get { value["startedAt"].string } set { value.putString("startedAt", newValue) } }
}

package struct ContainerStateTerminated: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var exitCode: Int32? { get { value.int32("exitCode") } set { value.putInt32("exitCode", newValue) } }
    package var signal: Int32? { get { value.int32("signal") } set { value.putInt32("signal", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var startedAt: String? { get { value["startedAt"].string } set { value.putString("startedAt", newValue) } }
    package var finishedAt: String? { get { value["finishedAt"].string } set { value.putString("finishedAt", newValue) } }
    package var containerID: String? { get { value["containerID"].string } set { value.putString("containerID", newValue) } }
}

package struct VolumeMountStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var mountPath: String? { get { value["mountPath"].string } set { value.putString("mountPath", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var recursiveReadOnly: String? { get { value["recursiveReadOnly"].string } set { value.putString("recursiveReadOnly", newValue) } }
    package var volumeStatus: VolumeStatus { get { VolumeStatus(value["volumeStatus"]) } set { value.putValue("volumeStatus", newValue.value) } }
}

package struct VolumeStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var image: ImageVolumeStatus { get { ImageVolumeStatus(value["image"]) } set { value.putValue("image", newValue.value) } }
}

package struct ImageVolumeStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var imageRef: String? { get { value["imageRef"].string } set { value.putString("imageRef", newValue) } }
}

package struct ContainerUser: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var linux: LinuxContainerUser { get { LinuxContainerUser(value["linux"]) } set { value.putValue("linux", newValue.value) } }
}

package struct LinuxContainerUser: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var uid: Int64? { get { value["uid"].int } set { value.putInt64("uid", newValue) } }
    package var gid: Int64? { get { value["gid"].int } set { value.putInt64("gid", newValue) } }
    package var supplementalGroups: [Int64] { get { value.ints("supplementalGroups") } set { value.putInts("supplementalGroups", newValue) } }
}

package struct ResourceStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var resources: [ResourceHealth] { get { value.views("resources") } set { value.putViews("resources", newValue) } }
}

package struct ResourceHealth: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var resourceID: String? { get { value["resourceID"].string } set { value.putString("resourceID", newValue) } }
    package var health: String? { get { value["health"].string } set { value.putString("health", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}

package struct PodResourceClaimStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var resourceClaimName: String? { get { value["resourceClaimName"].string } set { value.putString("resourceClaimName", newValue) } }
}

package struct PodExtendedResourceClaimStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var requestMappings: [ContainerExtendedResourceRequest] { get { value.views("requestMappings") } set { value.putViews("requestMappings", newValue) } }
    package var resourceClaimName: String? { get { value["resourceClaimName"].string } set { value.putString("resourceClaimName", newValue) } }
}

package struct ContainerExtendedResourceRequest: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var containerName: String? { get { value["containerName"].string } set { value.putString("containerName", newValue) } }
    package var resourceName: String? { get { value["resourceName"].string } set { value.putString("resourceName", newValue) } }
    package var requestName: String? { get { value["requestName"].string } set { value.putString("requestName", newValue) } }
}

package struct NodeAllocatableResourceClaimStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var resourceClaimName: String? { get { value["resourceClaimName"].string } set { value.putString("resourceClaimName", newValue) } }
    package var containers: [String] { get { value["containers"].strings } set { value.putStrings("containers", newValue) } }
    package var resources: [String: String] { get { value["resources"].stringMap } set { value.putStringMap("resources", newValue) } }
}
