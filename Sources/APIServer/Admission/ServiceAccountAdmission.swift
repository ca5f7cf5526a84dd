import KubernetesTypes
import Objects
import Schema

/// Pods run as a service account: the default one when they name none, and they get its token.
struct ServiceAccountAdmission: MutatingAdmission, ValidatingAdmission {
    let name = "ServiceAccount"
    let callsOthers = false
    let accounts: ResourceStore

    private static let mountPath = "/var/run/secrets/kubernetes.io/serviceaccount"

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.kind == GroupVersionKind(group: "", version: "v1", kind: "Pod"), attributes.operation == .create,
            attributes.subresource.isEmpty
        else { return }
        var pod = attributes.object
        if Self.isMirror(pod) { return }
        let accountName = pod["spec"]["serviceAccountName"].string.flatMap { $0.isEmpty ? nil : $0 } ?? "default"
        pod["spec"]["serviceAccountName"] = .string(accountName)
        pod["spec"]["serviceAccount"] = .string(accountName)
        let account = try account(accountName, attributes)
        if pod["spec"]["imagePullSecrets"].array.isEmpty, !account["imagePullSecrets"].array.isEmpty {
            pod["spec"]["imagePullSecrets"] = account["imagePullSecrets"]
        }
        if pod["spec"]["automountServiceAccountToken"].bool ?? account["automountServiceAccountToken"].bool ?? true {
            mountToken(&pod)
        }
        attributes.object = pod
    }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.kind == GroupVersionKind(group: "", version: "v1", kind: "Pod") else { return }
        let pod = attributes.object
        switch (attributes.operation, attributes.subresource) {
        case (.create, ""):
            // A mirror of a static pod runs on its node already; it may not use what the API holds.
            if Self.isMirror(pod) { return try checkMirror(pod, attributes) }
            let accountName = pod["spec"]["serviceAccountName"].string ?? ""
            guard !accountName.isEmpty else {
                throw .forbidden(
                    attributes.resource, attributes.name,
                    "no service account specified for pod \(attributes.namespace)/\(pod["metadata"]["name"].string ?? "")")
            }
            try checkSecrets(pod, ["initContainers", "containers"], try account(accountName, attributes), attributes)
        case (.update, "ephemeralcontainers"):
            let accountName = pod["spec"]["serviceAccountName"].string ?? ""
            if Self.isMirror(pod) || accountName.isEmpty { return }
            try checkSecrets(pod, ["ephemeralContainers"], try account(accountName, attributes), attributes)
        default: return
        }
    }

    private static func isMirror(_ pod: Value) -> Bool { pod["metadata"]["annotations"]["kubernetes.io/config.mirror"].string != nil }

    private func account(_ name: String, _ attributes: AdmissionAttributes) throws(StatusError) -> Value {
        if let account = accounts.cache.object(ResourceStore.key(attributes.namespace, name)) { return account.value }
        throw .forbidden(
            attributes.resource, attributes.name,
            "error looking up service account \(attributes.namespace)/\(name): serviceaccount \"\(name)\" not found")
    }

    /// An account may ask that its pods use no Secrets but those that it names.
    private func checkSecrets(_ pod: Value, _ lists: [String], _ account: Value, _ attributes: AdmissionAttributes) throws(StatusError) {
        guard account["metadata"]["annotations"]["kubernetes.io/enforce-mountable-secrets"].string == "true" else { return }
        let accountName = account["metadata"]["name"].string ?? ""
        func refuse(_ what: String, _ thing: String = "secret") -> StatusError {
            .forbidden(
                attributes.resource, attributes.name,
                "\(what) is not allowed because service account \(accountName) does not reference that \(thing)")
        }
        let mountable = Set(account["secrets"].array.compactMap { $0["name"].string })
        let isWhole = attributes.subresource.isEmpty
        for volume in isWhole ? pod["spec"]["volumes"].array : [] where volume["secret"].isObject {
            let name = volume["secret"]["secretName"].string ?? ""
            if !mountable.contains(name) { throw refuse("volume with secret.secretName=\"\(name)\"") }
        }
        let labels = ["initContainers": "init container", "containers": "container", "ephemeralContainers": "ephemeral container"]
        for list in lists {
            for container in pod["spec"][list].array {
                for variable in container["env"].array where variable["valueFrom"]["secretKeyRef"].isObject {
                    let name = variable["valueFrom"]["secretKeyRef"]["name"].string ?? ""
                    if mountable.contains(name) { continue }
                    let place = "\(labels[list] ?? list) \(container["name"].string ?? "") with envVar \(variable["name"].string ?? "")"
                    throw refuse("\(place) referencing secret.secretName=\"\(name)\"")
                }
            }
        }
        let pullable = Set(account["imagePullSecrets"].array.compactMap { $0["name"].string })
        for (index, secret) in (isWhole ? pod["spec"]["imagePullSecrets"].array : []).enumerated() {
            let name = secret["name"].string ?? ""
            if !pullable.contains(name) { throw refuse("imagePullSecrets[\(index)].name=\"\(name)\"", "imagePullSecret") }
        }
    }

    private func checkMirror(_ pod: Value, _ attributes: AdmissionAttributes) throws(StatusError) {
        func refuse(_ what: String) -> StatusError {
            .forbidden(attributes.resource, attributes.name, "a mirror pod may not reference \(what)")
        }
        if !(pod["spec"]["serviceAccountName"].string ?? "").isEmpty { throw refuse("service accounts") }
        let containers = ["initContainers", "containers", "ephemeralContainers"].flatMap { pod["spec"][$0].array }
        let usesSecrets = !pod["spec"]["imagePullSecrets"].array.isEmpty
            || pod["spec"]["volumes"].array.contains { volume in
                volume["secret"].isObject || volume["projected"]["sources"].array.contains { $0["secret"].isObject }
            }
            || containers.contains { container in
                container["env"].array.contains { $0["valueFrom"]["secretKeyRef"].isObject }
                    || container["envFrom"].array.contains { $0["secretRef"].isObject }
            }
        if usesSecrets { throw refuse("secrets") }
        if pod["spec"]["volumes"].array.contains(where: { volume in
            volume["projected"]["sources"].array.contains { $0["serviceAccountToken"].isObject }
        }) {
            throw refuse("ServiceAccountToken volume projections")
        }
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
