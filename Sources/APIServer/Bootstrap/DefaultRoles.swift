import Objects

/// The roles and bindings of a new cluster, as Kubernetes v1.36 makes them.
///
/// `verbs : groups : resources : names` for resources, `verbs @ paths` for what is none.
enum DefaultRoles {
    /// Roles of the cluster as objects, with the labels of built-in ones.
    static let clusterRoles: [Value] = parsed.filter { $0.kind == "clusterrole" }.map(\.object)
    static let clusterRoleBindings: [Value] = parsed.filter { $0.kind == "clusterbinding" }.map(\.object)
    static let roles: [(namespace: String, role: Value)] = parsed.filter { $0.kind == "role" }.map { ($0.namespace, $0.object) }
    static let roleBindings: [(namespace: String, binding: Value)] = parsed.filter { $0.kind == "binding" }
        .map { ($0.namespace, $0.object) }

    private struct Entry {
        let kind: String
        let namespace: String
        var object: Value
    }

    private static let parsed: [Entry] = {
        var entries: [Entry] = []
        for line in (text + "\n" + controllers).split(separator: "\n") {
            if line.hasPrefix("  ") {
                guard var entry = entries.popLast() else { continue }
                add(line.dropFirst(2), to: &entry.object)
                entries.append(entry)
            } else {
                entries.append(header(line))
            }
        }
        return entries
    }()

    private static func header(_ line: Substring) -> Entry {
        let words = line.split(separator: " ").map(String.init)
        let kind = words[0]
        let path = words[1].split(separator: "/", maxSplits: 1).map(String.init)
        let isNamespaced = kind == "role" || kind == "binding"
        let name = isNamespaced ? path[path.count - 1] : words[1]
        var metadata: Value = [
            "name": .string(name), "labels": ["kubernetes.io/bootstrapping": "rbac-defaults"],
            "annotations": [RoleReconciliation.annotation: "true"],
        ]
        var object = Value.emptyObject
        for word in words.dropFirst(2) {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let colon = parts[1].lastIndex(of: ":") else { continue }
            let key = String(parts[1][..<colon])
            let value = Value.string(String(parts[1][parts[1].index(after: colon)...]))
            if parts[0] == "label" {
                metadata["labels"][key] = value
            } else {
                let selector: Value = ["matchLabels": .object(Members([(key, value)]))]
                object["aggregationRule"] = ["clusterRoleSelectors": .array(object["aggregationRule"]["clusterRoleSelectors"].array + [selector])]
            }
        }
        object["metadata"] = metadata
        if kind == "clusterrole" || kind == "role" { object["rules"] = [] }
        return Entry(kind: kind, namespace: isNamespaced ? path[0] : "", object: object)
    }

    private static func add(_ line: Substring, to object: inout Value) {
        let words = line.split(separator: " ").map(String.init)
        switch words[0] {
        case "role" where words.count == 3:
            object["roleRef"] = ["apiGroup": "rbac.authorization.k8s.io", "kind": .string(words[1]), "name": .string(words[2])]
        case "subject" where words.count == 3:
            var subject: Value = ["kind": .string(words[1])]
            if words[1] == "ServiceAccount" {
                let parts = words[2].split(separator: "/").map(String.init)
                subject["name"] = .string(parts[parts.count - 1])
                subject["namespace"] = .string(parts[0])
            } else {
                subject["apiGroup"] = "rbac.authorization.k8s.io"
                subject["name"] = .string(words[2])
            }
            object["subjects"] = .array(object["subjects"].array + [subject])
        default:
            let rule: PolicyRule
            if let at = words.firstIndex(of: "@") {
                rule = PolicyRule(verbs: list(words[0]), paths: list(words[at + 1]))
            } else {
                let parts = words.filter { $0 != ":" }
                rule = PolicyRule(
                    verbs: list(parts[0]), groups: list(parts[1]), resources: list(parts[2]),
                    resourceNames: parts.count > 3 ? list(parts[3]) : [])
            }
            object["rules"] = .array(object["rules"].array + [rule.value])
        }
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { $0 == "\"\"" ? "" : String($0) }
    }

    private static let text = #"""
        clusterrole admin aggregates=rbac.authorization.k8s.io/aggregate-to-admin:true
        clusterrole cluster-admin
          * : * : *
          * @ *
        clusterrole edit label=rbac.authorization.k8s.io/aggregate-to-admin:true aggregates=rbac.authorization.k8s.io/aggregate-to-edit:true
        clusterrole system:aggregate-to-admin label=rbac.authorization.k8s.io/aggregate-to-admin:true
          create : authorization.k8s.io : localsubjectaccessreviews
          create,delete,deletecollection,get,list,patch,update,watch : rbac.authorization.k8s.io : rolebindings,roles
        clusterrole system:aggregate-to-edit label=rbac.authorization.k8s.io/aggregate-to-edit:true
          get,list,watch : "" : pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy
          impersonate : "" : serviceaccounts
          create,delete,deletecollection,patch,update : "" : pods,pods/attach,pods/exec,pods/portforward,pods/proxy
          create : "" : pods/eviction
          create,delete,deletecollection,patch,update : "" : configmaps,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy
          create : "" : serviceaccounts/token
          create,delete,deletecollection,patch,update : "",events.k8s.io : events
          create,delete,deletecollection,patch,update : apps : daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale
          create,delete,deletecollection,patch,update : autoscaling : horizontalpodautoscalers
          create,delete,deletecollection,patch,update : batch : cronjobs,jobs
          create,delete,deletecollection,patch,update : extensions : daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale
          create,delete,deletecollection,patch,update : policy : poddisruptionbudgets
          create,delete,deletecollection,patch,update : networking.k8s.io : ingresses,networkpolicies
          create,delete,deletecollection,get,list,patch,update,watch : coordination.k8s.io : leases
          create,delete,deletecollection,patch,update : resource.k8s.io : resourceclaims,resourceclaimtemplates
        clusterrole system:aggregate-to-view label=rbac.authorization.k8s.io/aggregate-to-view:true
          get,list,watch : "" : configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status
          get,list,watch : "" : bindings,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status
          get,list,watch : "" : namespaces
          get,list,watch : "",events.k8s.io : events
          get,list,watch : discovery.k8s.io : endpointslices
          get,list,watch : apps : controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status
          get,list,watch : autoscaling : horizontalpodautoscalers,horizontalpodautoscalers/status
          get,list,watch : batch : cronjobs,cronjobs/status,jobs,jobs/status
          get,list,watch : extensions : daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale
          get,list,watch : policy : poddisruptionbudgets,poddisruptionbudgets/status
          get,list,watch : networking.k8s.io : ingresses,ingresses/status,networkpolicies
          get,list,watch : resource.k8s.io : resourceclaims,resourceclaims/status,resourceclaimtemplates
        clusterrole system:certificates.k8s.io:certificatesigningrequests:nodeclient
          create : certificates.k8s.io : certificatesigningrequests/nodeclient
        clusterrole system:certificates.k8s.io:certificatesigningrequests:selfnodeclient
          create : certificates.k8s.io : certificatesigningrequests/selfnodeclient
        clusterrole system:certificates.k8s.io:kube-apiserver-client-approver
          approve : certificates.k8s.io : signers : kubernetes.io/kube-apiserver-client
        clusterrole system:certificates.k8s.io:kube-apiserver-client-kubelet-approver
          approve : certificates.k8s.io : signers : kubernetes.io/kube-apiserver-client-kubelet
        clusterrole system:certificates.k8s.io:kubelet-serving-approver
          approve : certificates.k8s.io : signers : kubernetes.io/kubelet-serving
        clusterrole system:certificates.k8s.io:legacy-unknown-approver
          approve : certificates.k8s.io : signers : kubernetes.io/legacy-unknown
        clusterrole system:controller:attachdetach-controller
          list,watch : "" : persistentvolumeclaims,persistentvolumes
          get,list,watch : "" : nodes
          patch,update : "" : nodes/status
          list,watch : "" : pods
          create,patch,update : "",events.k8s.io : events
          create,delete,get,list,watch : storage.k8s.io : volumeattachments
          get,list,watch : storage.k8s.io : csidrivers
          get,list,watch : storage.k8s.io : csinodes
        clusterrole system:controller:certificate-controller
          delete,get,list,watch : certificates.k8s.io : certificatesigningrequests
          update : certificates.k8s.io : certificatesigningrequests/approval,certificatesigningrequests/status
          approve : certificates.k8s.io : signers : kubernetes.io/kube-apiserver-client-kubelet
          sign : certificates.k8s.io : signers : kubernetes.io/kube-apiserver-client,kubernetes.io/kube-apiserver-client-kubelet,kubernetes.io/kubelet-serving,kubernetes.io/legacy-unknown
          create : authorization.k8s.io : subjectaccessreviews
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:clusterrole-aggregation-controller
          escalate,get,list,patch,update,watch : rbac.authorization.k8s.io : clusterroles
        clusterrole system:controller:cronjob-controller
          get,list,update,watch : batch : cronjobs
          create,delete,get,list,patch,update,watch : batch : jobs
          update : batch : cronjobs/status
          update : batch : cronjobs/finalizers
          delete,list,watch : "" : pods
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:daemon-set-controller
          get,list,watch : apps,extensions : daemonsets
          update : apps,extensions : daemonsets/status
          update : apps,extensions : daemonsets/finalizers
          list,watch : "" : nodes
          create,delete,list,patch,watch : "" : pods
          create : "" : pods/binding
          create,delete,get,list,patch,update,watch : apps : controllerrevisions
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:deployment-controller
          get,list,update,watch : apps,extensions : deployments
          update : apps,extensions : deployments/status
          update : apps,extensions : deployments/finalizers
          create,delete,get,list,patch,update,watch : apps,extensions : replicasets
          get,list,update,watch : "" : pods
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:device-taint-eviction-controller
          delete,get,list,watch : "" : pods
          patch,update : "" : pods/status
          get,list,watch : resource.k8s.io : resourceclaims
          get,list,watch : resource.k8s.io : resourceslices
          get,list,watch : resource.k8s.io : deviceclasses
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:disruption-controller
          get,list,watch : apps,extensions : deployments
          get,list,watch : apps,extensions : replicasets
          get,list,watch : "" : replicationcontrollers
          get,list,watch : policy : poddisruptionbudgets
          get,list,watch : apps : statefulsets
          update : policy : poddisruptionbudgets/status
          patch,update : "" : pods/status
          get : * : */scale
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:endpoint-controller
          get,list,watch : "" : pods,services
          create,delete,get,list,update,watch : "" : endpoints
          create : "" : endpoints/restricted
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:endpointslice-controller
          get,list,watch : "" : nodes,pods,services
          update : "" : services/finalizers
          create,delete,get,list,update,watch : discovery.k8s.io : endpointslices
          create : discovery.k8s.io : endpointslices/restricted
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:endpointslicemirroring-controller
          get,list,watch : "" : endpoints,services
          update : "" : services/finalizers
          update : "" : endpoints/finalizers
          create,delete,get,list,update,watch : discovery.k8s.io : endpointslices
          create : discovery.k8s.io : endpointslices/restricted
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:ephemeral-volume-controller
          get,list,watch : "" : pods
          update : "" : pods/finalizers
          create,get,list,watch : "" : persistentvolumeclaims
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:expand-controller
          get,list,patch,update,watch : "" : persistentvolumes
          patch,update : "" : persistentvolumeclaims/status
          get,list,watch : "" : persistentvolumeclaims
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:generic-garbage-collector
          delete,get,list,patch,update,watch : * : *
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:horizontal-pod-autoscaler
          get,list,watch : autoscaling : horizontalpodautoscalers
          update : autoscaling : horizontalpodautoscalers/status
          get,update : * : */scale
          list,watch : "" : pods
          list,watch : metrics.k8s.io : pods
          get,list,watch : custom.metrics.k8s.io : *
          get,list,watch : external.metrics.k8s.io : *
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:job-controller
          get,list,patch,update,watch : batch : jobs
          update : batch : jobs/status
          update : batch : jobs/finalizers
          create,delete,list,patch,watch : "" : pods
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:legacy-service-account-token-cleaner
          get : "" : configmaps : kube-apiserver-legacy-service-account-token-tracking
          delete,patch : "" : secrets
        clusterrole system:controller:namespace-controller
          delete,get,list,watch : "" : namespaces
          update : "" : namespaces/finalize,namespaces/status
          delete,deletecollection,get,list,watch : * : *
        clusterrole system:controller:node-controller
          delete,get,list,patch,update,watch : "" : nodes
          patch,update : "" : nodes/status
          patch,update : "" : pods/status
          delete,get,list,watch : "" : pods
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:persistent-volume-binder
          create,delete,get,list,update,watch : "" : persistentvolumes
          update : "" : persistentvolumes/status
          get,list,update,watch : "" : persistentvolumeclaims
          update : "" : persistentvolumeclaims/status
          create,delete,get,list,watch : "" : pods
          get,list,watch : storage.k8s.io : storageclasses
          list,watch : "" : nodes
          create,patch,update : "",events.k8s.io : events
          watch : "" : events
        clusterrole system:controller:pod-garbage-collector
          delete,list,watch : "" : pods
          get,list,watch : "" : nodes
          patch : "" : pods/status
        clusterrole system:controller:pv-protection-controller
          get,list,update,watch : "" : persistentvolumes
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:pvc-protection-controller
          get,list,update,watch : "" : persistentvolumeclaims
          update : "" : persistentvolumeclaims/status
          get,list,watch : "" : pods
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:replicaset-controller
          get,list,update,watch : apps,extensions : replicasets
          update : apps,extensions : replicasets/status
          update : apps,extensions : replicasets/finalizers
          create,delete,list,patch,watch : "" : pods
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:replication-controller
          get,list,update,watch : "" : replicationcontrollers
          update : "" : replicationcontrollers/status
          update : "" : replicationcontrollers/finalizers
          create,delete,list,patch,watch : "" : pods
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:resource-claim-controller
          get,list,watch : "" : pods
          update : "" : pods/finalizers
          create,delete,get,list,watch : resource.k8s.io : resourceclaims
          patch,update : resource.k8s.io : resourceclaims,resourceclaims/status
          patch,update : "" : pods/status
          create,patch,update : "",events.k8s.io : events
          patch,update : resource.k8s.io : resourceclaims/binding
        clusterrole system:kube-controller-manager
          create,patch,update : "",events.k8s.io : events
          create : coordination.k8s.io : leases
          get,update : coordination.k8s.io : leases : kube-controller-manager
          create : "" : secrets,serviceaccounts
          delete : "" : secrets
          get : "" : configmaps,namespaces,secrets,serviceaccounts
          update : "" : secrets,serviceaccounts
          create : authentication.k8s.io : tokenreviews
          create : authorization.k8s.io : subjectaccessreviews
          list,watch : * : *
          create : "" : serviceaccounts/token
        clusterrole system:kube-scheduler
          create,patch,update : "",events.k8s.io : events
          create : coordination.k8s.io : leases
          get,list,update,watch : coordination.k8s.io : leases : kube-scheduler
          create,delete,deletecollection,get,list,patch,update,watch : coordination.k8s.io : leasecandidates
          get,list,watch : "" : nodes
          delete,get,list,watch : "" : pods
          create : "" : bindings,pods/binding
          patch,update : "" : pods/status
          get,list,watch : "" : replicationcontrollers,services
          get,list,watch : apps,extensions : replicasets
          get,list,watch : apps : statefulsets
          get,list,watch : policy : poddisruptionbudgets
          get,list,watch : "" : persistentvolumeclaims,persistentvolumes
          create : authentication.k8s.io : tokenreviews
          create : authorization.k8s.io : subjectaccessreviews
          get,list,watch : storage.k8s.io : csinodes
          get,list,watch : storage.k8s.io : volumeattachments
          get,list,watch : "" : namespaces
          get,list,watch : storage.k8s.io : csidrivers
          get,list,watch : storage.k8s.io : csistoragecapacities
          get,list,watch : resource.k8s.io : deviceclasses
          get,list,patch,update,watch : resource.k8s.io : resourceclaims
          get,list,patch,update,watch : resource.k8s.io : resourceclaims/status
          update : "" : pods/finalizers
          get,list,watch : resource.k8s.io : resourceslices
          create,delete : resource.k8s.io : resourceclaims
          patch,update : resource.k8s.io : resourceclaims/binding
        clusterrole system:node
          create : authentication.k8s.io : tokenreviews
          create : authorization.k8s.io : localsubjectaccessreviews,subjectaccessreviews
          get,list,watch : "" : services
          create,get,list,watch : "" : nodes
          patch,update : "" : nodes/status
          patch,update : "" : nodes
          create,patch,update : "",events.k8s.io : events
          get,list,watch : "" : pods
          create,delete : "" : pods
          patch,update : "" : pods/status
          create : "" : pods/eviction
          get,list,watch : "" : configmaps,secrets
          get : "" : persistentvolumeclaims,persistentvolumes
          get : "" : endpoints
          create,get,list,watch : certificates.k8s.io : certificatesigningrequests
          create,delete,get,patch,update : coordination.k8s.io : leases
          get : storage.k8s.io : volumeattachments
          create : "" : serviceaccounts/token
          get,patch,update : "" : persistentvolumeclaims/status
          get,list,watch : storage.k8s.io : csidrivers
          create,delete,get,patch,update : storage.k8s.io : csinodes
          get,list,watch : node.k8s.io : runtimeclasses
          get : resource.k8s.io : resourceclaims
          deletecollection : resource.k8s.io : resourceslices
          get : "" : serviceaccounts
        clusterrole system:node-problem-detector
          get : "" : nodes
          patch : "" : nodes/status
          create,patch,update : "",events.k8s.io : events
        clusterrole system:node-proxier
          list,watch : "" : endpoints,services
          get,list,watch : "" : nodes
          create,patch,update : "",events.k8s.io : events
          list,watch : networking.k8s.io : servicecidrs
          list,watch : discovery.k8s.io : endpointslices
        clusterrole system:persistent-volume-provisioner
          create,delete,get,list,watch : "" : persistentvolumes
          get,list,update,watch : "" : persistentvolumeclaims
          get,list,watch : storage.k8s.io : storageclasses
          watch : "" : events
          create,patch,update : "",events.k8s.io : events
        clusterrole system:public-info-viewer
          get @ /healthz,/livez,/readyz,/version,/version/
        clusterrole system:service-account-issuer-discovery
          get @ /.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/
        clusterrole system:volume-scheduler
          get,list,patch,update,watch : "" : persistentvolumes
          get,list,watch : storage.k8s.io : storageclasses
          get,list,patch,update,watch : "" : persistentvolumeclaims
        clusterrole view label=rbac.authorization.k8s.io/aggregate-to-edit:true aggregates=rbac.authorization.k8s.io/aggregate-to-view:true
        role kube-public/system:controller:bootstrap-signer
          get,list,watch : "" : configmaps
          update : "" : configmaps : cluster-info
          create,patch,update : "",events.k8s.io : events
        role kube-system/extension-apiserver-authentication-reader
          get,list,watch : "" : configmaps : extension-apiserver-authentication
        role kube-system/system::leader-locking-kube-controller-manager
          create,get,list,update,watch : coordination.k8s.io : leases
          create,get,list,update,watch : coordination.k8s.io : leasecandidates
        role kube-system/system::leader-locking-kube-scheduler
          create,get,list,update,watch : coordination.k8s.io : leases
          create,get,list,update,watch : coordination.k8s.io : leasecandidates
        role kube-system/system:controller:bootstrap-signer
          get,list,watch : "" : secrets
        role kube-system/system:controller:cloud-provider
          create,get,list,watch : "" : configmaps
        role kube-system/system:controller:token-cleaner
          delete,get,list,watch : "" : secrets
          create,patch,update : "",events.k8s.io : events
        clusterbinding system:controller:attachdetach-controller
          role ClusterRole system:controller:attachdetach-controller
          subject ServiceAccount kube-system/attachdetach-controller
        clusterbinding system:controller:certificate-controller
          role ClusterRole system:controller:certificate-controller
          subject ServiceAccount kube-system/certificate-controller
        clusterbinding system:controller:clusterrole-aggregation-controller
          role ClusterRole system:controller:clusterrole-aggregation-controller
          subject ServiceAccount kube-system/clusterrole-aggregation-controller
        clusterbinding system:controller:cronjob-controller
          role ClusterRole system:controller:cronjob-controller
          subject ServiceAccount kube-system/cronjob-controller
        clusterbinding system:controller:daemon-set-controller
          role ClusterRole system:controller:daemon-set-controller
          subject ServiceAccount kube-system/daemon-set-controller
        clusterbinding system:controller:deployment-controller
          role ClusterRole system:controller:deployment-controller
          subject ServiceAccount kube-system/deployment-controller
        clusterbinding system:controller:device-taint-eviction-controller
          role ClusterRole system:controller:device-taint-eviction-controller
          subject ServiceAccount kube-system/device-taint-eviction-controller
        clusterbinding system:controller:disruption-controller
          role ClusterRole system:controller:disruption-controller
          subject ServiceAccount kube-system/disruption-controller
        clusterbinding system:controller:endpoint-controller
          role ClusterRole system:controller:endpoint-controller
          subject ServiceAccount kube-system/endpoint-controller
        clusterbinding system:controller:endpointslice-controller
          role ClusterRole system:controller:endpointslice-controller
          subject ServiceAccount kube-system/endpointslice-controller
        clusterbinding system:controller:endpointslicemirroring-controller
          role ClusterRole system:controller:endpointslicemirroring-controller
          subject ServiceAccount kube-system/endpointslicemirroring-controller
        clusterbinding system:controller:ephemeral-volume-controller
          role ClusterRole system:controller:ephemeral-volume-controller
          subject ServiceAccount kube-system/ephemeral-volume-controller
        clusterbinding system:controller:expand-controller
          role ClusterRole system:controller:expand-controller
          subject ServiceAccount kube-system/expand-controller
        clusterbinding system:controller:generic-garbage-collector
          role ClusterRole system:controller:generic-garbage-collector
          subject ServiceAccount kube-system/generic-garbage-collector
        clusterbinding system:controller:horizontal-pod-autoscaler
          role ClusterRole system:controller:horizontal-pod-autoscaler
          subject ServiceAccount kube-system/horizontal-pod-autoscaler
        clusterbinding system:controller:job-controller
          role ClusterRole system:controller:job-controller
          subject ServiceAccount kube-system/job-controller
        clusterbinding system:controller:legacy-service-account-token-cleaner
          role ClusterRole system:controller:legacy-service-account-token-cleaner
          subject ServiceAccount kube-system/legacy-service-account-token-cleaner
        clusterbinding system:controller:namespace-controller
          role ClusterRole system:controller:namespace-controller
          subject ServiceAccount kube-system/namespace-controller
        clusterbinding system:controller:node-controller
          role ClusterRole system:controller:node-controller
          subject ServiceAccount kube-system/node-controller
        clusterbinding system:controller:persistent-volume-binder
          role ClusterRole system:controller:persistent-volume-binder
          subject ServiceAccount kube-system/persistent-volume-binder
        clusterbinding system:controller:pod-garbage-collector
          role ClusterRole system:controller:pod-garbage-collector
          subject ServiceAccount kube-system/pod-garbage-collector
        clusterbinding system:controller:pv-protection-controller
          role ClusterRole system:controller:pv-protection-controller
          subject ServiceAccount kube-system/pv-protection-controller
        clusterbinding system:controller:pvc-protection-controller
          role ClusterRole system:controller:pvc-protection-controller
          subject ServiceAccount kube-system/pvc-protection-controller
        clusterbinding system:controller:replicaset-controller
          role ClusterRole system:controller:replicaset-controller
          subject ServiceAccount kube-system/replicaset-controller
        clusterbinding system:controller:replication-controller
          role ClusterRole system:controller:replication-controller
          subject ServiceAccount kube-system/replication-controller
        clusterbinding system:controller:resource-claim-controller
          role ClusterRole system:controller:resource-claim-controller
          subject ServiceAccount kube-system/resource-claim-controller
        clusterbinding system:controller:resourcequota-controller
          role ClusterRole system:controller:resourcequota-controller
          subject ServiceAccount kube-system/resourcequota-controller
        clusterbinding system:controller:root-ca-cert-publisher
          role ClusterRole system:controller:root-ca-cert-publisher
          subject ServiceAccount kube-system/root-ca-cert-publisher
        clusterbinding system:controller:route-controller
          role ClusterRole system:controller:route-controller
          subject ServiceAccount kube-system/route-controller
        clusterbinding system:controller:selinux-warning-controller
          role ClusterRole system:controller:selinux-warning-controller
          subject ServiceAccount kube-system/selinux-warning-controller
        clusterbinding system:controller:service-account-controller
          role ClusterRole system:controller:service-account-controller
          subject ServiceAccount kube-system/service-account-controller
        clusterbinding system:controller:service-cidrs-controller
          role ClusterRole system:controller:service-cidrs-controller
          subject ServiceAccount kube-system/service-cidrs-controller
        clusterbinding system:controller:service-controller
          role ClusterRole system:controller:service-controller
          subject ServiceAccount kube-system/service-controller
        clusterbinding system:controller:statefulset-controller
          role ClusterRole system:controller:statefulset-controller
          subject ServiceAccount kube-system/statefulset-controller
        clusterbinding system:controller:ttl-after-finished-controller
          role ClusterRole system:controller:ttl-after-finished-controller
          subject ServiceAccount kube-system/ttl-after-finished-controller
        clusterbinding system:controller:ttl-controller
          role ClusterRole system:controller:ttl-controller
          subject ServiceAccount kube-system/ttl-controller
        clusterbinding system:controller:validatingadmissionpolicy-status-controller
          role ClusterRole system:controller:validatingadmissionpolicy-status-controller
          subject ServiceAccount kube-system/validatingadmissionpolicy-status-controller
        clusterbinding system:controller:volumeattributesclass-protection-controller
          role ClusterRole system:controller:volumeattributesclass-protection-controller
          subject ServiceAccount kube-system/volumeattributesclass-protection-controller
        binding kube-public/system:controller:bootstrap-signer
          role Role system:controller:bootstrap-signer
          subject ServiceAccount kube-system/bootstrap-signer
        binding kube-system/system::extension-apiserver-authentication-reader
          role Role extension-apiserver-authentication-reader
          subject User system:kube-controller-manager
          subject User system:kube-scheduler
        binding kube-system/system::leader-locking-kube-controller-manager
          role Role system::leader-locking-kube-controller-manager
          subject User system:kube-controller-manager
          subject ServiceAccount kube-system/kube-controller-manager
          subject ServiceAccount kube-system/leader-election-controller
        binding kube-system/system::leader-locking-kube-scheduler
          role Role system::leader-locking-kube-scheduler
          subject User system:kube-scheduler
          subject ServiceAccount kube-system/kube-scheduler
        binding kube-system/system:controller:bootstrap-signer
          role Role system:controller:bootstrap-signer
          subject ServiceAccount kube-system/bootstrap-signer
        binding kube-system/system:controller:cloud-provider
          role Role system:controller:cloud-provider
          subject ServiceAccount kube-system/cloud-provider
        binding kube-system/system:controller:token-cleaner
          role Role system:controller:token-cleaner
          subject ServiceAccount kube-system/token-cleaner
        clusterrole system:basic-user
          create : authorization.k8s.io : selfsubjectaccessreviews,selfsubjectrulesreviews
          create : authentication.k8s.io : selfsubjectreviews
        clusterrole system:discovery
          get @ /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/
        clusterrole system:monitoring
          get @ /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*
        clusterrole system:auth-delegator
          create : authentication.k8s.io : tokenreviews
          create : authorization.k8s.io : subjectaccessreviews
        clusterrole system:kubelet-api-admin
          get,list,watch : "" : nodes
          proxy : "" : nodes
          * : "" : nodes/configz,nodes/healthz,nodes/log,nodes/metrics,nodes/pods,nodes/proxy,nodes/stats
        clusterrole system:node-bootstrapper
          create,get,list,watch : certificates.k8s.io : certificatesigningrequests
        clusterrole system:heapster
          get,list,watch : "" : events,namespaces,nodes,pods
          get,list,watch : extensions : deployments
        clusterrole system:kube-aggregator
          get,list,watch : "" : endpoints,services
        clusterrole system:kube-dns
          list,watch : "" : endpoints,services
        clusterrole system:coredns
          list,watch : "" : endpoints,services,pods,namespaces
          list,watch : discovery.k8s.io : endpointslices
        clusterrole system:certificates.k8s.io:kube-apiserver-client-signer
          sign : certificates.k8s.io : signers : kubernetes.io/kube-apiserver-client
        clusterbinding cluster-admin
          role ClusterRole cluster-admin
          subject Group system:masters
        clusterbinding system:basic-user
          role ClusterRole system:basic-user
          subject Group system:authenticated
        clusterbinding system:discovery
          role ClusterRole system:discovery
          subject Group system:authenticated
        clusterbinding system:public-info-viewer
          role ClusterRole system:public-info-viewer
          subject Group system:authenticated
          subject Group system:unauthenticated
        clusterbinding system:monitoring
          role ClusterRole system:monitoring
          subject Group system:monitoring
        clusterbinding system:node-proxier
          role ClusterRole system:node-proxier
          subject User system:kube-proxy
        clusterbinding system:node
          role ClusterRole system:node
        clusterbinding system:kube-controller-manager
          role ClusterRole system:kube-controller-manager
          subject User system:kube-controller-manager
        clusterbinding system:kube-scheduler
          role ClusterRole system:kube-scheduler
          subject User system:kube-scheduler
        clusterbinding system:volume-scheduler
          role ClusterRole system:volume-scheduler
          subject User system:kube-scheduler
        clusterbinding system:kube-dns
          role ClusterRole system:kube-dns
          subject ServiceAccount kube-system/kube-dns
        clusterbinding system:service-account-issuer-discovery
          role ClusterRole system:service-account-issuer-discovery
          subject Group system:serviceaccounts
        """#
}
