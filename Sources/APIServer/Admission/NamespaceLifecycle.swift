import KubernetesTypes
import Objects
import Schema

/// Nothing is created in a namespace that does not exist or is being deleted, and the first ones stay.
struct NamespaceLifecycle: MutatingAdmission {
    let name = "NamespaceLifecycle"
    let namespaces: ResourceStore
    private static let permanent: Set<String> = ["default", "kube-system", "kube-public"]

    func admit(_ attributes: inout AdmissionAttributes, warnings: WarningList) async throws(StatusError) {
        if attributes.kind.kind == "Namespace", attributes.kind.group.isEmpty {
            if attributes.operation == .delete, Self.permanent.contains(attributes.name) {
                throw .forbidden(attributes.resource, attributes.name, "this namespace may not be deleted")
            }
            return
        }
        guard !attributes.namespace.isEmpty, attributes.operation == .create else { return }
        guard let namespace = namespaces.cache.object(attributes.namespace) else {
            throw .notFound(namespaces.resource, attributes.namespace)
        }
        if namespace.value["metadata"]["deletionTimestamp"].string != nil || namespace.value["status"]["phase"].string == "Terminating" {
            let base = StatusError.forbidden(
                attributes.resource, attributes.name,
                "unable to create new content in namespace \(attributes.namespace) because it is being terminated")
            var details = base.details
            details["causes"] = [
                [
                    "reason": "NamespaceTerminating",
                    "message": .string("namespace \(attributes.namespace) is being terminated"), "field": "metadata.namespace",
                ]
            ]
            throw StatusError(code: 403, reason: "Forbidden", message: base.message, details: details)
        }
    }
}

/// Pods run as a service account: the default one when they name none, and they get its token.
struct ServiceAccountAdmission: MutatingAdmission {
    let name = "ServiceAccount"
    let accounts: ResourceStore

    private static let mountPath = "/var/run/secrets/kubernetes.io/serviceaccount"

    func admit(_ attributes: inout AdmissionAttributes, warnings: WarningList) async throws(StatusError) {
        guard attributes.kind == GroupVersionKind(group: "", version: "v1", kind: "Pod"), attributes.operation == .create,
            attributes.subresource.isEmpty
        else { return }
        // A mirror of a static pod runs on its node already; it may not use what the API holds.
        if attributes.object["metadata"]["annotations"]["kubernetes.io/config.mirror"].string != nil { return }
        var pod = attributes.object
        let accountName = pod["spec"]["serviceAccountName"].string.flatMap { $0.isEmpty ? nil : $0 } ?? "default"
        pod["spec"]["serviceAccountName"] = .string(accountName)
        pod["spec"]["serviceAccount"] = .string(accountName)
        guard let account = accounts.cache.object(ResourceStore.key(attributes.namespace, accountName))?.value else {
            throw .forbidden(
                attributes.resource, attributes.name,
                "error looking up service account \(attributes.namespace)/\(accountName): serviceaccount \"\(accountName)\" not found")
        }
        if pod["spec"]["imagePullSecrets"].array.isEmpty, !account["imagePullSecrets"].array.isEmpty {
            pod["spec"]["imagePullSecrets"] = account["imagePullSecrets"]
        }
        if pod["spec"]["automountServiceAccountToken"].bool ?? account["automountServiceAccountToken"].bool ?? true {
            mountToken(&pod)
        }
        attributes.object = pod
    }

    private func mountToken(_ pod: inout Value) {
        var volumeName = pod["spec"]["volumes"].array.compactMap { $0["name"].string }.first { $0.hasPrefix("kube-api-access-") } ?? ""
        let isNew = volumeName.isEmpty
        if isNew { volumeName = Naming.generate("kube-api-access-") }
        var isMounted = false
        for key in ["initContainers", "containers"] {
            for index in pod["spec"][key].array.indices {
                let mounts = pod["spec"][key][index]["volumeMounts"].array
                if mounts.contains(where: { $0["mountPath"].string == Self.mountPath }) { continue }
                isMounted = true
                pod["spec"][key][index]["volumeMounts"] = .array(
                    mounts + [["name": .string(volumeName), "readOnly": true, "mountPath": .string(Self.mountPath)]])
            }
        }
        guard isMounted, isNew else { return }
        let volume: Value = [
            "name": .string(volumeName),
            "projected": [
                "sources": [
                    ["serviceAccountToken": ["expirationSeconds": 3607, "path": "token"]],
                    ["configMap": ["name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]]]],
                    [
                        "downwardAPI": [
                            "items": [
                                ["path": "namespace", "fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.namespace"]]
                            ]
                        ]
                    ],
                ],
                "defaultMode": 420,
            ],
        ]
        pod["spec"]["volumes"] = .array(pod["spec"]["volumes"].array + [volume])
    }
}

/// Gives pods the number of their priority class, and the tolerations that keep them on a node for a while.
struct PodDefaultsAdmission: MutatingAdmission {
    let name = "Priority,DefaultTolerationSeconds"
    let classes: ResourceStore

    func admit(_ attributes: inout AdmissionAttributes, warnings: WarningList) async throws(StatusError) {
        guard attributes.kind == GroupVersionKind(group: "", version: "v1", kind: "Pod"), attributes.subresource.isEmpty,
            attributes.operation == .create
        else { return }
        var pod = attributes.object
        try setPriority(&pod, attributes)
        addTolerations(&pod)
        attributes.object = pod
    }

    private func setPriority(_ pod: inout Value, _ attributes: AdmissionAttributes) throws(StatusError) {
        var className = pod["spec"]["priorityClassName"].string ?? ""
        var priority: Int64 = 0
        var policy = "PreemptLowerPriority"
        if className.isEmpty {
            let byDefault = classes.all().filter { $0.value["globalDefault"].bool == true }
                .min { ($0.value["value"].int ?? 0) < ($1.value["value"].int ?? 0) }
            if let byDefault {
                className = byDefault.name
                priority = byDefault.value["value"].int ?? 0
                policy = byDefault.value["preemptionPolicy"].string ?? policy
            }
        } else {
            guard let found = classes.cache.object(className)?.value else {
                throw .forbidden(attributes.resource, attributes.name, "no PriorityClass with name \(className) was found")
            }
            priority = found["value"].int ?? 0
            policy = found["preemptionPolicy"].string ?? policy
        }
        if let stated = pod["spec"]["priority"].int, stated != priority {
            throw .forbidden(
                attributes.resource, attributes.name,
                "the integer value of priority (\(stated)) must not be provided in pod spec; priority admission controller computed \(priority) from the given PriorityClass name")
        }
        if !className.isEmpty { pod["spec"]["priorityClassName"] = .string(className) }
        pod["spec"]["priority"] = .int(priority)
        if pod["spec"]["preemptionPolicy"].string == nil { pod["spec"]["preemptionPolicy"] = .string(policy) }
    }

    private func addTolerations(_ pod: inout Value) {
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let isTolerated = pod["spec"]["tolerations"].array.contains { toleration in
                let tolerated = toleration["key"].string ?? ""
                let effect = toleration["effect"].string ?? ""
                return (tolerated == key || tolerated.isEmpty) && (effect == "NoExecute" || effect.isEmpty)
            }
            if isTolerated { continue }
            pod["spec"]["tolerations"] = .array(
                pod["spec"]["tolerations"].array + [
                    ["key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300]
                ])
        }
    }
}

/// Claims and ingresses without a class get the default one.
struct DefaultClassAdmission: MutatingAdmission {
    let name = "DefaultStorageClass,DefaultIngressClass"
    let storageClasses: ResourceStore
    let ingressClasses: ResourceStore

    func admit(_ attributes: inout AdmissionAttributes, warnings: WarningList) async throws(StatusError) {
        guard attributes.operation == .create, attributes.subresource.isEmpty else { return }
        switch (attributes.kind.group, attributes.kind.kind) {
        case ("", "PersistentVolumeClaim"):
            guard !attributes.object["spec"].contains("storageClassName") else { return }
            if attributes.object["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].string != nil { return }
            if let name = Self.chosen(storageClasses, "storageclass.kubernetes.io/is-default-class") {
                attributes.object["spec"]["storageClassName"] = .string(name)
            }
        case ("networking.k8s.io", "Ingress"):
            guard !attributes.object["spec"].contains("ingressClassName"),
                attributes.object["metadata"]["annotations"]["kubernetes.io/ingress.class"].string == nil
            else { return }
            if let name = Self.chosen(ingressClasses, "ingressclass.kubernetes.io/is-default-class") {
                attributes.object["spec"]["ingressClassName"] = .string(name)
            }
        default: return
        }
    }

    /// The newest class that is marked as the default.
    private static func chosen(_ store: ResourceStore, _ annotation: String) -> String? {
        store.all().filter { $0.value["metadata"]["annotations"][annotation].string == "true" }
            .max { ($0.value["metadata"]["creationTimestamp"].string ?? "") < ($1.value["metadata"]["creationTimestamp"].string ?? "") }?.name
    }
}

/// Volumes and claims that are in use are not deleted under their users.
struct StorageObjectInUseProtection: MutatingAdmission {
    let name = "StorageObjectInUseProtection"

    func admit(_ attributes: inout AdmissionAttributes, warnings: WarningList) async throws(StatusError) {
        guard attributes.operation == .create, attributes.subresource.isEmpty, attributes.kind.group.isEmpty else { return }
        let finalizers = ["PersistentVolume": "kubernetes.io/pv-protection", "PersistentVolumeClaim": "kubernetes.io/pvc-protection"]
        guard let finalizer = finalizers[attributes.kind.kind] else { return }
        let present = attributes.object["metadata"]["finalizers"].strings
        if !present.contains(finalizer) { attributes.object["metadata"]["finalizers"] = Value(present + [finalizer]) }
    }
}
