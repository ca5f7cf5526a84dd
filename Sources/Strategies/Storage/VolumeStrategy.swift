import Objects

struct VolumeStrategy: Strategy {
    static let sources = [
        "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs", "iscsi",
        "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk",
        "scaleIO", "local", "storageos", "csi",
    ]
    private static let mountOptions = "volume.beta.kubernetes.io/mount-options"
    private static let sourcesWithMountOptions: Set<String> = [
        "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "nfs", "rbd", "quobyte", "iscsi", "cinder", "cephfs",
        "azureFile", "vsphereVolume", "azureDisk", "csi", "storageos",
    ]

    func applyDefaults(_ object: inout Value) {
        if object["spec"]["hostPath"].isObject, !object["spec"]["hostPath"].contains("type") { object["spec"]["hostPath"]["type"] = "" }
    }

    func prepareForCreate(_ object: inout Value) {
        object["status"] = ["phase": "Pending", "lastPhaseTransitionTime": object["metadata"]["creationTimestamp"]]
    }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let source = errors.volumeSpec(object["spec"], owner: object["metadata"]["name"].text)
        let annotations = object["metadata"]["annotations"]
        if annotations[Self.mountOptions].isPresent, let source, !Self.sourcesWithMountOptions.contains(source) {
            errors.forbidden(annotations[Self.mountOptions], "may not specify mount options for this volume type")
        }
    }

    func checkUpdate(_ new: FieldValue, old: FieldValue, _ errors: inout FieldErrors) {
        let spec = new["spec"], before = old["spec"]
        func fixed(_ source: Value) -> Value {
            var source = source
            for name in ["controllerExpandSecretRef", "nodeExpandSecretRef"] { source.remove(name) }
            return source
        }
        let isChanged = Self.sources.contains { fixed(spec[$0].value) != fixed(before[$0].value) }
        if isChanged {
            errors.forbidden(
                spec.showing(.null, as: "persistentvolumesource"), "spec.persistentvolumesource is immutable after creation")
        }
        errors.immutable(new.showing(spec["volumeMode"].value, as: "volumeMode"), before["volumeMode"])
        if before["nodeAffinity"].isPresent, spec["nodeAffinity"].value != before["nodeAffinity"].value {
            errors.invalid(
                new.showing(spec["nodeAffinity"].value, as: "nodeAffinity"),
                "field is immutable, except for updating from beta label to GA")
        }
        if before["volumeAttributesClassName"].isPresent, spec["volumeAttributesClassName"].isAbsent {
            errors.forbidden(spec["volumeAttributesClassName"], "update from non-nil value to nil is forbidden")
        }
    }

    func prepareForUpdate(of subresource: String, _ object: inout Value, old: Value) {
        keepOnlyStatus(&object, old: old)
        let isSame = object["status"]["phase"] == old["status"]["phase"]
        if isSame, object["status"]["lastPhaseTransitionTime"].isNull, old["status"].contains("lastPhaseTransitionTime") {
            object["status"]["lastPhaseTransitionTime"] = old["status"]["lastPhaseTransitionTime"]
        } else if !isSame, object["status"]["lastPhaseTransitionTime"] == old["status"]["lastPhaseTransitionTime"] {
            object["status"]["lastPhaseTransitionTime"] = .string(Timestamp.now().text)
        }
    }

    func warnings(_ object: Value, old: Value?) -> [String] {
        let spec = FieldValue(object)["spec"]
        var found: [String] = []
        if spec["persistentVolumeReclaimPolicy"].text == "Recycle" {
            found.append("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.")
        }
        for entry in spec.value.members {
            if let text = VolumeWarnings.deprecatedSources[entry.key] { found.append("\(spec[entry.key].path): \(text)") }
        }
        let key = "volume.beta.kubernetes.io/storage-class"
        if object["metadata"]["annotations"][key].string != nil {
            found.append("metadata.annotations[\(key)]: deprecated since v1.8; use \"storageClassName\" attribute instead")
        }
        return found
    }

    var returnsDeletedObject: Bool { true }
}
