import Objects
import Strategies
import Testing

struct PodTests {
    private static let pod = Subject(
        "", "v1", "Pod", "pods",
        #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"a","image":"i","ports":[{"containerPort":80}]}],"volumes":[{"name":"v","emptyDir":{}}]}}"#)

    @Test func aPlainPodPasses() throws { #expect(try Self.pod.createProblems() == []) }

    @Test(arguments: [
        RuleCase("spec.containers", "[]", "spec.containers Required"),
        RuleCase("spec.containers.0.name", #""""#, "spec.containers[0].name Required"),
        RuleCase("spec.containers.0.name", #""A_""#, "spec.containers[0].name Invalid"),
        RuleCase("spec.containers.1", #"{"name":"a","image":"i"}"#, "spec.containers[1].name Duplicate"),
        RuleCase("spec.containers.0.image", #""""#, "spec.containers[0].image Required"),
        RuleCase("spec.containers.0.imagePullPolicy", #""Maybe""#, "spec.containers[0].imagePullPolicy NotSupported"),
        RuleCase("spec.containers.0.ports.0.containerPort", "0", "spec.containers[0].ports[0].containerPort Required"),
        RuleCase("spec.containers.0.ports.0.containerPort", "65536", "spec.containers[0].ports[0].containerPort Invalid"),
        RuleCase("spec.containers.0.ports.0.protocol", #""HTTP""#, "spec.containers[0].ports[0].protocol NotSupported"),
        RuleCase("spec.containers.0.env", #"[{"value":"x"}]"#, "spec.containers[0].env[0].name Required"),
        RuleCase(
            "spec.containers.0.env", #"[{"name":"x","value":"y","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]"#,
            "spec.containers[0].env[0].valueFrom Invalid"),
        RuleCase("spec.containers.0.volumeMounts", #"[{"name":"w","mountPath":"/m"}]"#, "spec.containers[0].volumeMounts[0].name NotFound"),
        RuleCase("spec.containers.0.volumeMounts", #"[{"name":"v"}]"#, "spec.containers[0].volumeMounts[0].mountPath Required"),
        RuleCase("spec.containers.0.livenessProbe", "{}", "spec.containers[0].livenessProbe Required"),
        RuleCase(
            "spec.containers.0.livenessProbe", #"{"tcpSocket":{"port":1},"successThreshold":2}"#,
            "spec.containers[0].livenessProbe.successThreshold Invalid"),
        RuleCase("spec.containers.0.resources", #"{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}"#, "spec.containers[0].resources.requests Invalid"),
        RuleCase("spec.containers.0.resources", #"{"requests":{"cpu":"-1"}}"#, "spec.containers[0].resources.requests[cpu] Invalid"),
        RuleCase("spec.volumes.0", #"{"name":"v","emptyDir":{},"hostPath":{"path":"/"}}"#, "spec.volumes[0].hostPath Forbidden"),
        RuleCase("spec.volumes.1", #"{"name":"v","emptyDir":{}}"#, "spec.volumes[1].name Duplicate"),
        RuleCase("spec.volumes.0", #"{"name":"v","configMap":{}}"#, "spec.volumes[0].configMap.name Required"),
        RuleCase("spec.restartPolicy", #""Sometimes""#, "spec.restartPolicy NotSupported"),
        RuleCase("spec.dnsPolicy", #""None""#, "spec.dnsConfig Required"),
        RuleCase("spec.activeDeadlineSeconds", "0", "spec.activeDeadlineSeconds Invalid"),
        RuleCase("spec.nodeName", #""A""#, "spec.nodeName Invalid"),
        RuleCase("spec.tolerations", #"[{"operator":"Equal","value":"v"}]"#, "spec.tolerations[0].operator Invalid"),
        RuleCase("spec.hostAliases", #"[{"ip":"x"}]"#, "spec.hostAliases[0].ip Invalid"),
        RuleCase("spec.securityContext", #"{"runAsUser":-1}"#, "spec.securityContext.runAsUser Invalid"),
        RuleCase(
            "spec.securityContext", #"{"windowsOptions":{"hostProcess":true}}"#, "spec.hostNetwork Invalid"),
        RuleCase(
            "spec.containers.0.securityContext", #"{"windowsOptions":{"runAsUserName":"d*d\\u"}}"#,
            "spec.containers[0].securityContext.windowsOptions.runAsUserName Invalid"),
        RuleCase("metadata.annotations", #"{"scheduler.alpha.kubernetes.io/tolerations":"x"}"#, "metadata.annotations Invalid"),
        RuleCase(
            "spec.volumes.0", #"{"name":"v","iscsi":{"targetPortal":"t","iqn":"eui.1234","lun":0,"initiatorName":"z"}}"#,
            "spec.volumes[0].iscsi.iqn Invalid", "spec.volumes[0].iscsi.initiatorname Invalid"),
        RuleCase(
            "spec.volumes.0", #"{"name":"v","flexVolume":{"driver":"d","options":{"K8S.io":"x"}}}"#,
            "spec.volumes[0].flexVolume.options[K8S.io] Invalid"),
        RuleCase("spec.ephemeralContainers", #"[{"name":"e","image":"i"}]"#, "spec.ephemeralContainers Forbidden"),
    ])
    func rulesOfCreation(_ rule: RuleCase) throws { try Self.pod.expectCreate(rule) }

    @Test(arguments: [
        RuleCase("spec.containers.0.image", #""other""#),
        RuleCase("spec.containers.0.name", #""other""#, "spec Forbidden"),
        RuleCase("spec.nodeName", #""other""#, "spec Forbidden"),
        RuleCase("spec.activeDeadlineSeconds", "5"),
        RuleCase("spec.containers.1", #"{"name":"b","image":"i"}"#, "spec.containers Forbidden"),
    ])
    func rulesOfChanges(_ rule: RuleCase) throws { try Self.pod.expectUpdate(rule) }

    @Test func statusIsTheServersOnCreation() throws {
        var object = try Self.pod.object([("status", #"{"phase":"Running","podIP":"10.0.0.1"}"#)])
        Self.pod.strategy.prepareForCreate(&object)
        #expect(object["status"]["phase"] == "Pending")
        #expect(object["status"]["podIP"].isNull)
        #expect(object["status"]["qosClass"] == "BestEffort")
    }

    @Test func limitsAreRequestsToo() throws {
        let object = try Self.pod.object([("spec.containers.0.resources", #"{"limits":{"cpu":"1"}}"#)])
        #expect(object["spec"]["containers"][0]["resources"]["requests"]["cpu"] == "1")
    }
}
