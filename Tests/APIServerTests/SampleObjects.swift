import Objects
import Schema
import TestSupport

@testable import APIServer

/// One object of every kind that can be created: what validation asks for at least, and the reference object with as much in
/// it as validation lets pass.
enum SampleObjects {
    private static let container = #"{"name":"c","image":"i"}"#
    private static let podSpec = #"{"containers":[\#(container)]}"#
    private static let template = #"{"metadata":{"labels":{"a":"b"}},"spec":\#(podSpec)}"#
    private static let selector = #"{"matchLabels":{"a":"b"}}"#
    private static let webhook =
        #"{"webhooks":[{"name":"a.example.com","admissionReviewVersions":["v1"],"sideEffects":"None","matchPolicy":"Exact","clientConfig":{"url":"https://127.0.0.1:9/x"},"rules":[{"operations":["CREATE"],"apiGroups":["none.example.com"],"apiVersions":["v1"],"resources":["nothings"]}]}]}"#
    private static let constraints =
        #"{"resourceRules":[{"operations":["CREATE"],"apiGroups":["none.example.com"],"apiVersions":["v1"],"resources":["nothings"]}]}"#
    private static let event = #""reason":"Started","type":"Normal","involvedObject":{"kind":"Pod","namespace":"default","name":"p"}"#

    /// What a kind needs, by resource and group.
    private static let needs: [String: String] = [
        "bindings": #"{"target":{"kind":"Node","name":"none"}}"#,
        "endpoints": #"{"subsets":[{"addresses":[{"ip":"10.1.2.3"}],"ports":[{"port":80}]}]}"#,
        "events": #"{\#(event)}"#,
        "limitranges": #"{"spec":{"limits":[{"type":"Container","max":{"cpu":"2"}}]}}"#,
        "persistentvolumeclaims": #"{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}"#,
        "persistentvolumes": #"{"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/a"}}}"#,
        "pods": #"{"spec":{"serviceAccountName":"default","serviceAccount":"default","priorityClassName":null,"priority":null,"preemptionPolicy":null,"overhead":null,"runtimeClassName":null,"containers":[\#(container)]}}"#,
        "podtemplates": #"{"template":\#(template)}"#,
        "replicationcontrollers": #"{"spec":{"selector":{"a":"b"},"template":\#(template)}}"#,
        "resourcequotas": #"{"spec":{"hard":{"pods":"1000"}}}"#,
        "services": #"{"spec":{"ports":[{"port":80}]}}"#,
        "mutatingadmissionpolicies.admissionregistration.k8s.io":
            #"{"spec":{"matchConstraints":\#(constraints),"reinvocationPolicy":"Never","mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"Object{}"}}]}}"#,
        "mutatingadmissionpolicybindings.admissionregistration.k8s.io": #"{"spec":{"policyName":"none"}}"#,
        "mutatingwebhookconfigurations.admissionregistration.k8s.io": webhook,
        "validatingadmissionpolicies.admissionregistration.k8s.io":
            #"{"spec":{"matchConstraints":\#(constraints),"validations":[{"expression":"true"}]}}"#,
        "validatingadmissionpolicybindings.admissionregistration.k8s.io": #"{"spec":{"policyName":"none","validationActions":["Deny"]}}"#,
        "validatingwebhookconfigurations.admissionregistration.k8s.io": webhook,
        "customresourcedefinitions.apiextensions.k8s.io":
            #"{"metadata":{"name":"samples.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"samples","singular":"sample","kind":"Sample","listKind":"SampleList"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}"#,
        "apiservices.apiregistration.k8s.io":
            #"{"metadata":{"name":"v1.sample.example.com"},"spec":{"group":"sample.example.com","version":"v1","groupPriorityMinimum":100,"versionPriority":10,"insecureSkipTLSVerify":true,"service":{"namespace":"default","name":"none","port":443}}}"#,
        "controllerrevisions.apps": #"{"revision":1,"data":{"a":1}}"#,
        "daemonsets.apps": #"{"spec":{"selector":\#(selector),"template":\#(template)}}"#,
        "deployments.apps": #"{"spec":{"selector":\#(selector),"template":\#(template)}}"#,
        "replicasets.apps": #"{"spec":{"selector":\#(selector),"template":\#(template)}}"#,
        "statefulsets.apps": #"{"spec":{"selector":\#(selector),"serviceName":"s","template":\#(template)}}"#,
        "tokenreviews.authentication.k8s.io": #"{"spec":{"token":"x"}}"#,
        "localsubjectaccessreviews.authorization.k8s.io":
            #"{"spec":{"user":"u","resourceAttributes":{"namespace":"default","verb":"get","resource":"pods"}}}"#,
        "selfsubjectaccessreviews.authorization.k8s.io": #"{"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}"#,
        "selfsubjectrulesreviews.authorization.k8s.io": #"{"spec":{"namespace":"default"}}"#,
        "subjectaccessreviews.authorization.k8s.io": #"{"spec":{"user":"u","resourceAttributes":{"verb":"get","resource":"pods"}}}"#,
        "horizontalpodautoscalers.autoscaling":
            #"{"spec":{"maxReplicas":3,"minReplicas":1,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"d"}}}"#,
        "cronjobs.batch":
            #"{"spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[\#(container)]}}}}}}"#,
        "jobs.batch": #"{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[\#(container)]}}}}"#,
        "certificatesigningrequests.certificates.k8s.io": #"{"spec":{"signerName":"example.com/s","usages":["client auth"]}}"#,
        "leases.coordination.k8s.io": #"{"spec":{"holderIdentity":"h","leaseDurationSeconds":10}}"#,
        "endpointslices.discovery.k8s.io":
            #"{"addressType":"IPv4","endpoints":[{"addresses":["10.1.2.3"]}],"ports":[{"name":"p","port":80,"protocol":"TCP"}]}"#,
        "events.events.k8s.io":
            #"{"action":"Do","reason":"Started","type":"Normal","reportingController":"example.com/c","reportingInstance":"i","deprecatedCount":null,"deprecatedFirstTimestamp":null,"deprecatedLastTimestamp":null,"deprecatedSource":null,"eventTime":"2026-01-02T03:04:05.000006Z","regarding":{"kind":"Pod","namespace":"default","name":"p"}}"#,
        "flowschemas.flowcontrol.apiserver.k8s.io":
            #"{"spec":{"matchingPrecedence":5000,"priorityLevelConfiguration":{"name":"global-default"},"distinguisherMethod":{"type":"ByUser"},"rules":[{"subjects":[{"kind":"User","user":{"name":"none"}}],"resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"],"namespaces":["*"],"clusterScope":true}]}]}}"#,
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io":
            #"{"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":1,"limitResponse":{"type":"Queue","queuing":{"queues":8,"handSize":4,"queueLengthLimit":10}}}}}"#,
        "ingressclasses.networking.k8s.io": #"{"spec":{"controller":"example.com/c"}}"#,
        "ingresses.networking.k8s.io": #"{"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}}"#,
        "ipaddresses.networking.k8s.io":
            #"{"metadata":{"name":"10.77.0.1"},"spec":{"parentRef":{"resource":"services","namespace":"default","name":"s"}}}"#,
        "networkpolicies.networking.k8s.io": #"{"spec":{"podSelector":{},"policyTypes":["Ingress"],"ingress":[{}]}}"#,
        "servicecidrs.networking.k8s.io": #"{"spec":{"cidrs":["10.88.0.0/16"]}}"#,
        "runtimeclasses.node.k8s.io": #"{"handler":"h"}"#,
        "poddisruptionbudgets.policy": #"{"spec":{"minAvailable":1,"selector":\#(selector)}}"#,
        "clusterrolebindings.rbac.authorization.k8s.io": #"{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"none"}}"#,
        "rolebindings.rbac.authorization.k8s.io": #"{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"none"}}"#,
        "resourceclaims.resource.k8s.io": #"{"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"none"}}]}}}"#,
        "resourceclaimtemplates.resource.k8s.io":
            #"{"spec":{"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"none"}}]}}}}"#,
        "resourceslices.resource.k8s.io":
            #"{"spec":{"driver":"d.example.com","nodeName":"n","pool":{"name":"p","generation":1,"resourceSliceCount":1},"devices":[{"name":"d"}]}}"#,
        "priorityclasses.scheduling.k8s.io": #"{"value":10}"#,
        "csinodes.storage.k8s.io": #"{"spec":{"drivers":[{"name":"d.example.com","nodeID":"n"}]}}"#,
        "csistoragecapacities.storage.k8s.io": #"{"storageClassName":"none"}"#,
        "storageclasses.storage.k8s.io": #"{"provisioner":"example.com/p"}"#,
        "volumeattachments.storage.k8s.io": #"{"spec":{"attacher":"d.example.com","nodeName":"n","source":{"persistentVolumeName":"v"}}}"#,
        "volumeattributesclasses.storage.k8s.io": #"{"driverName":"d.example.com","parameters":{"a":"b"}}"#,
    ]

    /// The object that a kind asks for at least. A request for a certificate is made anew, which is why it is given.
    static func minimal(_ kind: KindDescription, name: String, certificateRequest: String) -> Value {
        let key = kind.id.group.isEmpty ? kind.resource : kind.resource + "." + kind.id.group
        var object = needs[key].flatMap { try? Value(json: Array($0.utf8)) } ?? .emptyObject
        if EarlierVersions.stable(kind.id) != nil { object = EarlierVersions.conversion(kind.id).served(object) }
        object["apiVersion"] = .string(kind.id.groupVersion.description)
        object["kind"] = .string(kind.id.kind)
        if object["metadata"]["name"].isNull { object["metadata"]["name"] = .string(name) }
        if kind.id.group == "authorization.k8s.io" { object["metadata"] = .emptyObject }
        if kind.isNamespaced { object["metadata"]["namespace"] = "default" }
        if kind.resource == "certificatesigningrequests" {
            object["spec"]["request"] = .string(Base64.encode(Array(certificateRequest.utf8)))
        }
        return object
    }

    /// The reference object of the kind, with what the kind needs put over it; nil when there is none.
    static func full(_ kind: KindDescription, over minimal: Value) -> Value? {
        let file = "api/testdata/\(ReferenceData.testdataName(kind.id)).json"
        guard let bytes = ReferenceData.bytes(file), var object = try? Value(json: bytes) else { return nil }
        var metadata = Value.emptyObject
        for key in ["labels", "annotations"] where object["metadata"].contains(key) { metadata[key] = object["metadata"][key] }
        object["metadata"] = metadata
        return overlaid(object, minimal)
    }

    /// `base` with all that `top` says in its place.
    static func overlaid(_ base: Value, _ top: Value) -> Value {
        guard case .object(var members) = base, case .object(let others) = top else { return top }
        for entry in others { members[entry.key] = overlaid(members[entry.key] ?? .null, entry.value) }
        return .object(members)
    }
}

/// A path as a Status writes it, such as `spec.ports[0].name` or `metadata.labels[a.b/c]`.
struct CausePath {
    private let steps: [String]

    init(_ text: String) {
        var steps: [String] = []
        var current = ""
        var isKey = false
        for character in text {
            switch character {
            case "." where !isKey, "[" where !isKey:
                if !current.isEmpty { steps.append(current) }
                current = ""
                isKey = character == "["
            case "]" where isKey:
                steps.append(current)
                current = ""
                isKey = false
            default: current.append(character)
            }
        }
        if !current.isEmpty { steps.append(current) }
        self.steps = steps
    }

    /// Takes away what stands here, or what is so many levels around it; where nothing stands, what is around that.
    func remove(from object: inout Value, up levels: Int) {
        for length in stride(from: steps.count - levels, through: 1, by: -1) where Self.remove(steps[..<length], from: &object) { return }
    }

    private static func remove(_ steps: ArraySlice<String>, from value: inout Value) -> Bool {
        guard let first = steps.first else { return false }
        let isLast = steps.count == 1
        switch value {
        case .object(var members):
            guard var inner = members[first] else { return false }
            if isLast {
                members[first] = nil
            } else if remove(steps.dropFirst(), from: &inner) {
                members[first] = inner
            } else {
                return false
            }
            value = .object(members)
        case .array(var elements):
            guard let index = Int(first), elements.indices.contains(index) else { return false }
            if isLast { elements.remove(at: index) } else if !remove(steps.dropFirst(), from: &elements[index]) { return false }
            value = .array(elements)
        default: return false
        }
        return true
    }
}
