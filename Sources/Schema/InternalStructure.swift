package import Objects

/// A value as messages of kube-apiserver show it: there it is a Go structure of the internal version, which prints all
/// its fields under the names that Go gives them.
///
/// Types that all versions share (`metav1`) print as they do in the API.
package enum InternalStructure {
    private static let shared = "k8s.io.apimachinery."
    private static let core = "k8s.io.api.core.v1."

    /// A structure, list or map as it is shown. Scalars are what they are.
    package static func shown(_ value: Value, _ type: FieldType) -> Value {
        switch type {
        case .message(let message): return !value.isObject ? value : .object(Members(uniqueEntries: structure(value, message)))
        case .list(let list):
            guard case .array(let elements) = value else { return value }
            let shownElements = elements.map { shown($0, list.element) }
            return .array(shownElements)
        case .map(let map):
            guard case .object(let members) = value else { return value }
            // Go prints the keys of a map in their order.
            let entries = members.map { ($0.key, shown($0.value, map.value)) }
            return .object(Members(entries.sorted { ByteOrder.precedes($0.0, $1.0) }))
        case .scalar, .any: return value
        }
    }

    private static func structure(_ value: Value, _ type: MessageType) -> [Members.Entry] {
        if type.union != nil || type.name.hasPrefix(shared) { return value.members.entries }
        var entries: [Members.Entry] = []
        for field in fields(of: type) {
            if field.name == "metadata", field.type.message?.name.hasPrefix(shared) == true {
                // Embedded: its members stand among those of the structure.
                for member in value["metadata"].members where !member.value.isEmptyForJSON { entries.append(member) }
            } else if type.name == core + "PodSpec", field.name == "securityContext", let context = field.type.message {
                entries.append(
                    Members.Entry(
                        key: "SecurityContext",
                        value: .object(Members(uniqueEntries: hostEntries(value, type) + structure(value["securityContext"], context)))))
            } else {
                let content = content(value[field.name], field)
                entries.append(Members.Entry(key: GoFieldName.of(field.name, in: type), value: content))
            }
        }
        return entries
    }

    private static func content(_ value: Value, _ field: Field) -> Value {
        if !value.isNull { return shown(value, field.type) }
        if field.presence == .optional { return .null }
        switch field.type {
        case .message(let message): return .object(Members(uniqueEntries: structure(.emptyObject, message)))
        case .scalar(let scalar): return ZeroValue.of(scalar)
        case .list, .map, .any: return .null
        }
    }

    // MARK: where the internal version is made otherwise

    /// What a pod says of the namespaces of its host, which the internal version keeps in its security context.
    private static let hostNames = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"]

    private static func hostEntries(_ spec: Value, _ type: MessageType) -> [Members.Entry] {
        hostNames.compactMap { name in
            type.field(name).map { Members.Entry(key: GoFieldName.of(name, in: type), value: content(spec[name], $0)) }
        }
    }

    private static func fields(of type: MessageType) -> [Field] {
        guard type.name.hasPrefix(core), let order = orders[type.shortName] else { return type.fields }
        return order.compactMap { type.field($0) }
    }

    /// The fields in the order of the internal version, for structures in which it is another one.
    private static let orders: [String: [String]] = [
        "PodSpec": [
            "volumes", "initContainers", "containers", "ephemeralContainers", "restartPolicy", "terminationGracePeriodSeconds",
            "activeDeadlineSeconds", "dnsPolicy", "nodeSelector", "serviceAccountName", "automountServiceAccountToken", "nodeName",
            "securityContext", "imagePullSecrets", "hostname", "subdomain", "setHostnameAsFQDN", "affinity", "schedulerName",
            "tolerations", "hostAliases", "priorityClassName", "priority", "preemptionPolicy", "dnsConfig", "readinessGates",
            "runtimeClassName", "overhead", "enableServiceLinks", "topologySpreadConstraints", "os", "schedulingGates",
            "resourceClaims", "resources", "hostnameOverride", "schedulingGroup",
        ],
        "PodSecurityContext": [
            "seLinuxOptions", "windowsOptions", "runAsUser", "runAsGroup", "runAsNonRoot", "supplementalGroups",
            "supplementalGroupsPolicy", "fsGroup", "fsGroupChangePolicy", "sysctls", "seccompProfile", "appArmorProfile",
            "seLinuxChangePolicy",
        ],
        "Volume": [
            "name", "hostPath", "emptyDir", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "secret", "nfs", "iscsi",
            "glusterfs", "persistentVolumeClaim", "rbd", "quobyte", "flexVolume", "cinder", "cephfs", "flocker", "downwardAPI", "fc",
            "azureFile", "configMap", "vsphereVolume", "azureDisk", "photonPersistentDisk", "projected", "portworxVolume", "scaleIO",
            "storageos", "csi", "ephemeral", "image",
        ],
    ]
}

/// How Go names the field that JSON knows under another name.
enum GoFieldName {
    static func of(_ name: String, in type: MessageType) -> String {
        if let own = special["\(type.shortName).\(name)"] ?? words[name] { return own }
        return name.prefix(1).uppercased() + name.dropFirst()
    }

    private static let special: [String: String] = [
        "DeviceAttribute.int": "IntValue", "DeviceAttribute.bool": "BoolValue", "DeviceAttribute.string": "StringValue",
        "DeviceAttribute.version": "VersionValue", "DeviceAttribute.ints": "IntValues", "DeviceAttribute.bools": "BoolValues",
        "DeviceAttribute.strings": "StringValues", "DeviceAttribute.versions": "VersionValues",
        "AzureDiskVolumeSource.diskURI": "DataDiskURI", "RBDVolumeSource.monitors": "CephMonitors", "RBDVolumeSource.image": "RBDImage",
        "RBDVolumeSource.pool": "RBDPool", "RBDVolumeSource.user": "RadosUser",
    ]

    /// Names that begin with, or are, an abbreviation.
    private static let words: [String: String] = [
        "apiGroup": "APIGroup", "apiGroups": "APIGroups", "apiVersion": "APIVersion", "apiVersions": "APIVersions",
        "awsElasticBlockStore": "AWSElasticBlockStore", "caBundle": "CABundle", "cel": "CEL", "cephfs": "CephFS", "cidr": "CIDR",
        "cidrs": "CIDRs", "csi": "CSI", "dnsConfig": "DNSConfig", "dnsPolicy": "DNSPolicy", "fc": "FC", "fsGroup": "FSGroup",
        "fsGroupChangePolicy": "FSGroupChangePolicy", "fsType": "FSType", "gcePersistentDisk": "GCEPersistentDisk", "grpc": "GRPC",
        "http": "HTTP", "httpGet": "HTTPGet", "httpHeaders": "HTTPHeaders", "id": "ID", "ip": "IP", "ipBlock": "IPBlock", "ips": "IPs",
        "ipFamilies": "IPFamilies", "ipFamilyPolicy": "IPFamilyPolicy", "iqn": "IQN", "iscsi": "ISCSI",
        "iscsiInterface": "ISCSIInterface", "nfs": "NFS", "os": "OS", "pdName": "PDName", "qosClass": "QOSClass", "rbd": "RBD",
        "seLinuxChangePolicy": "SELinuxChangePolicy", "seLinuxOptions": "SELinuxOptions", "storageos": "StorageOS",
        "tcpSocket": "TCPSocket", "tls": "TLS", "ttlSecondsAfterFinished": "TTLSecondsAfterFinished", "tty": "TTY", "uid": "UID",
        "url": "URL", "wwids": "WWIDs", "seLinuxMount": "SELinuxMount",
    ]
}
