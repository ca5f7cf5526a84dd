import KubernetesTypes
import Objects

/// A volume of a CSI driver as a pod uses it: one of the cluster, or one that the pod describes itself.
struct CSIVolume: Sendable {
    let driver: String
    let handle: String
    /// The name of its folder in the pod: that of the PersistentVolume, or of the pod's volume.
    let specName: String
    let isInline: Bool
    let isReadOnly: Bool
    let fileSystem: String
    let attributes: [String: String]
    let accessMode: String
    let mountOptions: [String]
    let stageSecret: (namespace: String, name: String)?
    let publishSecret: (namespace: String, name: String)?
    let expandSecret: (namespace: String, name: String)?

    /// Nil when the volume is of no driver.
    init?(_ volume: PersistentVolume, isReadOnly: Bool) {
        let source = volume.value["spec"]["csi"]
        guard source.isObject else { return nil }
        driver = source["driver"].string ?? ""
        handle = source["volumeHandle"].string ?? ""
        specName = volume.name
        isInline = false
        self.isReadOnly = isReadOnly || source["readOnly"].bool == true
        fileSystem = source["fsType"].string ?? ""
        attributes = source["volumeAttributes"].stringMap
        accessMode = volume.value["spec"]["accessModes"].strings.first ?? "ReadWriteOnce"
        mountOptions = volume.value["spec"]["mountOptions"].strings
        stageSecret = Self.secret(source["nodeStageSecretRef"])
        publishSecret = Self.secret(source["nodePublishSecretRef"])
        expandSecret = Self.secret(source["nodeExpandSecretRef"])
    }

    /// `volume` is an entry of the pod's volumes.
    init?(inline volume: Value, _ pod: Pod) {
        let source = volume["csi"]
        guard source.isObject else { return nil }
        driver = source["driver"].string ?? ""
        specName = volume["name"].string ?? ""
        handle = "csi-" + Digest.sha256(pod.uid + specName)
        isInline = true
        isReadOnly = source["readOnly"].bool == true
        fileSystem = source["fsType"].string ?? ""
        attributes = source["volumeAttributes"].stringMap
        accessMode = "ReadWriteOnce"
        mountOptions = []
        stageSecret = nil
        publishSecret = source["nodePublishSecretRef"]["name"].string.map { (pod.namespace, $0) }
        expandSecret = nil
    }

    private static func secret(_ reference: Value) -> (namespace: String, name: String)? {
        guard let name = reference["name"].string, !name.isEmpty else { return nil }
        return (reference["namespace"].string ?? "", name)
    }

    /// As nodes name it in their status.
    var uniqueName: String { "kubernetes.io/csi/\(driver)^\(handle)" }

    /// The VolumeAttachment that attaches it to a node.
    func attachment(to node: String) -> String { "csi-" + Digest.sha256(handle + driver + node) }

    /// What the driver is told of how the volume is used. `group` is only for drivers that set it themselves.
    func capability(group: Int64?, _ abilities: CSICapabilities) -> WireMessage {
        let split = abilities.contains(.singleNodeMultiWriter)
        let mode: Int64 = switch accessMode {
        case "ReadOnlyMany": 3
        case "ReadWriteMany": 5
        case "ReadWriteOncePod": split ? 6 : 1
        default: split ? 7 : 1
        }
        return .build { message in
            message.set(2, WireMessage.build {
                $0.set(1, fileSystem)
                $0.set(2, mountOptions)
                if let group { $0.set(3, String(group)) }
            })
            message.set(3, .build { $0.set(1, mode) })
        }
    }
}

/// What lies beside a published or staged volume, so that it can be given back after a restart.
struct CSIRecord: Sendable, Equatable {
    static let fileName = "vol_data.json"

    var driver: String
    var handle: String
    var specName: String
    var isInline: Bool
    var attachment: String

    init(_ volume: CSIVolume, node: String) {
        driver = volume.driver
        handle = volume.handle
        specName = volume.specName
        isInline = volume.isInline
        attachment = volume.isInline ? "" : volume.attachment(to: node)
    }

    /// Reads what lies in a folder.
    init?(in folder: String) {
        guard let bytes = HostFile.read(folder + "/" + Self.fileName), let value = try? Value(json: bytes), let driver = value["driverName"].string,
            let handle = value["volumeHandle"].string
        else { return nil }
        self.driver = driver
        self.handle = handle
        specName = value["specVolID"].string ?? ""
        isInline = value["volumeLifecycleMode"].string == "Ephemeral"
        attachment = value["attachmentID"].string ?? ""
    }

    func write(to folder: String) throws(HostFile.Failure) {
        let value: Value = [
            "driverName": .string(driver), "volumeHandle": .string(handle), "specVolID": .string(specName),
            "volumeLifecycleMode": isInline ? "Ephemeral" : "Persistent", "attachmentID": .string(attachment),
        ]
        // Renamed into place: a kill leaves the whole record or none.
        try HostFile.write(Array(value.jsonString.utf8), to: "\(folder)/.\(Self.fileName)")
        try HostFile.rename("\(folder)/.\(Self.fileName)", to: "\(folder)/\(Self.fileName)")
    }

    var uniqueName: String { "kubernetes.io/csi/\(driver)^\(handle)" }
}
