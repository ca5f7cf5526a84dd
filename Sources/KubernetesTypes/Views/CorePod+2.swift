// Written by generate-views from the schema files. Changes here are lost.

package import Objects
import Schema

package struct ImageVolumeSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var reference: String? { get { value["reference"].string } set { value.putString("reference", newValue) } }
    package var pullPolicy: String? { get { value["pullPolicy"].string } set { value.putString("pullPolicy", newValue) } }
}

package struct Container: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var image: String? { get { value["image"].string } set { value.putString("image", newValue) } }
    package var command: [String] { get { value["command"].strings } set { value.putStrings("command", newValue) } }
    package var args: [String] { get { value["args"].strings } set { value.putStrings("args", newValue) } }
    package var workingDir: String? { get { value["workingDir"].string } set { value.putString("workingDir", newValue) } }
    package var ports: [ContainerPort] { get { value.views("ports") } set { value.putViews("ports", newValue) } }
    package var envFrom: [EnvFromSource] { get { value.views("envFrom") } set { value.putViews("envFrom", newValue) } }
    package var env: [EnvVar] { get { value.views("env") } set { value.putViews("env", newValue) } }
    package var resources: ResourceRequirements { get { ResourceRequirements(value["resources"]) } set { value.putValue("resources", newValue.value) } }
    package var resizePolicy: [ContainerResizePolicy] { get { value.views("resizePolicy") } set { value.putViews("resizePolicy", newValue) } }
    package var restartPolicy: String? { get { value["restartPolicy"].string } set { value.putString("restartPolicy", newValue) } }
    package var restartPolicyRules: [ContainerRestartRule] { get { value.views("restartPolicyRules") } set { value.putViews("restartPolicyRules", newValue) } }
    package var volumeMounts: [VolumeMount] { get { value.views("volumeMounts") } set { value.putViews("volumeMounts", newValue) } }
    package var volumeDevices: [VolumeDevice] { get { value.views("volumeDevices") } set { value.putViews("volumeDevices", newValue) } }
    package var livenessProbe: Probe { get { Probe(value["livenessProbe"]) } set { value.putValue("livenessProbe", newValue.value) } }
    package var readinessProbe: Probe { get { Probe(value["readinessProbe"]) } set { value.putValue("readinessProbe", newValue.value) } }
    package var startupProbe: Probe { get { Probe(value["startupProbe"]) } set { value.putValue("startupProbe", newValue.value) } }
    package var lifecycle: Lifecycle { get { Lifecycle(value["lifecycle"]) } set { value.putValue("lifecycle", newValue.value) } }
    package var terminationMessagePath: String? { get { value["terminationMessagePath"].string } set { value.putString("terminationMessagePath", newValue) } }
    package var terminationMessagePolicy: String? { get { value["terminationMessagePolicy"].string } set { value.putString("terminationMessagePolicy", newValue) } }
    package var imagePullPolicy: String? { get { value["imagePullPolicy"].string } set { value.putString("imagePullPolicy", newValue) } }
    package var securityContext: SecurityContext { get { SecurityContext(value["securityContext"]) } set { value.putValue("securityContext", newValue.value) } }
    package var stdin: Bool? { get { value["stdin"].bool } set { value.putBool("stdin", newValue) } }
    package var stdinOnce: Bool? { get { value["stdinOnce"].bool } set { value.putBool("stdinOnce", newValue) } }
    package var tty: Bool? { get { value["tty"].bool } set { value.putBool("tty", newValue) } }
}

package struct ContainerPort: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var hostPort: Int32? { get { value.int32("hostPort") } set { value.putInt32("hostPort", newValue) } }
    package var containerPort: Int32? { get { value.int32("containerPort") } set { value.putInt32("containerPort", newValue) } }
    package var `protocol`: String? { get { value["protocol"].string } set { value.putString("protocol", newValue) } }
    package var hostIP: String? { get { value["hostIP"].string } set { value.putString("hostIP", newValue) } }
}

package struct EnvFromSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var prefix: String? { get { value["prefix"].string } set { value.putString("prefix", newValue) } }
    package var configMapRef: ConfigMapEnvSource { get { ConfigMapEnvSource(value["configMapRef"]) } set { value.putValue("configMapRef", newValue.value) } }
    package var secretRef: SecretEnvSource { get { SecretEnvSource(value["secretRef"]) } set { value.putValue("secretRef", newValue.value) } }
}

package struct ConfigMapEnvSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var optional: Bool? { get { value["optional"].bool } set { value.putBool("optional", newValue) } }
}

package struct SecretEnvSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var optional: Bool? { get { value["optional"].bool } set { value.putBool("optional", newValue) } }
}

package struct EnvVar: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
    package var valueFrom: EnvVarSource { get { EnvVarSource(value["valueFrom"]) } set { value.putValue("valueFrom", newValue.value) } }
}

package struct EnvVarSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var fieldRef: ObjectFieldSelector { get { ObjectFieldSelector(value["fieldRef"]) } set { value.putValue("fieldRef", newValue.value) } }
    package var resourceFieldRef: ResourceFieldSelector { get { ResourceFieldSelector(value["resourceFieldRef"]) } set { value.putValue("resourceFieldRef", newValue.value) } }
    package var configMapKeyRef: ConfigMapKeySelector { get { ConfigMapKeySelector(value["configMapKeyRef"]) } set { value.putValue("configMapKeyRef", newValue.value) } }
    package var secretKeyRef: SecretKeySelector { get { SecretKeySelector(value["secretKeyRef"]) } set { value.putValue("secretKeyRef", newValue.value) } }
    package var fileKeyRef: FileKeySelector { get { FileKeySelector(value["fileKeyRef"]) } set { value.putValue("fileKeyRef", newValue.value) } }
}

package struct ConfigMapKeySelector: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var optional: Bool? { get { value["optional"].bool } set { value.putBool("optional", newValue) } }
}

package struct SecretKeySelector: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var optional: Bool? { get { value["optional"].bool } set { value.putBool("optional", newValue) } }
}

package struct FileKeySelector: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var volumeName: String? { get { value["volumeName"].string } set { value.putString("volumeName", newValue) } }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var optional: Bool? { get { value["optional"].bool } set { value.putBool("optional", newValue) } }
}

package struct ResourceRequirements: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var limits: [String: String] { get { value["limits"].stringMap } set { value.putStringMap("limits", newValue) } }
    package var requests: [String: String] { get { value["requests"].stringMap } set { value.putStringMap("requests", newValue) } }
    package var claims: [CoreResourceClaim] { get { value.views("claims") } set { value.putViews("claims", newValue) } }
}

package struct CoreResourceClaim: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var request: String? { get { value["request"].string } set { value.putString("request", newValue) } }
}

package struct ContainerResizePolicy: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var resourceName: String? { get { value["resourceName"].string } set { value.putString("resourceName", newValue) } }
    package var restartPolicy: String? { get { value["restartPolicy"].string } set { value.putString("restartPolicy", newValue) } }
}

package struct ContainerRestartRule: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var action: String? { get { value["action"].string } set { value.putString("action", newValue) } }
    package var exitCodes: ContainerRestartRuleOnExitCodes { get { ContainerRestartRuleOnExitCodes(value["exitCodes"]) } set { value.putValue("exitCodes", newValue.value) } }
}

package struct ContainerRestartRuleOnExitCodes: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var `operator`: String? { get { value["operator"].string } set { value.putString("operator", newValue) } }
    package var values: [Int64] { get { value.ints("values") } set { value.putInts("values", newValue) } }
}

package struct VolumeMount: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var readOnly: Bool? { get { value["readOnly"].bool } set { value.putBool("readOnly", newValue) } }
    package var recursiveReadOnly: String? { get { value["recursiveReadOnly"].string } set { value.putString("recursiveReadOnly", newValue) } }
    package var mountPath: String? { get { value["mountPath"].string } set { value.putString("mountPath", newValue) } }
    package var subPath: String? { get { value["subPath"].string } set { value.putString("subPath", newValue) } }
    package var mountPropagation: String? { get { value["mountPropagation"].string } set { value.putString("mountPropagation", newValue) } }
    package var subPathExpr: String? { get { value["subPathExpr"].string } set { value.putString("subPathExpr", newValue) } }
}

package struct VolumeDevice: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var devicePath: String? { get { value["devicePath"].string } set { value.putString("devicePath", newValue) } }
}

package struct Probe: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var exec: ExecAction { get { ExecAction(value["exec"]) } set { value.putValue("exec", newValue.value) } }
    package var httpGet: HTTPGetAction { get { HTTPGetAction(value["httpGet"]) } set { value.putValue("httpGet", newValue.value) } }
    package var tcpSocket: TCPSocketAction { get { TCPSocketAction(value["tcpSocket"]) } set { value.putValue("tcpSocket", newValue.value) } }
    package var grpc: GRPCAction { get { GRPCAction(value["grpc"]) } set { value.putValue("grpc", newValue.value) } }
    package var initialDelaySeconds: Int32? { get { value.int32("initialDelaySeconds") } set { value.putInt32("initialDelaySeconds", newValue) } }
    package var timeoutSeconds: Int32? { get { value.int32("timeoutSeconds") } set { value.putInt32("timeoutSeconds", newValue) } }
    package var periodSeconds: Int32? { get { value.int32("periodSeconds") } set { value.putInt32("periodSeconds", newValue) } }
    package var successThreshold: Int32? { get { value.int32("successThreshold") } set { value.putInt32("successThreshold", newValue) } }
    package var failureThreshold: Int32? { get { value.int32("failureThreshold") } set { value.putInt32("failureThreshold", newValue) } }
    package var terminationGracePeriodSeconds: Int64? { get { value["terminationGracePeriodSeconds"].int } set { value.putInt64("terminationGracePeriodSeconds", newValue) } }
}

package struct ExecAction: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var command: [String] { get { value["command"].strings } set { value.putStrings("command", newValue) } }
}

package struct HTTPGetAction: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var path: String? { get { value["path"].string } set { value.putString("path", newValue) } }
    package var port: Value { get { value["port"] } set { value.putValue("port", newValue) } }
    package var host: String? { get { value["host"].string } set { value.putString("host", newValue) } }
    package var scheme: String? { get { value["scheme"].string } set { value.putString("scheme", newValue) } }
    package var httpHeaders: [HTTPHeader] { get { value.views("httpHeaders") } set { value.putViews("httpHeaders", newValue) } }
}

package struct HTTPHeader: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
}

package struct TCPSocketAction: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var port: Value { get { value["port"] } set { value.putValue("port", newValue) } }
    package var host: String? { get { value["host"].string } set { value.putString("host", newValue) } }
}

package struct GRPCAction: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var port: Int32? { get { value.int32("port") } set { value.putInt32("port", newValue) } }
    package var service: String? { get { value["service"].string } set { value.putString("service", newValue) } }
}

package struct Lifecycle: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var postStart: LifecycleHandler { get { LifecycleHandler(value["postStart"]) } set { value.putValue("postStart", newValue.value) } }
    package var preStop: LifecycleHandler { get { LifecycleHandler(value["preStop"]) } set { value.putValue("preStop", newValue.value) } }
    package var stopSignal: String? { get { value["stopSignal"].string } set { value.putString("stopSignal", newValue) } }
}

package struct LifecycleHandler: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var exec: ExecAction { get { ExecAction(value["exec"]) } set { value.putValue("exec", newValue.value) } }
    package var httpGet: HTTPGetAction { get { HTTPGetAction(value["httpGet"]) } set { value.putValue("httpGet", newValue.value) } }
    package var tcpSocket: TCPSocketAction { get { TCPSocketAction(value["tcpSocket"]) } set { value.putValue("tcpSocket", newValue.value) } }
    package var sleep: SleepAction { get { SleepAction(value["sleep"]) } set { value.putValue("sleep", newValue.value) } }
}

package struct SleepAction: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var seconds: Int64? { get { value["seconds"].int } set { value.putInt64("seconds", newValue) } }
}

package struct SecurityContext: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var capabilities: Capabilities { get { Capabilities(value["capabilities"]) } set { value.putValue("capabilities", newValue.value) } }
    package var privileged: Bool? { get { value["privileged"].bool } set { value.putBool("privileged", newValue) } }
    package var seLinuxOptions: SELinuxOptions { get { SELinuxOptions(value["seLinuxOptions"]) } set { value.putValue("seLinuxOptions", newValue.value) } }
    package var windowsOptions: WindowsSecurityContextOptions { get { WindowsSecurityContextOptions(value["windowsOptions"]) } set { value.putValue("windowsOptions", newValue.value) } }
    package var runAsUser: Int64? { get { value["runAsUser"].int } set { value.putInt64("runAsUser", newValue) } }
    package var runAsGroup: Int64? { get { value["runAsGroup"].int } set { value.putInt64("runAsGroup", newValue) } }
    package var runAsNonRoot: Bool? { get { value["runAsNonRoot"].bool } set { value.putBool("runAsNonRoot", newValue) } }
    package var readOnlyRootFilesystem: Bool? { get { value["readOnlyRootFilesystem"].bool } set { value.putBool("readOnlyRootFilesystem", newValue) } }
    package var allowPrivilegeEscalation: Bool? { get { value["allowPrivilegeEscalation"].bool } set { value.putBool("allowPrivilegeEscalation", newValue) } }
    package var procMount: String? { get { value["procMount"].string } set { value.putString("procMount", newValue) } }
    package var seccompProfile: SeccompProfile { get { SeccompProfile(value["seccompProfile"]) } set { value.putValue("seccompProfile", newValue.value) } }
    package var appArmorProfile: AppArmorProfile { get { AppArmorProfile(value["appArmorProfile"]) } set { value.putValue("appArmorProfile", newValue.value) } }
}

package struct Capabilities: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var add: [String] { get { value["add"].strings } set { value.putStrings("add", newValue) } }
    package var drop: [String] { get { value["drop"].strings } set { value.putStrings("drop", newValue) } }
}

package struct SELinuxOptions: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var user: String? { get { value["user"].string } set { value.putString("user", newValue) } }
    package var role: String? { get { value["role"].string } set { value.putString("role", newValue) } }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var level: String? { get { value["level"].string } set { value.putString("level", newValue) } }
}

package struct WindowsSecurityContextOptions: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var gmsaCredentialSpecName: String? { get { value["gmsaCredentialSpecName"].string } set { value.putString("gmsaCredentialSpecName", newValue) } }
    package var gmsaCredentialSpec: String? { get { value["gmsaCredentialSpec"].string } set { value.putString("gmsaCredentialSpec", newValue) } }
    package var runAsUserName: String? { get { value["runAsUserName"].string } set { value.putString("runAsUserName", newValue) } }
    package var hostProcess: Bool? { get { value["hostProcess"].bool } set { value.putBool("hostProcess", newValue) } }
}

package struct SeccompProfile: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var localhostProfile: String? { get { value["localhostProfile"].string } set { value.putString("localhostProfile", newValue) } }
}

package struct AppArmorProfile: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var localhostProfile: String? { get { value["localhostProfile"].string } set { value.putString("localhostProfile", newValue) } }
}

package struct EphemeralContainer: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var image: String? { get { value["image"].string } set { value.putString("image", newValue) } }
    package var command: [String] { get { value["command"].strings } set { value.putStrings("command", newValue) } }
    package var args: [String] { get { value["args"].strings } set { value.putStrings("args", newValue) } }
    package var workingDir: String? { get { value["workingDir"].string } set { value.putString("workingDir", newValue) } }
    package var ports: [ContainerPort] { get { value.views("ports") } set { value.putViews("ports", newValue) } }
    package var envFrom: [EnvFromSource] { get { value.views("envFrom") } set { value.putViews("envFrom", newValue) } }
    package var env: [EnvVar] { get { value.views("env") } set { value.putViews("env", newValue) } }
    package var resources: ResourceRequirements { get { ResourceRequirements(value["resources"]) } set { value.putValue("resources", newValue.value) } }
    package var resizePolicy: [ContainerResizePolicy] { get { value.views("resizePolicy") } set { value.putViews("resizePolicy", newValue) } }
    package var restartPolicy: String? { get { value["restartPolicy"].string } set { value.putString("restartPolicy", newValue) } }
    package var restartPolicyRules: [ContainerRestartRule] { get { value.views("restartPolicyRules") } set { value.putViews("restartPolicyRules", newValue) } }
    package var volumeMounts: [VolumeMount] { get { value.views("volumeMounts") } set { value.putViews("volumeMounts", newValue) } }
    package var volumeDevices: [VolumeDevice] { get { value.views("volumeDevices") } set { value.putViews("volumeDevices", newValue) } }
    package var livenessProbe: Probe { get { Probe(value["livenessProbe"]) } set { value.putValue("livenessProbe", newValue.value) } }
    package var readinessProbe: Probe { get { Probe(value["readinessProbe"]) } set { value.putValue("readinessProbe", newValue.value) } }
    package var startupProbe: Probe { get { Probe(value["startupProbe"]) } set { value.putValue("startupProbe", newValue.value) } }
    package var lifecycle: Lifecycle { get { Lifecycle(value["lifecycle"]) } set { value.putValue("lifecycle", newValue.value) } }
    package var terminationMessagePath: String? { get { value["terminationMessagePath"].string } set { value.putString("terminationMessagePath", newValue) } }
    package var terminationMessagePolicy: String? { get { value["terminationMessagePolicy"].string } set { value.putString("terminationMessagePolicy", newValue) } }
    package var imagePullPolicy: String? { get { value["imagePullPolicy"].string } set { value.putString("imagePullPolicy", newValue) } }
    package var securityContext: SecurityContext { get { SecurityContext(value["securityContext"]) } set { value.putValue("securityContext", newValue.value) } }
    package var stdin: Bool? { get { value["stdin"].bool } set { value.putBool("stdin", newValue) } }
    package var stdinOnce: Bool? { get { value["stdinOnce"].bool } set { value.putBool("stdinOnce", newValue) } }
    package var tty: Bool? { get { value["tty"].bool } set { value.putBool("tty", newValue) } }
    package var targetContainerName: String? { get { value["targetContainerName"].string } set { value.putString("targetContainerName", newValue) } }
}

package struct PodSecurityContext: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var seLinuxOptions: SELinuxOptions { get { SELinuxOptions(value["seLinuxOptions"]) } set { value.putValue("seLinuxOptions", newValue.value) } }
    package var windowsOptions: WindowsSecurityContextOptions { get { WindowsSecurityContextOptions(value["windowsOptions"]) } set { value.putValue("windowsOptions", newValue.value) } }
    package var runAsUser: Int64? { get { value["runAsUser"].int } set { value.putInt64("runAsUser", newValue) } }
    package var runAsGroup: Int64? { get { value["runAsGroup"].int } set { value.putInt64("runAsGroup", newValue) } }
    package var runAsNonRoot: Bool? { get { value["runAsNonRoot"].bool } set { value.putBool("runAsNonRoot", newValue) } }
    package var supplementalGroups: [Int64] { get { value.ints("supplementalGroups") } set { value.putInts("supplementalGroups", newValue) } }
    package var supplementalGroupsPolicy: String? { get { value["supplementalGroupsPolicy"].string } set { value.putString("supplementalGroupsPolicy", newValue) } }
    package var fsGroup: Int64? { get { value["fsGroup"].int } set { value.putInt64("fsGroup", newValue) } }
    package var sysctls: [Sysctl] { get { value.views("sysctls") } set { value.putViews("sysctls", newValue) } }
    package var fsGroupChangePolicy: String? { get { value["fsGroupChangePolicy"].string } set { value.putString("fsGroupChangePolicy", newValue) } }
    package var seccompProfile: SeccompProfile { get { SeccompProfile(value["seccompProfile"]) } set { value.putValue("seccompProfile", newValue.value) } }
    package var appArmorProfile: AppArmorProfile { get { AppArmorProfile(value["appArmorProfile"]) } set { value.putValue("appArmorProfile", newValue.value) } }
    package var seLinuxChangePolicy: String? { get { value["seLinuxChangePolicy"].string } set { value.putString("seLinuxChangePolicy", newValue) } }
}

package struct Sysctl: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var valueField: String? { get { value["value"].string } set { value.putString("value", newValue) } }
}

package struct Affinity: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var nodeAffinity: NodeAffinity { get { NodeAffinity(value["nodeAffinity"]) } set { value.putValue("nodeAffinity", newValue.value) } }
    package var podAffinity: PodAffinity { get { PodAffinity(value["podAffinity"]) } set { value.putValue("podAffinity", newValue.value) } }
    package var podAntiAffinity: PodAntiAffinity { get { PodAntiAffinity(value["podAntiAffinity"]) } set { value.putValue("podAntiAffinity", newValue.value) } }
}

package struct NodeAffinity: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var requiredDuringSchedulingIgnoredDuringExecution: NodeSelector { get { NodeSelector(value["requiredDuringSchedulingIgnoredDuringExecution"]) } set { value.putValue("requiredDuringSchedulingIgnoredDuringExecution", newValue.value) } }
    package var preferredDuringSchedulingIgnoredDuringExecution: [PreferredSchedulingTerm] { get { value.views("preferredDuringSchedulingIgnoredDuringExecution") } set { value.putViews("preferredDuringSchedulingIgnoredDuringExecution", newValue) } }
}

package struct PreferredSchedulingTerm: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var weight: Int32? { get { value.int32("weight") } set { value.putInt32("weight", newValue) } }
    package var preference: NodeSelectorTerm { get { NodeSelectorTerm(value["preference"]) } set { value.putValue("preference", newValue.value) } }
}
